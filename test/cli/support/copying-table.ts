import type { TableProgress } from '../../../src/core/snapshot/types';

/** A table of `public` in the middle of its copy. */
export const copyingTable = (name: string, rest: Partial<TableProgress> = {}): TableProgress => ({
  table: name,
  upstream: { schema: 'public', name },
  rowsCopied: 52_000,
  rowsExpected: 100_000,
  rowsEnded: 0,
  rowsStaged: 0,
  running: [],
  state: 'copying',
  error: null,
  ...rest,
});
