import { partitionFindings } from '../../../../src/core/objects/tables/partition-findings';
import { makePlan } from '../../../../src/core/plan/plan';
import type { SourceFacts, TargetFacts } from '../../../../src/core/plan/facts';
import { testFindings, orders, parted } from '../../plan/finding-cases';
import * as f from '../../plan/fixtures';

testFindings(partitionFindings, {
  raised: [
    [
      'partition-unsent',
      'a foreign partition',
      {
        source: orders(
          f.partitioned({ unsent: { count: 1, first: [{ schema: 'public', name: 'orders_1', why: 'foreign' }] } }),
        ),
      },
      'blocking',
      'name the other partitions instead',
    ],
    [
      'partition-of-selected',
      'a partition beside its table',
      {
        source: {
          tables: [
            f.table('orders', f.partitioned()),
            f.table('customers', { partitionOf: [{ schema: 'public', name: 'orders' }] }),
          ],
        },
      },
      'blocking',
      'take public.customers out of source.tables',
    ],
    [
      'partitions-regrouped',
      'a partition in place of its table',
      {
        built: true,
        spec: f.withSource({ tables: { kind: 'list', tables: [{ schema: 'public', name: 'orders', alias: null }] } }),
        source: orders({ partitionOf: [{ schema: 'public', name: 'customers' }] }),
      },
      'warning',
      null,
    ],
    ['partition-changes', 'a table of partitions', { source: parted }, 'warning', null],
    ['partition-changes', 'a table of partitions that is there', { built: true, source: parted }, 'info', null],
    [
      'partitions-apart',
      'all, with partitions that are there one by one',
      {
        built: true,
        spec: f.withSource({ tables: { kind: 'all', aliases: [] } }),
        source: {
          tables: [
            f.table('sales', f.partitioned()),
            f.table('orders', { partitionOf: [{ schema: 'public', name: 'sales' }] }),
          ],
        },
      },
      'info',
      'name the partitioned table in source.tables',
    ],
  ],
});

test('of schemas and all a partitioned table is taken as one, unless its partitions are there one by one', () => {
  const all = f.withSource({ tables: { kind: 'all', aliases: [] } });
  const top = { schema: 'public', name: 'sales' };
  const tables = [
    f.table('sales', f.partitioned({ count: 2 })),
    f.table('sales_1', { ...f.partitioned(), partitionOf: [top] }),
    f.table('orders', { partitionOf: [{ schema: 'public', name: 'sales_1' }, top] }),
    f.table('customers', { partitionOf: [top] }),
    f.table('plain'),
  ];
  const names = (from: Partial<SourceFacts>, to: TargetFacts) =>
    makePlan(all, f.preparedSource({ tables, ...from }), to, f.watched).tables.map(({ name }) => name);
  expect(names({}, f.emptyTarget())).toEqual(['plain', 'sales']);
  expect(names({}, f.builtTarget())).toEqual(['customers', 'orders', 'plain']);
  // One of its partitions is excluded, or in another schema.
  const without = tables.filter(({ name }) => name !== 'customers');
  expect(names({ tables: without }, f.emptyTarget())).toEqual(['orders', 'plain']);
  const unsent = { count: 1, first: [{ schema: 'public', name: 'sales_9', why: 'foreign' as const }] };
  const mixed = [f.table('sales', f.partitioned({ unsent })), ...tables.slice(2)];
  expect(names({ tables: mixed }, f.emptyTarget())).toEqual(['customers', 'orders', 'plain']);
});
