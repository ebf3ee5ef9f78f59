import * as sql from '../core/sql/postgres';
import { isOurs, writeMark } from '../core/plan/ownership';
import {
  GENERATED_SERVER,
  hasGenerated,
  lacksGenerated,
  operationsOf,
  publicationDifferences,
  tablesToPublish,
  unpublished,
} from '../core/objects/publication/differences';
import { foreseenRefusal } from '../core/objects/replica-identity/foreseen';
import { neededDefaultPrivileges, neededGrants } from '../core/objects/grants/needed';
import { listed } from '../core/plan/context';
import { tableName } from '../core/objects/tables/select';
import { plural } from '../core/text/count';
import type { PublicationFacts, TableFacts } from '../core/plan/facts';
import type { StepResult } from '../core/plan/types';
import { systemError } from '../systems/errors';
import {
  changeProven,
  readDefaultPrivileges,
  readPublication,
  readRole,
  readServer,
  readTables,
  readWeakIdentities,
  readWrites,
} from '../systems/postgres';
import type { SqlClient } from '../systems/sql-client';
import { recordAdded } from './support/record';
import type { Deps } from './support/deps';
import { createAndLook, done } from './support/ensure';
import { changeIdentity } from './replica-identity';
import { withSource } from './support/sessions';
import type { StepInput } from './types';

/** Before the publication: a published table without it refuses the application's updates. */
export function ensureReplicaIdentity(deps: Deps, { spec, tables }: StepInput): Promise<StepResult> {
  return withSource(deps, spec, async ({ client }) => {
    const object = plural(tables.length, 'table');
    const weak = await readWeakIdentities(client, tables);
    await recordAdded(
      client,
      spec,
      weak.map((table) => ({ kind: 'identity', ...table })),
    );
    const before = await provable(client, spec, weak);
    for (const table of weak) await changeIdentity(client, table, sql.replicaIdentityFull(table), before.refused);
    const left = (await readTables(client, tables, null)).filter((table) => table.replicaIdentity !== 'full');
    if (left.length > 0) throw notHeld(`replica identity of ${left.map((table) => table.name).join(', ')}`);
    return done('changed', object, `every row change of ${object} is logged with its old values`);
  });
}

/** What is refused now; fails before anything is touched where only the catalog can tell, and tells of harm. */
async function provable(client: SqlClient, { source }: StepInput['spec'], tables: readonly sql.TableName[]) {
  const proof = await readWrites(client, tables);
  if (proof.untoldCount === 0) return proof;
  const { versionNum } = await readServer(client);
  const harm = foreseenRefusal(proof, await readTables(client, tables, null), source.publication, versionNum);
  if (harm === null) return proof;
  throw systemError('PreconditionFailed', 'source', `${harm}: nothing was changed`, {
    hint: 'n2m plan FILE says what stands in the way',
  });
}

/** USAGE, SELECT, and SELECT on what the same owners create later. */
export function ensureGrants(deps: Deps, { spec, tables }: StepInput): Promise<StepResult> {
  const role = spec.source.role.name;
  return withSource(deps, spec, async ({ client }) => {
    const needed = async () => {
      const facts = {
        role: await readRole(client, role),
        defaultPrivileges: await readDefaultPrivileges(client, role),
      };
      const upstream = await readTables(client, tables, role);
      return { now: neededGrants(facts, upstream), later: neededDefaultPrivileges(facts, upstream) };
    };
    const { now, later } = await needed();
    await recordAdded(client, spec, [
      ...now.schemas.map((schema) => ({ kind: 'usage' as const, role, schema })),
      ...now.tables.map(({ schema, name }) => ({ kind: 'select' as const, role, schema, name })),
      ...later.map(({ owner, schema }) => ({ kind: 'future' as const, role, owner, schema })),
    ]);
    for (const schema of now.schemas) await client.query(sql.grantUsage(schema, role));
    if (now.tables.length > 0) await client.query(sql.grantSelect(now.tables, role));
    for (const { owner, schema } of later) await client.query(sql.grantSelectOnFutureTables(owner, schema, role));
    const left = await needed();
    if (left.now.schemas.length + left.now.tables.length > 0) throw notGiven(role, left.now);
    return done('changed', `privileges of ${role}`, `${role} may read ${plural(tables.length, 'table')}`);
  });
}

