import { copyOf } from '../../core/objects/beside/decide';
import { besideName, roleBeside } from '../../core/objects/beside/names';
import { tableName } from '../../core/objects/tables/select';
import { listed } from '../../core/plan/context';
import type { ChildFacts, SourceObjectFacts } from '../../core/plan/facts';
import { isOurs } from '../../core/plan/ownership';
import type { Beside } from '../../core/plan/types';
import type { PipelineSpec } from '../../core/spec/types';
import * as sql from '../../core/sql/materialize';
import { plural } from '../../core/text/count';
import { systemError } from '../../systems/errors';
import { readSource } from '../../systems/materialize';
import type { SqlClient } from '../../systems/sql-client';
import { addTables } from '../source/ensure';
import { APPLY, activity } from '../support/activity';
import { done } from '../support/ensure';
import { step } from '../support/inputs';
import { itemsOf, withMaterialize } from '../support/sessions';

/**
 * Copies beside the tables they are to replace, of the same upstream tables. What a run that ended early left goes first: a
 * table gets its name back, and copies that are of no use any more are dropped.
 */
export const copyBeside = activity({ input: step, callers: APPLY }, (deps, { spec, beside }) => {
  const { groups, left, unnamed } = beside ?? { groups: [], left: [], unnamed: [] };
  const tables = groups.flatMap((group) => group.tables);
  const names = listed(tables.map(({ upstream }) => tableName(upstream)));
  return withMaterialize(deps, spec, async (client) => {
    await nameAgain(client, spec, unnamed);
    await dropLeft(client, spec, left);
    const missing = async () => {
      const { children } = await readOurs(client, spec);
      return tables.filter((table) => copyOf(children, table) === null);
    };
    const { textColumns, excludeColumns, excludeConstraints } = spec.source;
    const options = { name: itemsOf(spec).source, textColumns, excludeColumns, excludeConstraints };
    const mappings = (await missing()).map(({ upstream, item }) => ({
      upstream,
      target: { ...item, name: besideName(item.name, 'new') ?? item.name },
    }));
    await addTables(client, options, mappings);
    const lost = await missing();
    if (lost.length > 0) {
      const of = listed(lost.map(({ upstream }) => tableName(upstream)));
      const message = `a copy of ${of} was made and is not there`;
      throw systemError('Unexpected', 'materialize', message, { retryable: true });
    }
    const object = names || listed([...unnamed, ...left.map(({ name }) => name)]);
    if (tables.length === 0) return done('changed', object, `what an earlier run left is put right: ${object}`);
    return done('created', object, `${plural(tables.length, 'copy', 'copies')} beside: ${names}`);
  });
});

async function readOurs(client: SqlClient, spec: PipelineSpec): Promise<SourceObjectFacts> {
  const { source } = itemsOf(spec);
  const found = await readSource(client, source);
  if (found && isOurs(found.comment, spec.name)) return found;
  throw systemError('Conflict', 'materialize', `source ${source.name} is not there, or not this pipeline's any more`, {
    hint: 'n2m apply FILE looks again',
  });
}

/** A run ended between two names: readers get theirs back before anything else. */
async function nameAgain(client: SqlClient, spec: PipelineSpec, unnamed: Beside['unnamed']): Promise<void> {
  const { item } = itemsOf(spec);
  const { children } = await readOurs(client, spec);
  for (const child of inSchema(spec, children).filter(({ name }) => unnamed.includes(name))) {
    const target = roleBeside(child)?.target;
    if (target !== undefined) await client.query(sql.renameTo(item(child.name), target));
  }
}

/** By id, and only what is still called so: another run may have finished what this one was planned for. */
async function dropLeft(client: SqlClient, spec: PipelineSpec, left: Beside['left']): Promise<void> {
  const { children } = await readOurs(client, spec);
  for (const child of inSchema(spec, children).filter((one) => left.some(({ id }) => id === one.id))) {
    if (roleBeside(child) !== null) await client.query(sql.dropTable(itemsOf(spec).item(child.name)));
  }
}

const inSchema = ({ materialize }: PipelineSpec, children: readonly ChildFacts[]): ChildFacts[] =>
  children.filter(({ schema, kind }) => schema === materialize.schema && kind === 'table');
