import type { SizePower } from './facts';
import type { TargetFacts } from '../../plan/facts';
import type { PlannedTable } from '../../plan/types';
import type { PipelineSpec } from '../../spec/types';
import { plural } from '../../text/count';
import { formatDuration } from '../../text/duration';
import { formatBytes } from '../../text/size';

/**
 * How long the first copy takes at each cluster size: a rough figure to choose a size by, not a promise. Rates are our
 * own working assumption, linear in the cores that the catalog says a size has: per core 5 MB and 10,000 rows a second,
 * whichever takes longer, never more than one upstream usually sends (80 MB and 200,000 rows), plus half a minute to start
 * and commit.
 */
const BYTES_PER_CORE = 5_000_000;
const ROWS_PER_CORE = 10_000;
const MOST_BYTES = 80_000_000;
const MOST_ROWS = 200_000;
const START_SECONDS = 30;

type Powers = Pick<TargetFacts, 'power'>;

/** Seconds for so many bytes and rows at a size; null for one that the region does not have. */
export function estimateSeconds({ power }: Powers, size: string, bytes: string, rows: number | null): number | null {
  const cores = power[size]?.cores ?? 0;
  if (cores === 0) return null;
  const byBytes = Number(bytes) / Math.min(cores * BYTES_PER_CORE, MOST_BYTES);
  const byRows = (rows ?? 0) / Math.min(cores * ROWS_PER_CORE, MOST_ROWS);
  return Math.round(START_SECONDS + Math.max(byBytes, byRows));
}

/** `roughly 2 m at 200cc`, or that nobody can tell. */
export function estimateWords(target: Powers, size: string, bytes: string, rows: number | null): string {
  const seconds = estimateSeconds(target, size, bytes, rows);
  return seconds === null
    ? `nobody can tell how long, as the region has no size ${size}`
    : `roughly ${formatDuration(seconds * 1000)} at ${size}`;
}

/** Less than 0 where the first is the smaller one: by what it costs, and where that is the same, by cores and memory. */
export function compareSizes(a: SizePower, b: SizePower): number {
  return a.credits - b.credits || a.cores - b.cores || a.memoryBytes - b.memoryBytes;
}

/** `4 cores, 30.3 GiB, 2 credits an hour`. */
export const sizeWords = ({ cores, memoryBytes, credits }: SizePower): string =>
  `${figure(cores)} cores, ${formatBytes(memoryBytes)}, ${figure(credits)} credits an hour`;

const figure = (value: number): string => String(Math.round(value * 1000) / 1000);

/** What this run copies. Rows are null as soon as one table was never analysed. */
export function amount(tables: readonly PlannedTable[]): { rows: number | null; bytes: string } {
  const fresh = tables.filter((table) => table.fresh);
  const known = fresh.every((table) => table.estimatedRows !== null);
  return {
    rows: known ? fresh.reduce((sum, table) => sum + (table.estimatedRows ?? 0), 0) : null,
    bytes: fresh.reduce((sum, table) => sum + BigInt(table.bytes), 0n).toString(),
  };
}

/** How long what this run copies takes at the size for it; `seconds` null where nobody can tell. */
export function estimateCopy(
  spec: PipelineSpec,
  target: Powers,
  tables: readonly PlannedTable[],
): { bytes: string; seconds: number | null; words: string } {
  const { rows, bytes } = amount(tables);
  const { snapshotSize } = spec.materialize.cluster;
  return {
    bytes,
    seconds: estimateSeconds(target, snapshotSize, bytes, rows),
    words: estimateWords(target, snapshotSize, bytes, rows),
  };
}

/** What copying these tables costs, for a sentence: `about 2,000 rows, 16 KiB, roughly 30 s at 200cc`. */
export function copyCost(spec: PipelineSpec, target: Powers, tables: readonly PlannedTable[]): string {
  const { rows, bytes } = amount(tables.map((table) => ({ ...table, fresh: true })));
  const time = estimateWords(target, spec.materialize.cluster.snapshotSize, bytes, rows);
  const counted = rows === null ? 'an unknown number of rows' : `about ${plural(rows, 'row')}`;
  return [counted, formatBytes(bytes), time].join(', ');
}

/** Estimates for the file's sizes and every size that may be used, smallest first. */
export function estimates(
  spec: PipelineSpec,
  target: TargetFacts,
  tables: readonly PlannedTable[],
): { size: string; seconds: number }[] {
  const { rows, bytes } = amount(tables);
  if (!tables.some((table) => table.fresh)) return [];
  const { snapshotSize, steadySize } = spec.materialize.cluster;
  return [...new Set([snapshotSize, steadySize, ...target.sizes])]
    .flatMap((size) => {
      const seconds = estimateSeconds(target, size, bytes, rows);
      const power = target.power[size];
      return seconds === null || power === undefined ? [] : [{ size, seconds, power }];
    })
    .sort((a, b) => compareSizes(a.power, b.power) || (a.size < b.size ? -1 : 1))
    .map(({ size, seconds }) => ({ size, seconds }));
}
