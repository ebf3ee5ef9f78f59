import type { PlannedTable } from '../../../src/core/plan/types';
import type { PipelineSpec } from '../../../src/core/spec/types';
import { spec } from '../harness';

const WORDS = ['order', 'item', 'customer', 'ledger', 'event', 'audit', 'stock', 'price', 'user', 'session', 'address'];

/** Names as people give them: they do not compress to nothing. */
export const tablesOf = (count: number): PlannedTable[] =>
  Array.from({ length: count }, (_, at) => {
    const name = [at % 11, (at * 7) % 11, (at * 13) % 11].map((word) => WORDS[word]).join('_') + `_${at}`;
    const sizes = { estimatedRows: (at * 7_919) % 100_003, bytes: String(8_192 * ((at % 977) + 1)) };
    return { schema: 'public', name, alias: null, target: name, fresh: true, ...sizes };
  });

/** A file that lists them. */
export const file = (pipeline: string, tables: PlannedTable[]): PipelineSpec => {
  const plain = spec(pipeline);
  const list = tables.map(({ schema, name }) => ({ schema, name, alias: null }));
  return { ...plain, source: { ...plain.source, tables: { kind: 'list' as const, tables: list } } };
};
