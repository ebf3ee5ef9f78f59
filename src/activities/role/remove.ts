import { DEADLINE } from '../../core/budgets';
import type { Added } from '../../core/destroy/added';
import { roleKept } from '../../core/objects/role/recorded';
import type { DestroyInput } from '../../core/destroy/types';
import { isOurs } from '../../core/plan/ownership';
import type { StepResult } from '../../core/plan/types';
import * as sql from '../../core/sql/postgres';
import { plural } from '../../core/text/count';
import { SystemError } from '../../systems/errors';
import * as pg from '../../systems/postgres';
import type { SqlClient } from '../../systems/sql-client';
import { withDestroySource } from '../destroy/facts';
import { sleep } from '../edges/cut-short';
import { heartbeat } from '../edges/heartbeat';
import { DESTROY, activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { done, still } from '../support/ensure';
import { destroy } from '../support/inputs';
import { neonBranch, withSource } from '../support/sessions';

/** Our role, once nobody is logged in as it. */
export const removeRole = activity({ input: destroy, callers: DESTROY }, async (deps, input) => {
  const { spec } = input;
  const { name, via } = spec.source.role;
  const object = `role ${name}`;
  const kept = await withDestroySource(deps, input, 'server', async ({ client, replica }, look) => {
    const { found, known } = await look();
    if (found.role && !isOwnRole(spec, found.role, known.added)) {
      return done('kept', object, `${object} stays: nothing says that it is this pipeline's`);
    }
    const needed = roleKept(spec, found);
    if (needed !== null) return done('kept', object, `${object} stays: ${needed.why}`);
    const until = Date.now() + DEADLINE.sessions;
    for (;;) {
      const sessions = await sessionsOf(name, client, await replica());
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
});

/** Also on the standby that Materialize reads. */
async function sessionsOf(role: string, client: SqlClient, replica: SqlClient): Promise<number> {
  const here = await pg.countSessionsOf(client, role);
  return replica === client ? here : here + (await pg.countSessionsOf(replica, role));
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
    deadlineMs: DEADLINE.operations,
    onPoll: (open) => heartbeat({ waitingFor: open.map(({ action, status }) => `${action} ${status}`) }),
  });
}
