import { windowEnd } from '../../../src/core/snapshot/attempt-window';
import { keepProgress, statesOf, wholeProgress } from '../../../src/core/snapshot/kept';
import { mergeProgress } from '../../../src/core/snapshot/merge';
import { doneShare, isCommitted, tableCount, totalRows } from '../../../src/core/snapshot/progress';
import type { SnapshotLook, SnapshotProgress, TableLook } from '../../../src/core/snapshot/types';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const at = (seconds: number): string => new Date(START + seconds * 1000).toISOString();
const LIMITS = { stuckAfter: 600_000 };
const HEARTBEAT = 16 * 1024;

const planned = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    ...{ schema: 'public', name: `orders_${index}`, target: `orders_${index}`, estimatedRows: 100 },
  }));

/** Tables of these numbers are committed, those copy. */
function look(
  count: number,
  { committed = [], copying = [] }: { committed?: number[]; copying?: number[] },
): SnapshotLook {
  const done = new Set(committed);
  const tables = planned(count).map(({ schema, name, target, estimatedRows }, index): TableLook => ({
    ...{ table: target, upstream: { schema, name }, rowsExpected: estimatedRows, status: 'running', error: null },
    ...{ frontierMoved: done.has(index), statistics: null },
  }));
  const copies = copying.map((index) => ({ schema: 'public', name: `orders_${index}`, pid: 1000 + index, rows: 40 }));
  return {
    target: { source: { status: 'running', error: null }, replicas: ['u1'], tables },
    upstream: { copies, snapshotSlots: ['mzsnapshot_1'], blockers: [] },
  };
}

const merged = (previous: SnapshotProgress | null, seconds: number, seen: SnapshotLook): SnapshotProgress =>
  mergeProgress(previous, seen, at(seconds), LIMITS);
/** As a heartbeat or an attempt window carries it. */
const carried = (progress: SnapshotProgress, count: number): SnapshotProgress =>
  JSON.parse(JSON.stringify(keepProgress(progress, planned(count)))) as SnapshotProgress;
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

describe('what is carried of a progress', () => {
  it('is all of it where the tables are few', () => {
    const progress = merged(null, 0, look(20, { copying: [3] }));
    expect(keepProgress(progress, planned(20))).toBe(progress);
    expect(wholeProgress(progress, planned(20))).toBe(progress);
  });

  it('fits into a heartbeat at 10,000 tables, whatever they say', () => {
    const seen = look(10_000, { committed: range(0, 5_000), copying: range(5_000, 5_200) });
    const progress = merged(null, 0, seen);
    const dead = { state: 'failed' as const, error: 'e'.repeat(5_000) };
    const worst = {
      ...progress,
      tables: progress.tables.map((table, index) => (index % 3 ? table : { ...table, ...dead })),
    };
    for (const one of [progress, worst]) {
      expect(JSON.stringify(carried(one, 10_000)).length).toBeLessThan(HEARTBEAT);
    }
  });

  it('has the numbers of all, and names what moves first', () => {
    const progress = merged(null, 0, look(1_000, { committed: range(0, 600), copying: [700, 701] }));
    const kept = carried(progress, 1_000);
    expect(kept.tables.slice(0, 3).map(({ table, state }) => `${table} ${state}`)).toEqual([
      'orders_700 copying',
      'orders_701 copying',
      'orders_600 waiting',
    ]);
    expect(kept.tables).toHaveLength(20);
    expect(statesOf(kept)).toEqual({ copying: 2, waiting: 398, committed: 600 });
    expect([tableCount(kept), totalRows(kept), doneShare(kept), isCommitted(kept)]).toEqual([
      1_000,
      totalRows(progress),
      doneShare(progress),
      false,
    ]);
  });

  it('keeps a table committed for good, also when a new replica says it is not', () => {
    const before = carried(merged(null, 0, look(1_000, { committed: range(0, 999) })), 1_000);
    const next = merged(wholeProgress(before, planned(1_000)), 10, look(1_000, { committed: [999] }));
    expect(isCommitted(next)).toBe(true);
    expect(isCommitted(carried(next, 1_000))).toBe(true);
    expect(next.tables.map(({ table }) => table)).toEqual(planned(1_000).map(({ target }) => target));
  });

  it.each([21, 1_000, 1_001, 1_005])('knows each of %i tables by its own bit', (count) => {
    const odd = range(0, count).filter((index) => index % 2 === 1);
    const progress = merged(null, 0, look(count, { committed: odd }));
    const whole = wholeProgress(carried(progress, count), planned(count));
    expect(whole.tables.map(({ state }) => state)).toEqual(progress.tables.map(({ state }) => state));
  });

  it('makes no movement of what it does not carry: a copy that stands is stuck across attempt windows', () => {
    const still = look(1_000, { copying: range(0, 100) });
    let progress = merged(null, 0, still);
    for (let minute = 1; minute <= 12; minute += 1) {
      // Every minute another window.
      progress = merged(wholeProgress(carried(progress, 1_000), planned(1_000)), minute * 60, still);
      progress = merged(progress, minute * 60 + 30, still);
    }
    expect(progress.rowsPerSecond ?? 0).toBe(0);
    expect(progress.stuck).toBeNull();
    let later = progress;
    for (let half = 1; half <= 21; half += 1) later = merged(later, 12 * 60 + 30 + half * 30, still);
    expect(later.stuck).toMatchObject({ blockers: [] });
  });

  it('ends no window for a tenth that the window before knew', () => {
    const seen = look(1_000, { committed: range(0, 450), copying: range(450, 560) });
    const progress = merged(null, 0, seen);
    const start = carried(progress, 1_000);
    const next = merged(wholeProgress(start, planned(1_000)), 10, seen);
    expect(windowEnd(start, carried(next, 1_000))).toBeNull();
    const further = merged(next, 20, look(1_000, { committed: range(0, 560) }));
    expect(windowEnd(start, carried(further, 1_000))).toBe('milestone');
  });
});
