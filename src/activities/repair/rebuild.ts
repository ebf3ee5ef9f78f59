import { z } from 'zod';
import { remoteDeadline } from '../../core/budgets';
import { tableName } from '../../core/objects/tables/select';
import { listed } from '../../core/plan/context';
import { isOurs } from '../../core/plan/ownership';
import { typed } from '../../core/plan/rule';
import type { Rebuild } from '../../core/plan/types';
import { oddStatement } from '../../core/repair/definition-shape';
import { dropDependent, keywordOf, ownerTo } from '../../core/repair/privileges';
import type { Definition, Recreated } from '../../core/repair/types';
import type { PipelineSpec } from '../../core/spec/types';
import * as sql from '../../core/sql/materialize';
import { plural } from '../../core/text/count';
import { SystemError, systemError } from '../../systems/errors';
import * as mz from '../../systems/materialize';
import type { SqlClient } from '../../systems/sql-client';
import { heartbeat } from '../edges/heartbeat';
import { APPLY, activity } from '../support/activity';
import { done } from '../support/ensure';
import { definitionShape, rebuildShape, takes } from '../support/inputs';
import { itemsOf, withMaterialize } from '../support/sessions';
import { inItsPlace } from './standing';

interface Input {
  spec: PipelineSpec;
  plan: Rebuild;
}

const keep = takes<Input>({ plan: rebuildShape });

/** Read before anything is dropped; they travel through the run's history and into its result. */
export const keepDefinitions = activity({ input: keep, reads: true, callers: APPLY }, (deps, { spec, plan }) => {
  const { source } = itemsOf(spec);
  return withMaterialize(deps, spec, async (client) => {
    const found = await mz.readSource(client, source);
    const roots = rootsOf(spec, plan, found);
    const all = await mz.readDependentsOf(
      client,
      found && plan.damage.recreate.length > 0 ? [found.id] : roots.map(({ id }) => id),
    );
    const going = idsOf(roots);
    const others = all.filter(({ id }) => !going.has(id));
    refuseUnnamed(spec, plan, others);
    return mz.readDefinitions(client, [
      ...roots.map((root) => ({ ...root, definition: false })),
      ...others.map(({ id, type, name, database, schema, bareName }) => ({
        ...{ id, type, name, definition: true },
        item: { database: database ?? '', schema: schema ?? '', name: bareName },
      })),
    ]);
  });
});

const idsOf = (objects: readonly { id: string }[]): Set<string> => new Set(objects.map(({ id }) => id));

/** The tables that go: their own privileges and comments have to come back, too. */
function rootsOf(
  { materialize: { database } }: PipelineSpec,
  plan: Rebuild,
  found: Awaited<ReturnType<typeof mz.readSource>>,
) {
  const children = found?.children ?? [];
  const dead = idsOf(plan.damage.dead);
  const going = plan.damage.recreate.length > 0 ? children : children.filter(({ id }) => dead.has(id));
  return going.map(({ id, kind, schema, name }) => ({
    ...{ id, type: kind === 'table' ? 'table' : 'source', name: `${database}.${schema}.${name}` },
    item: { database, schema, name },
  }));
}

function refuseUnnamed(
  spec: PipelineSpec,
  plan: Pick<Rebuild, 'dependents'>,
  others: { id: string; type: string; name: string }[],
): void {
  const ids = idsOf(plan.dependents);
  const named = new Set(plan.dependents.map(({ type, name }) => `${type} ${name}`));
  const unnamed = others.filter(({ id, type, name }) => !ids.has(id) && !named.has(`${type} ${name}`));
  if (unnamed.length === 0) return;
  throw cameUp(spec, unnamed);
}

/** Nobody agreed to drop it. */
export function cameUp(spec: Pick<PipelineSpec, 'name'>, objects: readonly { type: string; name: string }[]) {
  const names = listed(typed(objects), 20);
  return systemError('Conflict', 'materialize', `${names} came up after the plan and would have to be dropped`, {
    hint: `run the same command for ${spec.name} again: it names them and asks`,
  });
}

interface DropInput extends Input {
  definitions: Definition[];
}

export const dropping = takes<DropInput>({ plan: rebuildShape, definitions: z.array(definitionShape) });

/** The dead tables alone, each after what is built on it; no statement cascades. */
export const dropDeadTables = activity({ input: dropping, callers: APPLY }, (deps, { spec, plan, definitions }) => {
  const { source } = itemsOf(spec);
  const dying = idsOf(plan.damage.dead);
  return withMaterialize(deps, spec, async (client) => {
    const there = await mz.readSource(client, source);
    if (there && !isOurs(there.comment, spec.name)) throw notOurs(source.name);
    const alive = async () => (await mz.readSource(client, source))?.children.filter(({ id }) => dying.has(id));
    // By id: what carries the same name by now is the new one.
    const going = (await alive()) ?? [];
    if (going.length > 0) await dropDependents(client, definitions, going);
    for (const table of (await alive()) ?? []) {
      const item = { database: spec.materialize.database, schema: table.schema, name: table.name };
      await client.query(table.kind === 'table' ? sql.dropTable(item) : sql.dropSubsource(item));
    }
    const left = await alive();
    if (left?.length) throw still(listed(left.map(({ name }) => name)));
    const names = listed(plan.damage.dead.map(({ upstream }) => tableName(upstream)));
    return done(
      'dropped',
      names,
      `${names} dropped, ${plural(definitions.filter(isDependent).length, 'definition')} kept`,
    );
  });
});

