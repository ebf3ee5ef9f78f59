import { batchesOf } from '../../../src/core/objects/beside/batches';
import type { Beside } from '../../../src/core/plan/types';

type Group = Beside['groups'][number];
const group = (id: string, view?: string): Group => ({
  tables: [
    {
      id,
      kind: 'table',
      item: { database: 'm', schema: 's', name: id },
      upstream: { schema: 'p', name: id },
      why: 'x',
    },
  ],
  dependents: view === undefined ? [] : [{ id: view, type: 'view', name: view }],
});
const many = (count: number, view: boolean) =>
  Array.from({ length: count }, (_, at) => group(`t${at}`, view ? `v${at}` : undefined));
const shape = (groups: readonly Group[]) =>
  batchesOf(groups).map(({ tables, dependents }) => [tables.length, dependents.length]);

it('changes places group by group where something is built on them, and the rest at once', () => {
  expect(batchesOf([])).toEqual([]);
  const [a, b, c, d] = [group('a'), group('b', 'v'), group('c'), group('d', 'w')];
  expect(batchesOf([a, b, c, d])).toEqual([b, d, { tables: [...a.tables, ...c.tables], dependents: [] }]);
  expect(shape(many(201, false))).toEqual([
    [200, 0],
    [1, 0],
  ]);
});

it('never makes more than a hundred pieces of what others built, and leaves nothing out', () => {
  expect(shape(many(100, true))).toHaveLength(100);
  const batches = batchesOf(many(1_001, true));
  expect(batches.length).toBeLessThanOrEqual(100);
  expect(batches.flatMap(({ tables }) => tables.map(({ id }) => id))).toEqual(
    many(1_001, true).map(({ tables }) => tables[0]?.id),
  );
  expect(batches.flatMap(({ dependents }) => dependents)).toHaveLength(1_001);
});
