import * as sql from '../core/sql/postgres';
import type { Added } from '../core/destroy/added';
import { handOvers } from '../core/destroy/hand-overs';
import { reasons } from '../core/destroy/kept-steps';
import { addresses, grants, readByOthers, revoke, roleKept, unpublishing } from '../core/destroy/sharing';
import type { DestroyInput } from '../core/destroy/types';
import { isOurs } from '../core/plan/ownership';
import type { StepResult } from '../core/plan/types';
import { plural } from '../core/text/count';
import { isStatementRefused, SystemError, systemError } from '../systems/errors';
import * as pg from '../systems/postgres';
import type { SqlClient } from '../systems/sql-client';
import type { Deps } from './support/deps';
import { withDestroySource } from './destroy/facts';
import { done, sleep } from './support/ensure';
import { heartbeat } from './edges/heartbeat';
import { dropUnlessMore, handOver } from './destroy/hand-over';
import { needNeon, neonBranch, withSource } from './support/sessions';

const OPERATIONS_DEADLINE = 5 * 60_000;
/** Sessions of the role end a moment after the slot that one of them held. */
const SESSIONS_PATIENCE = 15_000;

/** Empties our publications, which stay, because their comments are the record of what is left to do; see `unpublishing`. */
export function unpublish(deps: Deps, { spec, plan }: DestroyInput): Promise<StepResult> {
  const name = spec.source.publication;
  return withDestroySource(deps, { spec, plan }, 'database', async ({ client }, look) => {
    const due = async () => {
      const { found, known } = await look();
      return unpublishing(spec, found, known);
    };
    for (const statement of await due()) await client.query(statement);
    if ((await due()).length > 0) throw still(`what publication ${name} publishes for us`);
    return done('dropped', `publication ${name}`, 'nothing is published for this pipeline any more');
  });
}

/** Exactly the recorded privileges, but for what others need by now. One that cannot be taken back stops no other. */
export function revokeGrants(deps: Deps, { spec, plan }: DestroyInput): Promise<StepResult> {
  return withDestroySource(deps, { spec, plan }, 'database', async ({ client }, look) => {
    const refused: string[] = [];
    for (const statement of grants((await look()).found).take.map(revoke)) {
      if (statement === null) continue;
      const message = await refusal(client, statement);
      if (message !== null) refused.push(message);
    }
    if (refused.length > 0) return done('kept', 'privileges', [...new Set(refused)].join('; '));
    const left = grants((await look()).found).take;
    // Taken back as somebody else's member it stays what another role gave.
    if (left.length > 0)
      return done('kept', 'privileges', `${plural(left.length, 'privilege')} was given by others, too`);
    return done('dropped', 'privileges', 'what n2m gave was taken back');
  });
}

/** Our role, once nobody is logged in as it. */
export async function removeRole(deps: Deps, input: DestroyInput): Promise<StepResult> {
  const { spec } = input;
  const { name, via } = spec.source.role;
  const object = `role ${name}`;
  const kept = await withDestroySource(deps, input, 'server', async ({ client }, look) => {
    const { found, known } = await look();
    if (found.role && !isOwnRole(spec, found.role, known.added)) {
      return done('kept', object, `${object} stays: nothing says that it is this pipeline's`);
    }
    const needed = roleKept(spec, found);
    if (needed !== null) return done('kept', object, `${object} stays: ${needed.why}`);
    const until = Date.now() + SESSIONS_PATIENCE;
    for (;;) {
      const sessions = await pg.countSessionsOf(client, name);
      if (sessions === 0) break;
      if (Date.now() >= until)
        return done('kept', object, `${object} stays: ${plural(sessions, 'session')} of it still work`);
      heartbeat({ waitingFor: `${plural(sessions, 'session')} of ${object} to end` });
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
function isOwnRole(
  spec: DestroyInput['spec'],
  { name, comment }: { name: string; comment: string | null },
  recorded: readonly Added[],
): boolean {
  if (spec.source.role.via === 'given') return false;
  return isOurs(comment, spec.name) || recorded.some((entry) => entry.kind === 'role' && entry.name === name);
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
    onPoll: (open) => heartbeat({ waitingFor: open.map(({ action, status }) => `${action} ${status}`) }),
  });
}

/** Exactly the recorded entries that nobody else needs by now; the client refuses to leave the list empty. */
export function removeIps(deps: Deps, { spec, plan }: DestroyInput): Promise<StepResult> {
  const object = 'IP Allow entries';
  return withDestroySource(deps, { spec, plan }, 'project', async (session, look) => {
    const { neon, project } = needNeon(spec, session);
    const { found, known } = await look();
    const { take, kept } = addresses(found, known);
    const cidrs = take.map(({ cidr }) => cidr);
    await neon.removeAllowedIps(project, cidrs);
    if (cidrs.length === 0 && kept.length > 0) return done('kept', object, reasons(kept));
    return done('dropped', object, `${cidrs.join(', ')} removed from the IP Allow list`);
  });
}

/** The file's, if it is ours. Last of all upstream: with it the record goes. */
export function removePublication(deps: Deps, input: DestroyInput): Promise<StepResult> {
  const name = input.spec.source.publication;
  return dropPublications(deps, input, `publication ${name}`, (found) => found === name);
}

/** Every other publication of ours. */
export function removeRecord(deps: Deps, input: DestroyInput): Promise<StepResult> {
  return dropPublications(deps, input, 'the record', (found) => found !== input.spec.source.publication);
}

function dropPublications(
  deps: Deps,
  { spec, plan }: DestroyInput,
  object: string,
  wanted: (name: string) => boolean,
): Promise<StepResult> {
  return withDestroySource(deps, { spec, plan }, 'project', async (session, look) => {
    const { client } = session;
    const { found, known } = await look();
    const kept = readByOthers(found).map(({ publication }) => publication.name);
    const there = async () =>
      (await pg.readOwnPublications(client, spec.name)).filter(({ name }) => wanted(name) && !kept.includes(name));
    const going = await there();
    if (going.length > 0) await handOver(deps, spec, session, handOvers(spec, found, known));
    for (const { name } of going) {
      const more = await dropUnlessMore(client, spec.name, name, plan.known.added);
      if (more !== null) return done('kept', object, more);
    }
    if ((await there()).length > 0) throw still(object);
    return done('dropped', object, `${object} is gone`);
  });
}

function still(what: string) {
  return systemError('Unexpected', 'source', `${what} was removed and is still there`, { retryable: true });
}

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
