import { sameTable, tableName } from '../core/objects/tables/select';
import type { StepResult } from '../core/plan/types';
import * as sql from '../core/sql/materialize';
import { readSource } from '../systems/materialize';
import { unpublishRemoved } from './publication';
import type { Deps } from './support/deps';
import { done } from './support/ensure';
import { itemsOf, withMaterialize, withSource } from './support/sessions';
import type { StepInput } from './types';

/** From Materialize first: a table that left the publication while it was replicated would be an error there. */
export async function dropTables(deps: Deps, { spec, removed }: StepInput): Promise<StepResult> {
  const { source, item } = itemsOf(spec);
  await withMaterialize(deps, spec, async (client) => {
    const there = await readSource(client, source);
    for (const child of there?.children ?? []) {
      if (!removed.some((table) => sameTable(table, child.upstream))) continue;
      const name = { ...item(child.name), schema: child.schema };
      await client.query(child.kind === 'table' ? sql.dropTable(name) : sql.dropSubsource(name));
    }
  });
  const stay = await withSource(deps, spec, (session) => unpublishRemoved(deps, spec, session, removed));
  const names = removed.map(tableName).join(', ');
  const but = stay.length === 0 ? '' : `; there it stays: ${stay.join('; ')}`;
  return done('dropped', names, `dropped from Materialize, then from the publication${but}`);
}
