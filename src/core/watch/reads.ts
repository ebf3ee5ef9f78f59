/** Whether a reader can read: Materialize says `running` over tables nobody can read, and `stalled` over ones that are fine. */
import { cut } from '../text/cut';
import { packIds, unpacked } from './readings/id-runs';
import { tableErrorOf, valueRefused } from './errors/table-errors';
import type { TargetReading, TargetTableReading, WatchMemory } from './types';

/** Tables of which one check reads a row: those that could not be read first, then the others in turn. */
export const READS_A_CHECK = 20;
/** Kept from check to check, with what a read said; of more the ids, and what one of them said. */
const MOST_UNREADABLE = 20;

/** What a check remembers of its reads. */
export type ReadMemory = Pick<WatchMemory, 'unreadable' | 'unreadableMore' | 'readTo'>;

/** What the last read of a table said, if it failed. */
function lastErrors(memory: ReadMemory | null): (id: string) => string | undefined {
  const named = new Map((memory?.unreadable ?? []).map(({ id, error }) => [id, error]));
  const more = (memory?.unreadableMore ?? []).map(({ ids, error }) => ({ has: unpacked(ids), error }));
  return (id) => named.get(id) ?? more.find(({ has }) => has(id))?.error;
}

/** Errors alike but for the table and the value, so that one may stand for many. */
const kindOf = (error: string): string =>
  valueRefused(error) === null ? (tableErrorOf(error)?.meaning ?? '') : 'a value';
/** Another table's value is not to be looked for. */
const withoutValues = (error: string): string => error.replace(/"[^"]*"/g, '…');

/** Ids in the order in which they are to be read. */
export function tablesToRead(ids: readonly string[], memory: ReadMemory | null): string[] {
  const sorted = [...ids].sort();
  const failed = lastErrors(memory);
  const again = sorted.filter((id) => failed(id) !== undefined).slice(0, READS_A_CHECK / 2);
  const after = memory?.readTo ?? '';
  const turn = [...sorted.filter((id) => id > after), ...sorted.filter((id) => id <= after)];
  return [...again, ...turn.filter((id) => !again.includes(id)).slice(0, READS_A_CHECK - again.length)];
}

/** A read of it is known to fail: its text, and no other status, is the truth. */
export const readErrorOf = (table: TargetTableReading): string | null =>
  table.read !== undefined && !table.read.ok ? table.read.error : null;

/** The same, or what the last read said of a table that this look did not read. */
const lastErrorOf = (table: TargetTableReading, known: (id: string) => string | undefined): string | null =>
  readErrorOf(table) ?? (table.read === undefined ? (known(table.id) ?? null) : null);

/**
 * The tables as they are for a reader. A read that works takes back what a status says of a value, which stays after the
 * row is gone; of what else kills a table old rows may still be read, so there the status counts.
 */
export function asRead(target: TargetReading, memory: ReadMemory | null): TargetReading {
  const known = lastErrors(memory);
  const tables = target.tables.map((table): TargetTableReading => {
    const error = lastErrorOf(table, known);
    if (error !== null) return { ...table, error };
    return table.read?.ok && valueRefused(table.error) !== null ? { ...table, status: 'running', error: null } : table;
  });
  return { ...target, tables };
}

/** What the next check has to know; a side that was not read changes nothing. */
export function rememberReads(target: TargetReading | null, memory: ReadMemory | null): ReadMemory {
  if (target === null) {
    const { unreadable, unreadableMore, readTo } = memory ?? {};
    return { unreadable, ...(unreadableMore ? { unreadableMore } : {}), readTo };
  }
  const before = lastErrors(memory);
  const unreadable = target.tables.flatMap((table) => {
    const error = lastErrorOf(table, before);
    return error === null ? [] : [{ id: table.id, error: cut(error) }];
  });
  const more = moreOf(unreadable.slice(MOST_UNREADABLE));
  return {
    unreadable: unreadable.slice(0, MOST_UNREADABLE),
    ...(more.length > 0 ? { unreadableMore: more } : {}),
    readTo: target.readTo ?? memory?.readTo,
  };
}

/** As many entries as there are kinds of errors. */
function moreOf(unreadable: { id: string; error: string }[]): NonNullable<ReadMemory['unreadableMore']> {
  const kinds = new Map<string, { error: string; ids: string[] }>();
  for (const { id, error } of unreadable) {
    const kind = kindOf(error);
    const alike = kinds.get(kind) ?? { error: withoutValues(error), ids: [] };
    alike.ids.push(id);
    kinds.set(kind, alike);
  }
  return [...kinds.values()].map(({ error, ids }) => ({ error, ids: packIds(ids) }));
}
