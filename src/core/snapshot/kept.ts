/**
 * What heartbeats, attempt windows and the run's query carry of a progress: all of it where the tables are few; else those
 * that fail or move, and of all of them counts, and one bit each for what is latched.
 */
import { fit } from '../text/fit';
import { doneShare, totalExpected, totalRows } from './progress';
import type { AllTables, SnapshotProgress, TableProgress, TableState } from './types';

/** So many go with all their figures. */
const NAMED = 20;
/** An error that fills a heartbeat tells no more than its beginning. */
const LONGEST_ERROR = 300;
const COPIES = 8;

export const BY_INTEREST: readonly TableState[] = ['failed', 'copying', 'copied', 'waiting', 'committed'];

/** The table as a plan has it. */
interface Planned {
  schema: string;
  name: string;
  target: string;
  estimatedRows: number | null;
}

/** `planned` are the tables in the order in which the bits stand; the same for `whole`. */
export function keepProgress(progress: SnapshotProgress, planned: readonly Planned[]): SnapshotProgress {
  const { tables } = progress;
  if (tables.length <= NAMED) return progress;
  const committed = new Set(tables.filter(({ state }) => state === 'committed').map(({ table }) => table));
  const sorted = [...tables].sort((a, b) => BY_INTEREST.indexOf(a.state) - BY_INTEREST.indexOf(b.state));
  const all: AllTables = {
    count: tables.length,
    states: countStates(tables),
    rowsCopied: totalRows(progress),
    rowsExpected: totalExpected(progress),
    share: doneShare(progress),
    committed: bitsOf(planned.map(({ target }) => committed.has(target))),
  };
  return { ...progress, tables: sorted.slice(0, NAMED).map(small), all };
}

/** Every table again: those that were not named as far as their bit tells. */
export function wholeProgress(progress: SnapshotProgress, planned: readonly Planned[]): SnapshotProgress {
  const { all, ...rest } = progress;
  if (all === undefined) return progress;
  const named = new Map(progress.tables.map((table) => [table.table, table]));
  const tables = planned.map(({ schema, name, target, estimatedRows }, at): TableProgress => {
    const known = named.get(target);
    if (known) return known;
    const committed = isSet(all.committed, at);
    return {
      table: target,
      upstream: { schema, name },
      rowsCopied: committed ? (estimatedRows ?? 0) : 0,
      rowsExpected: estimatedRows,
      rowsEnded: 0,
      running: [],
      rowsStaged: 0,
      state: committed ? 'committed' : 'waiting',
      error: null,
    };
  });
  return { ...rest, tables, partial: true };
}

/** How many tables stand where; the states in which none is are left out. */
export function countStates(tables: readonly TableProgress[]): AllTables['states'] {
  const states: AllTables['states'] = {};
  for (const state of BY_INTEREST) {
    const count = tables.filter((table) => table.state === state).length;
    if (count > 0) states[state] = count;
  }
  return states;
}

/** Of every table, also where only the first are named. */
export function statesOf(progress: SnapshotProgress): AllTables['states'] {
  return progress.all?.states ?? countStates(progress.tables);
}

const small = (table: TableProgress): TableProgress => ({
  ...table,
  running: table.running.slice(0, COPIES),
  error: table.error && fit(table.error, LONGEST_ERROR),
});

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const BITS = 6;

function bitsOf(flags: readonly boolean[]): string {
  let text = '';
  for (let at = 0; at < flags.length; at += BITS) {
    let value = 0;
    for (let bit = 0; bit < BITS; bit += 1) if (flags[at + bit]) value |= 1 << bit;
    text += ALPHABET.charAt(value);
  }
  return text;
}

function isSet(bits: string, at: number): boolean {
  const value = ALPHABET.indexOf(bits.charAt(Math.floor(at / BITS)) || 'A');
  return (value & (1 << (at % BITS))) !== 0;
}
