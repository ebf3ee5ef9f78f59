import { namesOf } from '../../core/objects/beside';
import { copyOf } from '../../core/objects/beside/decide';
import { besideName } from '../../core/objects/beside/names';
import { findChildren } from '../../core/objects/tables/find';
import type { ChildFacts } from '../../core/objects/source/facts';
import type { DroppedTable } from '../../core/plan/types';
import { oddStatement } from '../../core/repair/definition-shape';
import type { Definition, Recreated } from '../../core/repair/types';
import type { PipelineSpec } from '../../core/spec/types';
import * as sql from '../../core/sql/materialize';
import { SystemError, systemError } from '../../systems/errors';
import { readDependentsOf } from '../../systems/materialize';
import type { SqlClient } from '../../systems/sql-client';
import { cameUp, dropDependents, dropping, recreateAll } from '../repair/rebuild';
import { APPLY, activity } from '../support/activity';
import { withMaterialize } from '../support/sessions';
import { readOurs } from './ours';

/** A table, the copy beside it, and what has its name already. */
interface Place {
  table: DroppedTable;
  old: ChildFacts | null;
  copy: ChildFacts | null;
  placed: boolean;
}

/**
 * Copies take the places of what they stand beside: what is built on the old tables goes, then they change names, then
 * it is made again on the new ones; the old ones go last. One activity, so that nobody waits for a worker in between.
 * An attempt that died anywhere leaves what the next one finds by ids and names.
 */
export const switchTables = activity({ input: dropping, callers: APPLY }, (deps, { spec, plan, definitions }) => {
  const tables = plan.damage.dead;
  return withMaterialize(deps, spec, async (client): Promise<Recreated[]> => {
    const places = await look(client, spec, tables);
    refuseUnready(spec, places);
    const old = places.flatMap((place) => place.old ?? []);
    if (old.length > 0) await dropDependents(client, definitions, old);
    if (places.every(({ placed }) => !placed)) await refuseUnnamed(client, spec, old, definitions);
    for (const place of places) await changeNames(client, place);
    // First what readers miss, then all the looking.
    await makeAtOnce(client, definitions);
    const recreated = await recreateAll(client, definitions);
    for (const { table, old: there, placed } of await look(client, spec, tables)) {
      if (there && placed) await client.query(sql.dropTable({ ...table.item, name: there.name }));
    }
    const undone = (await look(client, spec, tables)).filter(
      ({ placed, old: there, copy }) => !placed || there || copy,
    );
    if (undone.length > 0) throw unfinished(undone);
    return recreated;
  });
});

async function look(client: SqlClient, spec: PipelineSpec, tables: readonly DroppedTable[]): Promise<Place[]> {
  const { children } = await readOurs(client, spec);
  // What is read is of this database, whatever the plan that came along says.
  const { database } = spec.materialize;
  return tables.map(({ item, ...rest }) => {
    const table = { ...rest, item: { ...item, database } };
    const same = findChildren(children, table.upstream).filter(({ schema }) => schema === table.item.schema);
    return {
      table,
      old: same.find(({ id }) => id === table.id) ?? null,
      copy: copyOf(children, table),
      placed: same.some(({ id, name }) => id !== table.id && name === table.item.name),
    };
  });
}

/** Before anything goes: a copy that died, or that somebody dropped, takes nobody's place. */
function refuseUnready({ name }: PipelineSpec, places: Place[]): void {
  const unready = places.filter(({ copy, placed }) => !placed && (!copy?.committed || copy.error !== null));
  if (unready.length === 0) return;
  const of = namesOf(unready.map(({ table }) => table));
  const why = unready.map(({ copy }) => copy?.error).find((error) => error != null);
  const message = `the copy of ${of} cannot take its place: ${why ?? 'it is not there, or not committed'}`;
  throw systemError('Conflict', 'materialize', message, {
    hint: `nothing was changed; n2m apply for ${name} makes a copy again`,
  });
}

/** What came up a moment ago would follow the old table, and keep it: then everything is as it was. */
async function refuseUnnamed(
  client: SqlClient,
  spec: PipelineSpec,
  old: ChildFacts[],
  definitions: Definition[],
): Promise<void> {
  const ids = old.map(({ id }) => id);
  const others = ids.length > 0 ? await readDependentsOf(client, ids) : [];
  if (others.length === 0) return;
  await recreateAll(client, definitions);
  throw cameUp(spec, others);
}

/** What is refused here, or is there from an attempt before, is told by the look at each that follows. */
async function makeAtOnce(client: SqlClient, definitions: readonly Definition[]): Promise<void> {
  for (const definition of definitions) {
    if (oddStatement(definition) !== null) continue;
    const { sql: make, grants } = definition;
    for (const statement of [...(make === null ? [] : [make]), ...grants]) {
      await client.query(statement).catch((error: unknown) => {
        if (!isAnswer(error)) throw error;
      });
    }
  }
}

const isAnswer = (error: unknown): boolean =>
  error instanceof SystemError && (!error.info.retryable || error.info.type === 'Conflict');

/** Nobody has the name between the two; each is one change of the catalog. */
async function changeNames(client: SqlClient, { table: { item }, old, copy, placed }: Place): Promise<void> {
  if (placed) return;
  const aside = besideName(item.name, 'old');
  if (old?.name === item.name && aside !== null) await client.query(sql.renameTo(item, aside));
  if (copy) await client.query(sql.renameTo({ ...item, name: copy.name }, item.name));
}

function unfinished(places: Place[]) {
  const of = namesOf(places.map(({ table }) => table));
  const message = `the copy of ${of} was to take its place and did not`;
  return systemError('Unexpected', 'materialize', message, { retryable: true });
}
