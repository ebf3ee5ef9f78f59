import * as sql from '../core/sql/postgres';
import { addedBy, stillRecorded, type Added } from '../core/destroy/added';
import { revoke, unpublishing } from '../core/destroy/source-steps';
import type { DestroyInput } from '../core/destroy/types';
import { isOurs } from '../core/plan/ownership';
import type { StepResult } from '../core/plan/types';
import { plural } from '../core/text/count';
import { SystemError, systemError } from '../systems/errors';
import * as pg from '../systems/postgres';
import type { SqlClient } from '../systems/sql-client';
import type { Deps } from './deps';
import { done, sleep } from './ensure';
import { tell } from './pulse';
import { neonBranch, withSource } from './sessions';

const OPERATIONS_DEADLINE = 5 * 60_000;
/** Sessions of the role end a moment after the slot that one of them held. */
const SESSIONS_PATIENCE = 15_000;

/** Empties our publications, which stay, because their comments are the record of what is left to do; see `unpublishing`. */
export function unpublish(deps: Deps, { spec, plan }: DestroyInput): Promise<StepResult> {
  const name = spec.source.publication;
  return withSource(deps, spec, async ({ client }) => {
    const due = async () =>
      unpublishing(spec, await pg.readPublication(client, name), await ours(client, spec), {
        added: await recorded(client, spec, plan.known.added),
      });
    for (const statement of await due()) await client.query(statement);
    if ((await due()).length > 0) throw still(`what publication ${name} publishes for us`);
    return done('dropped', `publication ${name}`, 'nothing is published for this pipeline any more');
  });
}

const ours = (client: SqlClient, { name }: DestroyInput['spec']) => pg.readOwnPublications(client, name);

/** The record itself says what may be taken back; a plan only names less of it. It is there until the last step. */
async function recorded(client: SqlClient, spec: DestroyInput['spec'], known: readonly Added[]): Promise<Added[]> {
  return stillRecorded(known, await ours(client, spec));
}

/** Exactly the recorded privileges. */
export function revokeGrants(deps: Deps, { spec, plan }: DestroyInput): Promise<StepResult> {
  return withSource(deps, spec, async ({ client }) => {
    const given = await recorded(client, spec, plan.known.added);
    const held = await pg.readHeldPrivileges(client, given);
    for (const statement of held.map(revoke)) if (statement !== null) await client.query(statement);
    const left = await pg.readHeldPrivileges(client, given);
    if (left.length > 0) throw still(plural(left.length, 'privilege'));
    return done('dropped', 'privileges', 'what n2m gave was taken back');
  });
}

/** Our role, once nobody is logged in as it. */
export async function removeRole(deps: Deps, { spec }: DestroyInput): Promise<StepResult> {
  const { name, via } = spec.source.role;
  const object = `role ${name}`;
  const kept = await withSource(deps, spec, async ({ client }) => {
    const found = await pg.readRole(client, name);
    if (found && !(await isOwnRole(client, spec, found))) {
      return done('kept', object, `${object} stays: nothing says that it is this pipeline's`);
    }
    const until = Date.now() + SESSIONS_PATIENCE;
    for (;;) {
      const sessions = await pg.countSessionsOf(client, name);
      if (sessions === 0) break;
      if (Date.now() >= until)
        return done('kept', object, `${object} stays: ${plural(sessions, 'session')} of it still work`);
      tell({ waitingFor: `${plural(sessions, 'session')} of ${object} to end` });
      await sleep(500);
    }
    if (via === 'sql' && (await pg.readRole(client, name))) return dropBySql(client, name, object);
    return null;
  });
  if (kept) return kept;
  if (via === 'api') await dropThroughApi(deps, spec);
  return withSource(deps, spec, async ({ client }) => {
    if (await pg.readRole(client, name)) throw still(object);
    return done('dropped', object, `${object} is gone`);
  });
}

/** By its comment, or, made through Neon's API where nobody may comment on it, by the record. */
async function isOwnRole(
  client: SqlClient,
  spec: DestroyInput['spec'],
  { name, comment }: { name: string; comment: string | null },
): Promise<boolean> {
  if (spec.source.role.via === 'given') return false;
  if (isOurs(comment, spec.name)) return true;
  return addedBy(await ours(client, spec)).some((entry) => entry.kind === 'role' && entry.name === name);
}

/** Null when it is gone. What others gave the role is theirs to take back. */
async function dropBySql(client: SqlClient, name: string, object: string): Promise<StepResult | null> {
  try {
    await client.query(sql.dropRole(name));
    return null;
  } catch (error) {
    if (!(error instanceof SystemError && error.info.code === '2BP01')) throw error;
    return done('kept', object, `${object} stays, others gave it privileges or objects: ${error.info.message}`);
  }
}

/** Neon may drop every session when it deletes a role, so none is held meanwhile. */
async function dropThroughApi(deps: Deps, spec: DestroyInput['spec']): Promise<void> {
  const { neon, branchId, project } = await neonBranch(deps, spec);
  const { name } = spec.source.role;
  // Gone already, perhaps by a request whose answer was lost: the compute may not know it yet.
  const found = await neon.findRole(project, branchId, name);
  const operations = await (found ? neon.deleteRole(project, branchId, name) : neon.openOperations(project));
  await neon.waitForOperations(project, operations, {
    deadlineMs: OPERATIONS_DEADLINE,
    onPoll: (open) => tell({ waitingFor: open.map(({ action, status }) => `${action} ${status}`) }),
  });
}

/** Exactly the recorded entries; the client refuses to leave the list empty. */
export async function removeIps(deps: Deps, { spec, plan }: DestroyInput): Promise<StepResult> {
  const { neon, project } = await neonBranch(deps, spec);
  const known = await withSource(deps, spec, ({ client }) => recorded(client, spec, plan.known.added));
  const cidrs = known.flatMap((entry) => (entry.kind === 'ip' ? [entry.cidr] : []));
  await neon.removeAllowedIps(project, cidrs);
  return done('dropped', 'IP Allow entries', `${cidrs.join(', ')} removed from the IP Allow list`);
}

/** The file's, if it is ours. Last of all upstream: with it the record goes. */
export function removePublication(deps: Deps, { spec }: DestroyInput): Promise<StepResult> {
  const name = spec.source.publication;
  const object = `publication ${name}`;
  return dropPublications(deps, spec, object, (found) => found === name);
}

/** Every other publication of ours. */
export function removeRecord(deps: Deps, { spec }: DestroyInput): Promise<StepResult> {
  return dropPublications(deps, spec, 'the record', (found) => found !== spec.source.publication);
}

function dropPublications(
  deps: Deps,
  spec: DestroyInput['spec'],
  object: string,
  wanted: (name: string) => boolean,
): Promise<StepResult> {
  return withSource(deps, spec, async ({ client }) => {
    const there = async () => (await ours(client, spec)).filter(({ name }) => wanted(name));
    for (const { name } of await there()) await client.query(sql.dropPublication(name));
    if ((await there()).length > 0) throw still(object);
    return done('dropped', object, `${object} is gone`);
  });
}

function still(what: string) {
  return systemError('Unexpected', 'source', `${what} was removed and is still there`, { retryable: true });
}
