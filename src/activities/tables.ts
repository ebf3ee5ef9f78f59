import { listed } from '../core/plan/context';
import { allIn } from '../core/objects/tables/find';
import { tableName } from '../core/objects/tables/select';
import * as sql from '../core/sql/materialize';
import { readSource } from '../systems/materialize';
import { unpublishRemoved } from './publication';
import { APPLY, activity } from './support/activity';
import { done } from './support/ensure';
import { step } from './support/inputs';
import { itemsOf, withMaterialize, withSource } from './support/sessions';

/** From Materialize first: a table that left the publication while it was replicated would be an error there. */
export const dropTables = activity({ input: step, callers: APPLY }, async (deps, { spec, removed }) => {
  const { source, item } = itemsOf(spec);
  await withMaterialize(deps, spec, async (client) => {
    const there = await readSource(client, source);
    for (const child of there?.children ?? []) {
      // By object: another table of the same upstream table may be somebody else's.
      const ours = child.schema === spec.materialize.schema;
      if (!ours || !allIn(removed, child.upstream).some(({ target }) => target === child.name)) continue;
      const name = { ...item(child.name), schema: child.schema };
      await client.query(child.kind === 'table' ? sql.dropTable(name) : sql.dropSubsource(name));
    }
  });
  const stay = await withSource(deps, spec, (session) => unpublishRemoved(deps, spec, session, removed));
  const names = listed(removed.map(tableName));
  const but = stay.length === 0 ? '' : `; there it stays: ${stay.join('; ')}`;
  return done('dropped', names, `dropped from Materialize, then from the publication${but}`);
});
