import type { TableFacts } from '../tables/facts';
import { formatCount, plural } from '../../text/count';
import { formatBytes } from '../../text/size';

/**
 * When the cost of replica identity full is worth a word, and when a warning. From 2 KiB on Postgres stores values out of
 * line: an UPDATE that leaves them alone does not log them, and with full it does. A quarter of a GiB an hour is 6 GiB a
 * day for the disk, the archive and each standby.
 */
export const WRITE_COST = {
  /** Rates from a shorter time say nothing. */
  leastSeconds: 600,
  /** Of all tables together: below it nothing is said. */
  toldBytesPerHour: 1024 ** 2,
  wideRowBytes: 2 * 1024,
  hotBytesPerHour: 256 * 1024 ** 2,
} as const;

export interface WriteCost {
  rowBytes: number;
  changesPerSecond: number;
  /** About what replica identity full adds: the old row of each update and delete. */
  walPerHour: number;
}

/** Null where nobody can tell: never analysed, or counted for too short a time. */
export function writeCost({ rowBytes, written }: Pick<TableFacts, 'rowBytes' | 'written'>): WriteCost | null {
  if (rowBytes === null || written === null || written.seconds < WRITE_COST.leastSeconds) return null;
  const changesPerSecond = written.changes / written.seconds;
  return { rowBytes, changesPerSecond, walPerHour: changesPerSecond * 3600 * rowBytes };
}

export const isCostly = ({ rowBytes, walPerHour }: WriteCost): boolean =>
  rowBytes >= WRITE_COST.wideRowBytes && walPerHour >= WRITE_COST.hotBytesPerHour;

/** `rows of 18 KiB, 20 updates and deletes a second`. */
export const writeRateWords = ({ rowBytes, changesPerSecond }: WriteCost): string =>
  `rows of ${formatBytes(rowBytes)}, ${rate(changesPerSecond)}`;

function rate(perSecond: number): string {
  for (const [unit, seconds] of [
    ['second', 1],
    ['minute', 60],
  ] as const) {
    if (perSecond * seconds >= 1.5) return `${formatCount(perSecond * seconds)} updates and deletes a ${unit}`;
  }
  return `${plural(Math.max(1, Math.round(perSecond * 3600)), 'update or delete', 'updates and deletes')} an hour`;
}
