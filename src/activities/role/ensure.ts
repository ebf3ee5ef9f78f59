import { DEADLINE } from '../../core/budgets';
import { neverIdlesOut } from '../../core/objects/role/limits';
import { letReplicate, mayReplicate, replicatesByGroup } from '../../core/objects/role/managed';
import type { RoleFacts } from '../../core/objects/role/facts';
import { isOurs, writeMark } from '../../core/plan/ownership';
import type { PipelineSpec } from '../../core/spec/types';
import * as sql from '../../core/sql/postgres';
import { systemError } from '../../systems/errors';
import { readRole, readServer, readTables } from '../../systems/postgres';
import type { SqlClient } from '../../systems/sql-client';
import { heartbeat } from '../edges/heartbeat';
import { APPLY, activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { createAndLook, done } from '../support/ensure';
import { type StepInput, step } from '../support/inputs';
import { recordAdded } from '../support/record';
import { type SourceSession, neonBranch, withSource, withSourceAs } from '../support/sessions';
import { newPassword, readPassword, sendPassword } from './password';

/** The role Materialize connects as. Its password is set, or read back, only where the secret is written. */
export const ensureRole = activity({ input: step, callers: APPLY }, async (deps, input) => {
  const { spec, planned } = input;
  const { name, via } = spec.source.role;
  const object = `role ${name}`;
  // Neon drops every session when it makes a role, so none is held meanwhile.
  if (via === 'api') await createThroughApi(deps, spec);
  return withSource(deps, spec, async (session) => {
    const look = () => readRole(session.client, name);
    const before = await look();
    if (!before && via !== 'sql') throw systemError('NotFound', 'source', `${object} does not exist on the branch`);
    const role = before ?? (await createAndLook(() => createBySql(deps, input, session), look, object, 'source'));
    if (via === 'sql') await mendAttributes(input, session, role);
    await liftLimits(deps, input, session, role);
    const sentence = via === 'api' ? 'made through the Neon API, may replicate' : 'may log in and replicate';
    return done(planned === 'create' ? 'created' : 'changed', object, sentence);
  });
});

async function createThroughApi(deps: Deps, spec: PipelineSpec): Promise<void> {
  const { neon, branchId, project } = await neonBranch(deps, spec);
  const { name } = spec.source.role;
  // There already, perhaps by a request whose answer was lost: the compute may not know it yet.
  const found = await neon.findRole(project, branchId, name);
  const create = async () => {
    // No other role may comment on one the API made, so the publication says whose it is.
    await withSource(deps, spec, ({ client }) => recordAdded(client, spec, [{ kind: 'role', name }]));
    return (await neon.createRole(project, branchId, name)).operations;
  };
  const operations = found ? await neon.openOperations(project) : await create();
  await neon.waitForOperations(project, operations, {
    deadlineMs: DEADLINE.operations,
    onPoll: (open) => heartbeat({ waitingFor: open.map(({ action, status }) => `${action} ${status}`) }),
  });
}

async function createBySql(deps: Deps, { spec, tables }: StepInput, session: SourceSession): Promise<void> {
  const { name } = spec.source.role;
  const upstream = await readTables(session.client, tables, null);
  const bypassRls = upstream.some((table) => table.rowSecurity);
  const byGroup = replicatesByGroup((await readServer(session.client)).managed);
  // Nobody ever logs in with this password: the step that writes the secret sets the one that counts.
  const create = (secret: string) => sql.createRole(name, secret, { bypassRls, byGroup });
  await sendPassword(deps, { client: session.client, source: spec.source }, newPassword(), create);
  await session.client.query(sql.commentOn('ROLE', name, writeMark(spec.name)));
}

async function mendAttributes(
  { spec, tables, planned }: StepInput,
  { client }: SourceSession,
  role: RoleFacts,
): Promise<void> {
  if (planned === 'create' && !isOurs(role.comment, spec.name)) {
    await client.query(sql.commentOn('ROLE', role.name, writeMark(spec.name)));
  }
  if (role.superuser) return;
  const { managed } = await readServer(client);
  if (!mayReplicate(role, managed)) await client.query(letReplicate(role.name, managed));
  const upstream = await readTables(client, tables, null);
  if (!role.bypassRls && upstream.some((table) => table.rowSecurity))
    await client.query(sql.alterRoleBypassRls(role.name));
}

/** Where one role may not alter another (two API roles on Neon), the role does it for itself. */
async function liftLimits(deps: Deps, { spec }: StepInput, session: SourceSession, role: RoleFacts): Promise<void> {
  const { name, via } = spec.source.role;
  const lifting = (whose: string | null): string[] => [
    // Always, as a server may be given that timeout later.
    ...(neverIdlesOut(role.config) ? [] : [sql.noIdleInTransactionTimeout(whose)]),
    ...role.limits
      .filter(({ setting, inDatabase }) => inDatabase || setting !== 'idle_in_transaction_session_timeout')
      .map((limit) => sql.noLimit(whose, limit, limit.inDatabase ? spec.source.database : null)),
  ];
  const lift = async (client: SqlClient, whose: string | null): Promise<void> => {
    for (const text of lifting(whose)) await client.query(text);
  };
  if (lifting(name).length === 0) return;
  if (via === 'sql') return lift(session.client, name);
  const password = await readPassword(deps, spec, session);
  // Without a stored password the step that resets it does this, too.
  if (password === null) return;
  await withSourceAs(deps, spec, { access: session.access, user: name, password }, (client) => lift(client, null));
}
