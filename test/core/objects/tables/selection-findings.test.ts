import { selectionFindings } from '../../../../src/core/objects/tables/selection-findings';
import { makePlan } from '../../../../src/core/plan/plan';
import type { TargetFacts } from '../../../../src/core/plan/facts';
import { testFindings, heirs } from '../../plan/finding-cases';
import * as f from '../../plan/fixtures';

testFindings(selectionFindings, {
  raised: [
    [
      'no-tables',
      'an empty schema',
      { spec: f.withSource({ tables: { kind: 'schemas', schemas: ['empty'], aliases: [] } }) },
      'blocking',
      'name tables in source.tables',
    ],
    [
      'no-tables',
      'everything excluded',
      {
        spec: f.withSource({ tables: { kind: 'all', aliases: [], exclude: ['*'] } }),
        source: { tables: [], selection: { excluded: { count: 2, first: [] }, unmatched: [] } },
      },
      'blocking',
      'exclude less in source.exclude',
    ],
    [
      'excluded-tables',
      'tables that are left out',
      {
        spec: f.withSource({ tables: { kind: 'all', aliases: [], exclude: ['audit_*'] } }),
        source: {
          selection: { excluded: { count: 9, first: [{ schema: 'public', name: 'audit_1' }] }, unmatched: [] },
        },
      },
      'info',
      null,
    ],
    [
      'unmatched-pattern',
      'an exclude that matches nothing',
      {
        spec: f.withSource({ tables: { kind: 'all', aliases: [], exclude: ['audit_*', 'logs'] } }),
        source: {
          selection: { excluded: { count: 0, first: [] }, unmatched: [{ key: 'exclude', pattern: 'audit_*' }] },
        },
      },
      'warning',
      'correct it, or take audit_* out of source.exclude',
    ],
  ],
});

test('parents among all tables are left out of the plan, and taken where Materialize has them', () => {
  const all = f.withSource({ tables: { kind: 'all', aliases: [] } });
  const tables = [f.table('orders', { heirs }), f.table('customers'), f.table('card_payment')];
  const plan = (to: TargetFacts) => makePlan(all, f.preparedSource({ tables }), to, f.watched);
  expect(plan(f.emptyTarget()).tables.map(({ name }) => name)).toEqual(['card_payment', 'customers']);
  const built = plan(f.builtTarget());
  expect(built.tables.map(({ name }) => name)).toEqual(['card_payment', 'customers', 'orders']);
  expect(built.removed).toEqual([]);
});
