import { namesOf } from '../../core/objects/beside';
import { copyOf } from '../../core/objects/beside/decide';
import { besideName, roleBeside, tablesOf } from '../../core/objects/beside/names';
import { listed } from '../../core/plan/context';
import type { Beside } from '../../core/plan/types';
import type { PipelineSpec } from '../../core/spec/types';
import * as sql from '../../core/sql/materialize';
import { plural } from '../../core/text/count';
import { systemError } from '../../systems/errors';
import type { SqlClient } from '../../systems/sql-client';
import { addTables } from '../source/ensure';
import { APPLY, activity } from '../support/activity';
import { done } from '../support/ensure';
import { step } from '../support/inputs';
import { untilReplayed } from '../support/replay';
import { itemsOf, withMaterialize } from '../support/sessions';
import { readOurs } from './ours';

/**
 * Copies beside the tables they are to replace, of the same upstream tables. What a run that ended early left goes first: a
 * table gets its name back, and copies that are of no use any more are dropped.
 */
export const copyBeside = activity({ input: step, callers: APPLY }, async (deps, { spec, beside }) => {
  await untilReplayed(deps, spec);
  const asked: Beside = beside ?? { groups: [], left: [], unnamed: [] };
  const { left, unnamed } = asked;
  const tables = tablesOf(asked);
  const names = namesOf(tables);
  return withMaterialize(deps, spec, async (client) => {
    await putRight(client, spec, asked);
    const missing = async () => {
      const { children } = await readOurs(client, spec);
      return tables.filter((table) => copyOf(children, table) === null);
    };
    const { textColumns, excludeColumns, excludeConstraints } = spec.source;
    const options = { name: itemsOf(spec).source, textColumns, excludeColumns, excludeConstraints };
    const mappings = (await missing()).map(({ upstream, item }) => ({
      upstream,
      target: { ...item, database: spec.materialize.database, name: besideName(item.name, 'new') ?? item.name },
    }));
    await addTables(client, options, mappings);
    const lost = await missing();
    if (lost.length > 0) {
      const message = `a copy of ${namesOf(lost)} was made and is not there`;
      throw systemError('Unexpected', 'materialize', message, { retryable: true });
    }
    const object = names || listed([...unnamed, ...left.map(({ name }) => name)]);
    if (tables.length === 0) return done('changed', object, `what an earlier run left is put right: ${object}`);
    return done('created', object, `${plural(tables.length, 'copy', 'copies')} beside: ${names}`);
  });
});

/**
 * What runs that ended early left: readers get the names of their tables back before anything else, and copies go. By id, and
 * only what is still called so: another run may have finished what this one was planned for.
 */
async function putRight(client: SqlClient, spec: PipelineSpec, { left, unnamed }: Beside): Promise<void> {
  if (left.length + unnamed.length === 0) return;
  const { item } = itemsOf(spec);
  const { children } = await readOurs(client, spec);
  const beside = children.flatMap((child) => {
    const target = roleBeside(child)?.target;
    const here = child.schema === spec.materialize.schema && child.kind === 'table';
    return here && target !== undefined ? [{ ...child, target }] : [];
  });
  for (const { name, target } of beside.filter((child) => unnamed.includes(child.name)))
    await client.query(sql.renameTo(item(name), target));
  for (const { name } of beside.filter((child) => left.some(({ id }) => id === child.id)))
    await client.query(sql.dropTable(item(name)));
}
