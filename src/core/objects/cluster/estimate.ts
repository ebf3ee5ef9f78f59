import type { TargetFacts } from '../../plan/facts';
import type { PlannedTable } from '../../plan/types';
import type { PipelineSpec } from '../../spec/types';
import { plural } from '../../text/count';
import { formatDuration } from '../../text/duration';
import { formatBytes } from '../../text/size';

/**
 * How long the first copy takes at each cluster size: a rough figure to choose a size by, not a promise. Rates are our
 * own working assumption, linear in the size: per 100cc 10 MB and 20,000 rows a second, whichever takes longer, never
 * more than one upstream usually sends (80 MB and 200,000 rows), plus half a minute to start and commit.
 */
const BYTES_PER_CC = 100_000;
const ROWS_PER_CC = 200;
const MOST_BYTES = 80_000_000;
const MOST_ROWS = 200_000;
const START_SECONDS = 30;

/** Sizes of the older naming, in the order of credits they cost, as cc. */
const NAMED_SIZES: Record<string, number> = {
  '3xsmall': 25,
  '2xsmall': 50,
  xsmall: 100,
  small: 200,
  medium: 400,
  large: 800,
  xlarge: 1600,
  '2xlarge': 3200,
};

/** `200cc` → 200, `2C` → 200; null for a name whose power is unknown. */
export function sizeInCc(size: string): number | null {
  const cc = /^(\d+)cc$/i.exec(size);
  if (cc) return Number(cc[1]);
  const credits = /^(\d+)C$/.exec(size);
  if (credits) return Number(credits[1]) * 100;
  return NAMED_SIZES[size.toLowerCase()] ?? null;
}

/** Seconds for so many bytes and rows at a size; null for a size of unknown power. */
export function estimateSeconds(size: string, bytes: string, rows: number | null): number | null {
  const cc = sizeInCc(size);
  if (cc === null || cc === 0) return null;
  const byBytes = Number(bytes) / Math.min(cc * BYTES_PER_CC, MOST_BYTES);
  const byRows = (rows ?? 0) / Math.min(cc * ROWS_PER_CC, MOST_ROWS);
  return Math.round(START_SECONDS + Math.max(byBytes, byRows));
}

/** What this run copies. Rows are null as soon as one table was never analysed. */
export function amount(tables: PlannedTable[]): { rows: number | null; bytes: string } {
  const fresh = tables.filter((table) => table.fresh);
  const known = fresh.every((table) => table.estimatedRows !== null);
  return {
    rows: known ? fresh.reduce((sum, table) => sum + (table.estimatedRows ?? 0), 0) : null,
    bytes: fresh.reduce((sum, table) => sum + BigInt(table.bytes), 0n).toString(),
  };
}

/** What copying these tables costs, for a sentence: `about 2,000 rows, 16 KiB, 30 s at 200cc`. */
export function copyCost(spec: PipelineSpec, tables: PlannedTable[]): string {
  const { rows, bytes } = amount(tables.map((table) => ({ ...table, fresh: true })));
  const { snapshotSize } = spec.materialize.cluster;
  const seconds = estimateSeconds(snapshotSize, bytes, rows);
  const time = seconds === null ? [] : [`${formatDuration(seconds * 1000)} at ${snapshotSize}`];
  const counted = rows === null ? 'an unknown number of rows' : `about ${plural(rows, 'row')}`;
  return [counted, formatBytes(bytes), ...time].join(', ');
}

/** Estimates for the file's sizes and every size of the region whose power is known, smallest first. */
export function estimates(
  spec: PipelineSpec,
  target: TargetFacts,
  tables: PlannedTable[],
): { size: string; seconds: number }[] {
  const { rows, bytes } = amount(tables);
  if (!tables.some((table) => table.fresh)) return [];
  const { snapshotSize, steadySize } = spec.materialize.cluster;
  return [...new Set([snapshotSize, steadySize, ...target.sizes])]
    .flatMap((size) => {
      const seconds = estimateSeconds(size, bytes, rows);
      return seconds === null ? [] : [{ size, seconds, cc: sizeInCc(size) ?? 0 }];
    })
    .sort((a, b) => a.cc - b.cc || (a.size < b.size ? -1 : 1))
    .map(({ size, seconds }) => ({ size, seconds }));
}
