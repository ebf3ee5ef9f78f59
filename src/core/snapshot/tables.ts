/** The progress of single tables, and how a copy that began anew shows. */
import { totalRows } from './progress';
import type { SnapshotLook, SnapshotProgress, TableLook, TableProgress } from './types';

type Upstream = NonNullable<SnapshotLook['upstream']>;
type Copy = TableProgress['running'][number];

/**
 * The copy began anew: its replicas were replaced, a counter fell, or other connections copy under another temporary
 * slot. Counted only when something had been copied, so that one replacement is not counted at every trace it leaves.
 */
export function isRestart(before: SnapshotProgress, look: SnapshotLook): boolean {
  const open = before.tables.filter((table) => table.state !== 'committed');
  if (open.length === 0 || (totalRows({ ...before, tables: open }) === 0 && before.counters === 0)) return false;
  return (
    replicasReplaced(before, look) || open.some((table) => rowsFell(table, look)) || anotherSlot(before, open, look)
  );
}

/** The tables that were not committed, from zero. */
export function startOver(before: SnapshotProgress): SnapshotProgress {
  const tables = before.tables.map((table): TableProgress =>
    table.state === 'committed'
      ? table
      : { ...table, rowsCopied: 0, rowsEnded: 0, running: [], rowsStaged: 0, state: 'waiting', error: null },
  );
  return { ...before, tables, counters: 0, attempt: { slots: [], replicas: [] } };
}

const disjoint = (a: string[], b: string[]): boolean =>
  a.length > 0 && b.length > 0 && !a.some((entry) => b.includes(entry));

function replicasReplaced(before: SnapshotProgress, look: SnapshotLook): boolean {
  return look.target !== null && disjoint(before.attempt.replicas, look.target.replicas);
}

function rowsFell(table: TableProgress, look: SnapshotLook): boolean {
  const copies = look.upstream === null ? [] : copiesOf(table, look.upstream);
  const fell = table.running.some((copy) => copies.some((now) => now.pid === copy.pid && now.rows < copy.rows));
  const staged = look.target?.tables.find((found) => found.table === table.table)?.statistics?.recordsStaged;
  return fell || (staged !== undefined && staged < table.rowsStaged);
}

/** Another source of the same server may take a temporary slot, too: only together with new copies it is ours. */
function anotherSlot(before: SnapshotProgress, open: TableProgress[], look: SnapshotLook): boolean {
  const { upstream } = look;
  if (upstream === null || !disjoint(before.attempt.slots, upstream.snapshotSlots)) return false;
  const known = new Set(open.flatMap((table) => table.running.map((copy) => copy.pid)));
  const now = open.flatMap((table) => copiesOf(table, upstream));
  return now.length > 0 && now.every((copy) => !known.has(copy.pid));
}

function copiesOf(table: TableProgress, upstream: Upstream): Copy[] {
  return upstream.copies
    .filter((copy) => copy.schema === table.upstream.schema && copy.name === table.upstream.name)
    .map(({ pid, rows }) => ({ pid, rows }));
}

/**
 * One table after a look. A side that was not read changes nothing. The first proof of a commit counts for good: a
 * write frontier that left zero comes first, the statistics of a live replica up to two minutes later, and after a
 * replica was replaced they say "not committed" for a while although nothing was lost.
 */
export function mergeTable(
  before: TableProgress,
  found: TableLook | null,
  upstream: Upstream | null,
  sourceStalled: boolean,
): TableProgress {
  const rows = mergeRows(before, found, upstream);
  if (before.state === 'committed') return { ...before, rowsExpected: rows.rowsExpected, running: [] };
  const next: TableProgress = { ...before, ...rows };
  if (found?.error && found.status === 'stalled' && !sourceStalled) {
    return { ...next, state: 'failed', error: found.error };
  }
  if (found?.frontierMoved === true || found?.statistics?.committed === true) {
    return { ...next, state: 'committed', error: null, running: [] };
  }
  const error = found === null ? before.error : null;
  return { ...next, error, state: upstream === null ? stateUnseen(before, error) : stateSeen(next) };
}

const stateUnseen = ({ state }: TableProgress, error: string | null): TableProgress['state'] =>
  state === 'failed' && error === null ? 'waiting' : state;

function stateSeen({ running, rowsCopied }: TableProgress): TableProgress['state'] {
  if (running.length > 0) return 'copying';
  return rowsCopied > 0 ? 'copied' : 'waiting';
}

function mergeRows(
  before: TableProgress,
  found: TableLook | null,
  upstream: Upstream | null,
): Pick<TableProgress, 'rowsCopied' | 'rowsExpected' | 'rowsEnded' | 'running' | 'rowsStaged'> {
  const running = upstream === null ? before.running : copiesOf(before, upstream);
  const ended = before.running.filter((copy) => !running.some((now) => now.pid === copy.pid));
  const rowsEnded = before.rowsEnded + sum(ended);
  const rowsStaged = found?.statistics?.recordsStaged ?? before.rowsStaged;
  const known = found?.statistics?.recordsKnown ?? 0;
  return {
    running,
    rowsEnded,
    rowsStaged,
    rowsCopied: Math.max(before.rowsCopied, rowsEnded + sum(running), rowsStaged),
    // What Materialize counted is exact, the planner's figure is an estimate.
    rowsExpected: known > 0 ? known : (found?.rowsExpected ?? before.rowsExpected),
  };
}

const sum = (copies: Copy[]): number => copies.reduce((total, copy) => total + copy.rows, 0);
