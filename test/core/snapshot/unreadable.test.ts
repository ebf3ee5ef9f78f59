import { unreadable } from '../../../src/core/snapshot/unreadable';
import type { ReadProof } from '../../../src/core/watch/types';
import { play } from './look';

const { tables } = play([0, { committed: ['orders', 'customers'] }]);
const value = 'failed to cast raw column: invalid input syntax for type date: "infinity"';
const failed = (...proofs: [string, ReadProof][]) =>
  unreadable(tables, new Map(proofs)).map(({ table, state, error }) => ({ table, state, error }));

test('a committed table that nobody can read has failed, with what the read said', () => {
  expect(failed(['orders', { ok: false, error: value }], ['customers', { ok: true }])).toEqual([
    { table: 'orders', state: 'failed', error: value },
  ]);
});

test('one that could not be asked has not, nor one whose read failed for what nobody knows', () => {
  expect(failed(['customers', { ok: false, error: 'internal error: a replica went away' }])).toEqual([]);
});
