import type { TableFacts } from '../../../src/core/objects/tables/facts';
import { makePlan } from '../../../src/core/plan/plan';
import type { Plan } from '../../../src/core/plan/types';
import * as f from '../../core/plan/fixtures';

/** Names that differ at their end alone, as long as Postgres lets them be. */
export const tenant = (index: number): string =>
  `tenant_${'of_the_shop_that_has_a_name_'.repeat(2)}`.slice(0, 58).padEnd(58, 'x') +
  `_${String(index).padStart(4, '0')}`;

const ROOMY = {
  maxSources: 10_000,
  usedSources: 3,
  maxTables: 10_000,
  usedTables: 3,
  maxClusters: 25,
  usedClusters: 2,
};

/** The first plan of a pipeline with so many tables, each of them with something to say. */
export function largePlan(tables: number, name = tenant, change: Partial<TableFacts> = {}): Plan {
  const names = Array.from({ length: tables }, (_, index) => name(index + 1));
  const list = {
    kind: 'list' as const,
    tables: names.map((table) => ({ schema: 'public', name: table, alias: null })),
  };
  const source = f.untouchedSource({
    tables: names.map((table, index) =>
      f.table(table, {
        oid: 20_000 + index,
        ...change,
      }),
    ),
  });
  return makePlan(f.withSource({ tables: list }), source, f.emptyTarget({ limits: ROOMY }), f.notWatched);
}