/** The lost source with its tables; what is built on them goes one by one before, so that its CASCADE finds only tables. */
export const dropLostSource = activity({ input: dropping, callers: APPLY }, (deps, { spec, definitions, plan }) => {
  const { source } = itemsOf(spec);
  const object = `source ${source.name}`;
  return withMaterialize(deps, spec, async (client) => {
    const look = () => mz.readSource(client, source);
    const found = await look();
    // A source with another slot is one that was made after the plan.
    if (found && found.slot === plan.slot) {
      if (!isOurs(found.comment, spec.name)) throw notOurs(source.name);
      await dropDependents(client, definitions, [found]);
      const children = new Set(found.children.map(({ id }) => id));
      const others = (await mz.readDependentsOf(client, [found.id])).filter(({ id }) => !children.has(id));
      refuseUnnamed(spec, { dependents: [] }, others);
      await client.query(sql.dropSource(source), undefined, remoteDeadline(found.children.length));
      if ((await look())?.id === found.id) throw still(object);
    }
    return done(
      'dropped',
      object,
      `${object} dropped, ${plural(definitions.filter(isDependent).length, 'definition')} kept`,
    );
  });
});

const isDependent = ({ sql: text }: Definition): boolean => text !== null;

/**
 * Last made first. By id, as a second attempt must not drop what a person made again meanwhile, and only what is built on
 * what goes.
 */
export async function dropDependents(
  client: SqlClient,
  definitions: Definition[],
  roots: { id: string }[],
): Promise<void> {
  const built = idsOf(
    await mz.readDependentsOf(
      client,
      roots.map(({ id }) => id),
    ),
  );
  for (const { id, type, item } of definitions.filter(isDependent).toReversed()) {
    if (!built.has(id)) continue;
    if ((await mz.findObject(client, type, item)) === id) await client.query(dropDependent(type, item));
  }
}

const notOurs = (source: string) =>
  systemError('Conflict', 'materialize', `source ${source} was not made by n2m, which drops only its own`);

function still(what: string) {
  return systemError('Unexpected', 'materialize', `${what} was dropped and is still there`, { retryable: true });
}

const recreation = takes<Pick<DropInput, 'spec' | 'definitions'>>({ definitions: z.array(definitionShape) });

/** Makes everything again in order and compares. What cannot be made is reported with its statements, never hidden. */
export const recreateDependents = activity({ input: recreation, callers: APPLY }, (deps, { spec, definitions }) =>
  withMaterialize(deps, spec, (client) => recreateAll(client, definitions)),
);

/** In the order given. */
export async function recreateAll(client: SqlClient, definitions: readonly Definition[]): Promise<Recreated[]> {
  const results: Recreated[] = [];
  for (const definition of definitions) {
    heartbeat({ recreating: definition.name });
    results.push(await recreate(client, definition));
  }
  return results;
}

async function recreate(client: SqlClient, kept: Definition): Promise<Recreated> {
  const definition = await inItsPlace(client, kept);
  const { name, type, item, owner, grants, comments } = definition;
  const statements = [
    ...(definition.sql === null ? [] : [definition.sql]),
    ...grants,
    ...comments,
    ...(owner === null || definition.sql === null ? [] : [ownerTo(type, item, owner)]),
  ];
  const result = (outcome: Recreated['outcome'], why: string | null): Recreated => ({
    // As it was kept: by that what is still owed is told apart.
    ...{ name, type: kept.type, outcome, why },
    sql: outcome === 'recreated' ? [] : statements.map((statement) => `${statement};`),
  });
  if (keywordOf(type) === null) return result('failed', `n2m cannot make a ${type} again`);
  const odd = oddStatement(definition);
  if (odd !== null) return result('failed', `not sent, as ${odd}`);
  try {
    if (definition.sql !== null && (await mz.findObject(client, type, item)) === null)
      await client.query(definition.sql);
    for (const statement of [...grants, ...comments]) await client.query(statement);
    const id = await mz.findObject(client, type, item);
    if (id === null) return result('failed', 'it is not there afterwards');
    const describe = () => mz.readDefinitions(client, [{ id, type, name, item, definition: definition.sql !== null }]);
    let [now] = await describe();
    if (now && owner !== null && now.owner !== owner) {
      await client.query(ownerTo(type, item, owner));
      [now] = await describe();
    }
    const differences = differ(definition, now);
    return differences.length === 0 ? result('recreated', null) : result('differs', differences.join(', '));
  } catch (error) {
    // Lost connections are the activity's to retry; what the server refuses is for a person.
    if (!(error instanceof SystemError) || error.info.retryable) throw error;
    return result('failed', error.info.message);
  }
}

function differ(before: Definition, now: Definition | undefined): string[] {
  if (!now) return ['it cannot be read'];
  const same = (a: string[], b: string[]) => JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
  return [
    ...(before.sql === now.sql ? [] : ['its definition reads differently']),
    ...(before.owner === now.owner ? [] : [`its owner is ${now.owner ?? 'nobody'}`]),
    ...(same(before.grants, now.grants) ? [] : ['its privileges differ']),
    ...(same(before.comments, now.comments) ? [] : ['its comments differ']),
  ];
}