/** Explicit tables only: a publication FOR ALL TABLES would break updates of the next table without a key. */
export function ensurePublication(deps: Deps, { spec, tables, planned }: StepInput): Promise<StepResult> {
  const name = spec.source.publication;
  const object = `publication ${name}`;
  return withSource(deps, spec, async ({ client }) => {
    const look = () => readPublication(client, name);
    const upstream = await readTables(client, tables, null);
    const { versionNum } = await readServer(client);
    const generated = versionNum >= GENERATED_SERVER && upstream.some(hasGenerated);
    const before = await provable(client, spec, tables);
    const create = () => changeProven(client, [sql.createPublication(name, tables, generated)], tables, before.refused);
    const publication = (await look()) ?? (await createAndLook(create, look, object, 'source'));
    await recordForeign(client, spec, publication, tables);
    await alterPublication(client, publication, { tables, upstream });
    const after = await look();
    if (after === null || publicationDifferences(tables, after, upstream).length > 0) throw notHeld(object);
    if (planned === 'create' && !isOurs(after.comment, spec.name)) {
      await client.query(sql.commentOn('PUBLICATION', name, writeMark(spec.name)));
    }
    const outcome = planned === 'create' ? 'created' : 'changed';
    return done(outcome, object, `publishes ${plural(tables.length, 'table')}`);
  });
}

/** What somebody else's publication is about to get from us; one that has just been made lacks nothing. */
async function recordForeign(
  client: SqlClient,
  spec: StepInput['spec'],
  publication: PublicationFacts,
  tables: StepInput['tables'],
): Promise<void> {
  if (isOurs(publication.comment, spec.name)) return;
  const { name } = publication;
  await recordAdded(client, spec, [
    ...tablesToPublish(tables, publication).map((table) => ({
      ...{ kind: 'published' as const, publication: name, schema: table.schema, name: table.name },
    })),
    ...(unpublished(publication).length > 0
      ? [{ kind: 'operations' as const, publication: name, before: operationsOf(publication) }]
      : []),
  ]);
}

/** All of it at once, with the proof for every table it publishes then: other operations concern those of others, too. */
async function alterPublication(
  client: SqlClient,
  publication: PublicationFacts,
  { tables, upstream }: { tables: StepInput['tables']; upstream: TableFacts[] },
): Promise<void> {
  const { name } = publication;
  const missing = tablesToPublish(tables, publication);
  const statements = [
    ...(lacksGenerated(upstream, publication) ? [sql.publishGenerated(name)] : []),
    ...(missing.length > 0 ? [sql.alterPublicationAdd(name, missing)] : []),
    ...(unpublished(publication).length > 0 ? [sql.publishEverything(name)] : []),
  ];
  if (statements.length === 0) return;
  const touched = [...publication.tables, ...missing];
  await changeProven(client, statements, touched, (await readWrites(client, touched)).refused);
}

/** Postgres only warns (01007) where the grantor may not give a privilege, so the look afterwards is what tells. */
function notGiven(role: string, { schemas, tables }: ReturnType<typeof neededGrants>) {
  const what = [...schemas.map((schema) => `schema ${schema}`), ...tables.map(tableName)];
  const grants = [
    ...schemas.map((schema) => sql.grantUsage(schema, role)),
    ...(tables.length > 0 ? [sql.grantSelect(tables, role)] : []),
  ];
  return systemError('PermissionDenied', 'source', `${role} was not let into ${listed(what)}: it is not ours to give`, {
    hint: `its owner has to: ${grants.slice(0, 3).join('; ')};`,
  });
}

function notHeld(what: string) {
  return systemError('Unexpected', 'source', `${what} was set and reads differently`, { retryable: true });
}
