import { tablesFindings } from '../../../../src/core/objects/tables/findings';
import { makePlan } from '../../../../src/core/plan/plan';
import { testFindings, prepared, orders, target, heirs, parted } from '../../plan/finding-cases';
import * as f from '../../plan/fixtures';

const column = { name: 'state', type: 'shop.state', typeOid: 99, nullable: true, generated: null, expression: null };

testFindings(tablesFindings, {
  raised: [
    [
      'missing-table',
      'a table that does not exist',
      { source: { missingTables: [{ schema: 'public', name: 'nope' }] } },
      'blocking',
      'correct the name in source.tables; mixed case needs quotes: public."Orders"',
    ],
    [
      'missing-table',
      'a replicated table that was dropped upstream',
      {
        built: true,
        source: { tables: [prepared.tables[0]!], missingTables: [{ schema: 'public', name: 'customers' }] },
      },
      'blocking',
      'take public.customers out of source.tables',
    ],
    ['inherited-table', 'a parent', { source: orders({ heirs }) }, 'blocking', 'name the tables that inherit'],
    [
      'inherited-table',
      'a hypertable',
      { source: orders({ hypertable: true }) },
      'blocking',
      'take public.orders out of source.tables',
    ],
    [
      'inherited-table',
      'a parent that Materialize has already',
      { built: true, source: { tables: prepared.tables.map((table) => ({ ...table, heirs })) } },
      'warning',
      'replicate the tables that inherit',
    ],
    [
      'inherited-table',
      'parents among all tables',
      { spec: f.withSource({ tables: { kind: 'all', aliases: [] } }), source: orders({ heirs }) },
      'warning',
      null,
    ],
    [
      'not-a-table',
      'an unlogged table',
      { source: orders({ persistence: 'unlogged' }) },
      'blocking',
      'take public.orders out of source.tables, or: ALTER TABLE "public"."orders" SET LOGGED; -- which rewrites it',
    ],
    ['not-a-table', 'a temporary table', { source: orders({ persistence: 'temporary' }) }, 'blocking', null],
    ['not-a-table', 'a foreign table', { source: orders({ relkind: 'f' }) }, 'blocking', null],
    ['not-a-table', 'a table of the system', { source: orders({ oid: 1259 }) }, 'blocking', null],
    [
      'not-a-table',
      'a partitioned table before Postgres 13',
      { source: { ...parted, versionNum: 120_000 } },
      'blocking',
      null,
    ],
    [
      'unsupported-type',
      'a type that goes as text',
      { source: orders({ columns: [{ ...column, ingest: 'text' }] }) },
      'blocking',
      'source.textColumns: [public.orders.state]',
    ],
    [
      'unsupported-type',
      'a type that does not go',
      { source: orders({ columns: [{ ...column, ingest: 'no' }] }) },
      'blocking',
      'source.excludeColumns: [public.orders.state]',
    ],
    [
      'unknown-column',
      'a column that does not exist',
      { spec: f.withSource({ textColumns: [{ schema: 'public', table: 'orders', column: 'nope' }] }) },
      'blocking',
      'take public.orders.nope out of source.textColumns',
    ],
    [
      'text-columns-changed',
      'a text column of an adopted table',
      {
        built: true,
        spec: f.withSource({ textColumns: [{ schema: 'public', table: 'orders', column: 'id' }] }),
        target: { source: { ...target.source!, comment: null } },
      },
      'blocking',
      'DROP SOURCE IF EXISTS "materialize"."shop"."orders" RESTRICT; -- then apply, which adds it again',
    ],
    [
      'stale-statistics',
      'a large table never analysed',
      { source: orders({ estimatedRows: null, bytes: '5000000' }) },
      'warning',
      'ANALYZE "public"."orders";',
    ],
    ['table-size', 'something to copy', {}, 'info', null],
    [
      'table-has-dependents',
      'a view on a table that left',
      {
        built: true,
        spec: f.withSource({ tables: { kind: 'list', tables: [{ schema: 'public', name: 'orders', alias: null }] } }),
        target: {
          source: {
            ...target.source!,
            children: [
              f.child('orders'),
              f.child('customers', { dependents: [{ id: 'u9', name: 'v', type: 'view' }] }),
            ],
          },
        },
      },
      'blocking',
      'DROP VIEW v;',
    ],
    [
      'table-dead',
      'a table with an error',
      {
        built: true,
        target: {
          source: {
            ...target.source!,
            children: [f.child('orders', { error: 'table was truncated' }), f.child('customers')],
          },
        },
      },
      'warning',
      'n2m repair shop',
    ],
  ],

  silent: [
    ['inherited-table', 'a table nobody inherits from', {}],
    ['not-a-table', 'a table without columns', { source: orders({ columns: [] }) }],
  ],
});

test('text-columns-changed says what copying the adopted table again costs, and tells what the file no longer names', () => {
  const { source } = f.builtTarget();
  const children = [f.child('orders'), f.child('customers', { excludeColumns: ['id'] })];
  const target = f.builtTarget({ source: { ...source!, children, comment: null } });
  const asked = f.withSource({ textColumns: [{ schema: 'public', table: 'orders', column: 'id' }] });
  const { findings } = makePlan(asked, f.preparedSource(), target, f.watched);
  const changed = findings.filter(({ code }) => code === 'text-columns-changed');
  expect(changed.map(({ severity, subject }) => ({ severity, subject }))).toEqual([
    { severity: 'blocking', subject: 'public.orders' },
    { severity: 'warning', subject: 'public.customers' },
  ]);
  expect(changed[0]?.sentence).toContain('copying it again: about 1,000 rows, 8.0 KiB, roughly 30 s at 200cc');
});
