/** Whether a reader can read: Materialize says `running` over tables nobody can read, and `stalled` over ones that are fine. */
import { cut } from '../text/cut';
import { valueRefused } from './source-errors';
import type { TargetReading, TargetTableReading, WatchMemory } from './types';

/** Tables of which one check reads a row: those that could not be read first, then the others in turn. */
export const READS_A_CHECK = 20;
/** Kept from check to check, with what a read said. */
const MOST_UNREADABLE = 20;

/** What a check remembers of its reads. */
export type ReadMemory = Pick<WatchMemory, 'unreadable' | 'readTo'>;

/** Ids in the order in which they are to be read. */
export function tablesToRead(ids: readonly string[], memory: ReadMemory | null): string[] {
  const sorted = [...ids].sort();
  const unreadable = (memory?.unreadable ?? []).map(({ id }) => id);
  const again = sorted.filter((id) => unreadable.includes(id)).slice(0, READS_A_CHECK / 2);
  const after = memory?.readTo ?? '';
  const turn = [...sorted.filter((id) => id > after), ...sorted.filter((id) => id <= after)];
  return [...again, ...turn.filter((id) => !again.includes(id)).slice(0, READS_A_CHECK - again.length)];
}

/** A read of it is known to fail: its text, and no other status, is the truth. */
export const readErrorOf = (table: TargetTableReading): string | null =>
  table.read !== undefined && !table.read.ok ? table.read.error : null;

/**
 * The tables as they are for a reader. A read that works takes back what a status says of a value, which stays after the
 * row is gone; of what else kills a table old rows may still be read, so there the status counts.
 */
export function asRead(target: TargetReading, memory: ReadMemory | null): TargetReading {
  const known = new Map((memory?.unreadable ?? []).map(({ id, error }) => [id, error]));
  const tables = target.tables.map((table): TargetTableReading => {
    const error = readErrorOf(table) ?? (table.read === undefined ? (known.get(table.id) ?? null) : null);
    if (error !== null) return { ...table, error };
    return table.read?.ok && valueRefused(table.error) !== null ? { ...table, status: 'running', error: null } : table;
  });
  return { ...target, tables };
}

/** What the next check has to know; a side that was not read changes nothing. */
export function rememberReads(target: TargetReading | null, memory: ReadMemory | null): ReadMemory {
  if (target === null) return { unreadable: memory?.unreadable, readTo: memory?.readTo };
  const before = new Map((memory?.unreadable ?? []).map(({ id, error }) => [id, error]));
  const unreadable = target.tables.flatMap((table) => {
    const error = readErrorOf(table) ?? (table.read === undefined ? before.get(table.id) : undefined);
    return error === undefined ? [] : [{ id: table.id, error: cut(error) }];
  });
  return { unreadable: unreadable.slice(0, MOST_UNREADABLE), readTo: target.readTo ?? memory?.readTo };
}
