import { randomBytes } from 'node:crypto';
import { DEADLINE } from '../../core/budgets';
import { readsStandby } from '../../core/objects/logical-replication/standby';
import { loginDifferences } from '../../core/objects/connection/differences';
import { planRotation } from '../../core/repair/rotate-plan';
import type { PipelineSpec } from '../../core/spec/types';
import * as mzsql from '../../core/sql/materialize';
import { systemError } from '../../systems/errors';
import {
  readConnection,
  readDependentsOf,
  readSecret,
  readSource,
  readSourceProgress,
} from '../../systems/materialize';
import { maySignal, readRole, readSlot, readSlotPid } from '../../systems/postgres';
import { pauses } from '../edges/cut-short';
import { heartbeat } from '../edges/heartbeat';
import { loginAs, refuseUnknownHost } from '../role/given-password';
import { readPassword, renewPassword } from '../role/password';
import { storeSecret } from '../secret';
import { endSlotReader, loginOf } from '../source/slot-reader';
import { ROTATE, activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { done } from '../support/ensure';
import { untilReplayed } from '../support/replay';
import { file } from '../support/inputs';
import { itemsOf, neonBranch, withMaterialize, withSource } from '../support/sessions';

export const planRotate = activity({ input: file, reads: true }, async (deps, { spec }) => {
  const items = itemsOf(spec);
  const [upstream, target] = await Promise.all([
    withSource(deps, spec, async ({ client, replica, access }) => ({
      role: await readRole(client, spec.source.role.name),
      // Where no membership can be given for a moment.
      lacksSignal:
        readsStandby(spec) && !(await maySignal(await replica(), spec.source.role.name)) ? loginOf(access) : null,
    })),
    withMaterialize(deps, spec, async (client) => {
      const secret = await readSecret(client, items.secret);
      const connection = await readConnection(client, items.connection);
      const users = secret ? await readDependentsOf(client, [secret.id]) : [];
      return {
        secret,
        connection,
        sourceExists: (await readSource(client, items.source)) !== null,
        otherUsers: users
          .filter(({ type, id }) => type === 'connection' && id !== connection?.id)
          .map(({ name }) => name),
      };
    }),
  ]);
  return planRotation({ spec, ...upstream, ...target });
});

/**
 * A new password, the secret that holds it, and proof on both ends, within one activity: a password never leaves this
 * function. A crash in between leaves a role whose password nobody has; running it again sets another one.
 */
export const rotatePassword = activity({ input: file, callers: ROTATE }, async (deps, { spec }) => {
  const { connection } = itemsOf(spec);
  const { name, via } = spec.source.role;
  await refuseOtherTarget(deps, spec);
  const old = via === 'api' ? await passwordByApi(deps, spec) : null;
  // A standby that stands still would not know the new one, while nobody knows the old one any more.
  await untilReplayed(deps, spec);
  const fresh = await newPassword(deps, spec);
  deps.secrets.remember(fresh);
  await untilReplayed(deps, spec);
  await untilLogin(deps, spec, fresh, 'accepted');
  // A referenced one is whatever the file names: it goes nowhere before upstream has proven it.
  if (via === 'given') await untilLogin(deps, spec, randomBytes(24).toString('base64url'), 'refused');
  await withMaterialize(deps, spec, async (client) => {
    await storeSecret(deps, client, spec, fresh, false);
    await client.query(mzsql.validateConnection(connection), undefined, DEADLINE.remote);
  });
  // The password before is unknown where only Materialize had it: a role has one, and the new one is accepted. That
  // another one is refused shows that passwords are asked for at all.
  const dead = old !== null && old !== fresh ? old : randomBytes(24).toString('base64url');
  await untilLogin(deps, spec, dead, 'refused');
  const proof = old !== null && old !== fresh ? 'the old one is refused' : 'no other one is accepted';
  const outcome = via === 'given' ? 'the referenced password is stored' : 'has a new password';
  return done('changed', `password of ${name}`, `${name}: ${outcome}, Materialize logs in with it, ${proof}`);
});

/** The secret's value goes where the connection leads: there, nothing but what the worker knows to be upstream may be. */
async function refuseOtherTarget(deps: Deps, spec: PipelineSpec): Promise<void> {
  const access = await withSource(deps, spec, (session) => Promise.resolve(session.access));
  refuseUnknownHost(access);
  const { connection } = itemsOf(spec);
  const found = await withMaterialize(deps, spec, (client) => readConnection(client, connection));
  const differences = found ? loginDifferences(spec, access.reachable, found) : [];
  if (differences.length === 0) return;
  const message = `connection ${connection.name} leads elsewhere than the file: ${differences.join(', ')}`;
  throw systemError('Conflict', 'materialize', message, { hint: 'n2m apply FILE changes the connection; rotate then' });
}

async function passwordByApi(deps: Deps, spec: PipelineSpec): Promise<string | null> {
  const { neon, branchId, project } = await neonBranch(deps, spec);
  return neon.revealPassword(project, branchId, spec.source.role.name);
}

/** Neon drops every session when it resets a password, so none is held meanwhile. */
async function newPassword(deps: Deps, spec: PipelineSpec): Promise<string> {
  const { role } = spec.source;
  if (role.via === 'given') {
    const given = await withSource(deps, spec, (session) => readPassword(deps, spec, session));
    return given ?? '';
  }
  if (role.via === 'sql') return withSource(deps, spec, (session) => renewPassword(deps, spec, session));
  const { neon, branchId, project } = await neonBranch(deps, spec);
  const { password, operations } = await neon.resetPassword(project, branchId, role.name);
  await neon.waitForOperations(project, operations, {
    deadlineMs: DEADLINE.operations,
    onPoll: (open) => heartbeat({ waitingFor: open.map(({ action, status }) => `${action} ${status}`) }),
  });
  if (password !== null) return password;
  throw systemError('OperationFailed', 'neon', `the reset of role ${role.name} returned no password`, {
    retryable: true,
  });
}

/** Tries to log in as the role until the answer is the wanted one. */
async function untilLogin(
  deps: Deps,
  spec: PipelineSpec,
  password: string,
  wanted: 'accepted' | 'refused',
): Promise<void> {
  const { name } = spec.source.role;
  const until = Date.now() + DEADLINE.login;
  const access = await withSource(deps, spec, (session) => Promise.resolve(session.access));
  const untilNextLook = pauses();
  for (;;) {
    const answer = (await loginAs(deps, spec, { access, user: name, password })) === null ? 'accepted' : 'refused';
    if (answer === wanted) return;
    if (Date.now() >= until) {
      const message =
        wanted === 'refused'
          ? `another password than the new one still opens the database as ${name}`
          : `the new password of ${name} is refused`;
      const hint =
        spec.source.role.via === 'given' ? 'set the password upstream and in its reference, then rotate' : null;
      throw systemError('AuthenticationFailed', 'source', message, { hint });
    }
    heartbeat({ waitingFor: `the login of ${name} to be ${wanted}` });
    await untilNextLook();
  }
}

/**
 * Ends the walsender, so that the source has to log in with what the secret holds now, and sees it back: running, and
 * holding its slot in another session.
 */
export const reconnectSource = activity({ input: file, callers: ROTATE }, (deps, { spec }) => {
  const { source } = itemsOf(spec);
  const object = `source ${source.name}`;
  return withMaterialize(deps, spec, (target) =>
    withSource(deps, spec, async (session) => {
      const client = await session.replica();
      const slot = (await readSourceProgress(target, source))?.slot ?? null;
      if (slot === null)
        throw systemError('NotFound', 'materialize', `${object} has no slot`, { hint: 'n2m apply FILE' });
      const ended = await endSlotReader(deps, spec, session, slot);
      const until = Date.now() + DEADLINE.reconnect;
      const untilNextLook = pauses();
      for (;;) {
        const progress = await readSourceProgress(target, source);
        const pid = await readSlotPid(client, slot);
        const back = progress?.source.status === 'running' && progress.source.error === null;
        if (back && pid !== null && pid !== ended) {
          return done('changed', object, `${object} logged in again, runs, and holds slot ${slot}`);
        }
        if (!(await readSlot(client, slot)).exists) {
          throw systemError('SlotLost', 'source', `slot ${slot} is gone`, { hint: `n2m repair ${spec.name}` });
        }
        if (Date.now() >= until) throw notBack(spec, object, progress?.source.error ?? null);
        heartbeat({
          waitingFor: `${object} to log in again`,
          status: progress?.source.status,
          error: progress?.source.error,
        });
        await untilNextLook();
      }
    }),
  );
});

function notBack({ materialize }: PipelineSpec, object: string, error: string | null) {
  const { name } = materialize.cluster;
  const said = error === null ? '' : `: ${error}`;
  const off = mzsql.alterClusterReplicationFactor(name, 0);
  const on = mzsql.alterClusterReplicationFactor(name, 1);
  return systemError('SourceStalled', 'materialize', `${object} did not log in again within a minute${said}`, {
    hint: `its replica may hold the old password: ${off}; ${on}; then run n2m rotate again`,
  });
}
