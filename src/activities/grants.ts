import { recordedGrants, revoke } from '../core/objects/grants/recorded';
import { neededDefaultPrivileges, neededGrants } from '../core/objects/grants/needed';
import { tableName } from '../core/objects/tables/select';
import { listed } from '../core/plan/context';
import * as sql from '../core/sql/postgres';
import { plural } from '../core/text/count';
import { isStatementRefused, systemError } from '../systems/errors';
import { readDefaultPrivileges, readRole, readTables } from '../systems/postgres';
import type { SqlClient } from '../systems/sql-client';
import { withDestroySource } from './destroy/facts';
import { APPLY, DESTROY, activity } from './support/activity';
import { done } from './support/ensure';
import { destroy, step } from './support/inputs';
import { recordAdded } from './support/record';
import { withSource } from './support/sessions';

/** USAGE, SELECT, and SELECT on what the same owners create later. */
export const ensureGrants = activity({ input: step, callers: APPLY }, (deps, { spec, tables }) => {
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
});

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

/** Exactly the recorded privileges, but for what others need by now. One that cannot be taken back stops no other. */
export const revokeGrants = activity({ input: destroy, callers: DESTROY }, (deps, { spec, plan }) => {
  return withDestroySource(deps, { spec, plan }, 'database', async ({ client }, look) => {
    const refused: string[] = [];
    for (const statement of recordedGrants((await look()).found).take.map(revoke)) {
      if (statement === null) continue;
      const message = await refusal(client, statement);
      if (message !== null) refused.push(message);
    }
    if (refused.length > 0) return done('kept', 'privileges', [...new Set(refused)].join('; '));
    const left = recordedGrants((await look()).found).take;
    // Taken back as somebody else's member it stays what another role gave.
    if (left.length > 0)
      return done('kept', 'privileges', `${plural(left.length, 'privilege')} was given by others, too`);
    return done('dropped', 'privileges', 'what n2m gave was taken back');
  });
});

/** Null when it worked; else what the server said. Lost connections are the activity's to retry. */
async function refusal(client: SqlClient, statement: string): Promise<string | null> {
  try {
    await client.query(statement);
    return null;
  } catch (error) {
    if (isStatementRefused(error)) return error.info.message;
    throw error;
  }
}
