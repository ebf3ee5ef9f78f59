import { formatBytes } from '../text/size';
import { formatCount } from '../text/count';
import type { TableFacts } from './facts';

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

/** `1.2 GiB (rows of 18 KiB, 20 updates and deletes a second)`. */
export const writeCostWords = ({ rowBytes, changesPerSecond, walPerHour }: WriteCost): string =>
  `${formatBytes(walPerHour)} (rows of ${formatBytes(rowBytes)}, ${rate(changesPerSecond)})`;

function rate(perSecond: number): string {
  const [count, unit] =
    perSecond >= 1
      ? [perSecond, 'second']
      : perSecond * 60 >= 1
        ? [perSecond * 60, 'minute']
        : [perSecond * 3600, 'hour'];
  return `${formatCount(Math.max(1, count))} updates and deletes a ${unit}`;
}
