/** One row of mz_internal.mz_source_statistics, as far as a Postgres source fills it. */
export interface Counters {
  messagesReceived: number;
  bytesReceived: number;
  updatesStaged: number;
  updatesCommitted: number;
  /** From the start of the dataflow until it had caught up; null before. */
  rehydrationMs: number | null;
  /** Null in a dataflow that takes no snapshot. */
  snapshotKnown: number | null;
  snapshotStaged: number | null;
  snapshotCommitted: boolean;
  /** LSNs as plain integers. */
  offsetKnown: bigint;
  offsetCommitted: bigint;
}

export const zeroCounters = (): Counters => ({
  messagesReceived: 0,
  bytesReceived: 0,
  updatesStaged: 0,
  updatesCommitted: 0,
  rehydrationMs: null,
  snapshotKnown: null,
  snapshotStaged: null,
  snapshotCommitted: false,
  offsetKnown: 0n,
  offsetCommitted: 0n,
});

const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);
const known = (values: (number | null)[]): number[] => values.filter((value) => value !== null);
const totalKnown = (values: (number | null)[]): number | null => {
  const present = known(values);
  return present.length === 0 ? null : total(present);
};

/**
 * The source's own row: sums of its tables' counters, committed when all are, the greatest known offset and the least
 * committed one. A source without tables stays at zero.
 */
export function aggregate(tables: Counters[]): Counters {
  if (tables.length === 0) return zeroCounters();
  const latencies = tables.map((t) => t.rehydrationMs);
  const by = <T>(pick: (t: Counters) => T): T[] => tables.map(pick);
  return {
    messagesReceived: total(by((t) => t.messagesReceived)),
    bytesReceived: total(by((t) => t.bytesReceived)),
    updatesStaged: total(by((t) => t.updatesStaged)),
    updatesCommitted: total(by((t) => t.updatesCommitted)),
    rehydrationMs: latencies.includes(null) ? null : Math.max(...known(latencies)),
    snapshotKnown: totalKnown(by((t) => t.snapshotKnown)),
    snapshotStaged: totalKnown(by((t) => t.snapshotStaged)),
    snapshotCommitted: tables.every((t) => t.snapshotCommitted),
    offsetKnown: by((t) => t.offsetKnown).reduce((a, b) => (a > b ? a : b)),
    offsetCommitted: by((t) => t.offsetCommitted).reduce((a, b) => (a < b ? a : b)),
  };
}
