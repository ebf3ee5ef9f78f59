import { missingEntries } from '../core/ip';
import { plural } from '../core/text/count';
import type { StepResult } from '../core/plan/types';
import { SystemError, systemError } from '../systems/errors';
import { readEgressCidrs } from '../systems/materialize';
import { readWalLevel } from '../systems/postgres';
import { recordAdded } from './support/record';
import type { Deps } from './support/deps';
import { done, sleep } from './support/ensure';
import { neonFacts } from './plan/observe';
import { heartbeat } from './edges/heartbeat';
import { needNeon, neonBranch, withMaterialize, withSource } from './support/sessions';
import type { StepInput } from './types';

/** Suspending and starting every compute of a project; a stuck operation is Neon's to mend, and a person's to know. */
const OPERATIONS_DEADLINE = 10 * 60_000;
const PROOF_DEADLINE = 3 * 60_000;
const PROOF_EVERY = 1_000;

/** The flag flips at once and proves nothing: what counts is what the compute of our branch answers. */
export async function enableLogicalReplication(deps: Deps, input: StepInput): Promise<StepResult> {
  const { spec } = input;
  const { neon, project } = await neonBranch(deps, spec);
  const operations = await neon.enableLogicalReplication(project);
  await neon.waitForOperations(project, operations, {
    deadlineMs: OPERATIONS_DEADLINE,
    onPoll: (open) => heartbeat({ waitingFor: open.map(({ action, status }) => `${action} ${status}`) }),
  });
  await untilLogical(deps, input);
  return done('changed', `project ${project}`, 'logical replication is on, wal_level reads logical');
}

async function untilLogical(deps: Deps, { spec }: StepInput): Promise<void> {
  const until = Date.now() + PROOF_DEADLINE;
  for (;;) {
    const level = await withSource(deps, spec, ({ client }) => readWalLevel(client)).catch((error: unknown) => {
      // The compute restarts: being refused is part of it, up to the deadline.
      if (error instanceof SystemError && error.info.retryable && Date.now() < until) return error.info.message;
      throw error;
    });
    if (level === 'logical') return;
    if (Date.now() >= until) {
      const hint = 'restart the compute of the branch in the Neon console, then run apply again';
      throw systemError(
        'PreconditionFailed',
        'source',
        `wal_level still reads ${level} after logical replication was enabled`,
        { hint },
      );
    }
    heartbeat({ waitingFor: `wal_level ${level}` });
    await sleep(PROOF_EVERY);
  }
}

/** Union of what is there and where Materialize comes from; an empty list is not in use and stays empty. */
export async function allowEgressIps(deps: Deps, { spec }: StepInput): Promise<StepResult> {
  const object = 'IP Allow list';
  const cidrs = await withMaterialize(deps, spec, readEgressCidrs);
  return withSource(deps, spec, async (session) => {
    const { neon, project } = needNeon(spec, session);
    const allowed = (await neonFacts(spec, neon))?.allowedIps ?? [];
    if (allowed.length === 0) return done('kept', object, 'the IP Allow list is not in use');
    const missing = missingEntries(allowed, cidrs);
    // Recorded before it is done: an entry that was added and not recorded would stay behind for ever.
    await recordAdded(
      session.client,
      spec,
      missing.map((cidr) => ({ kind: 'ip', cidr })),
    );
    if (missing.length > 0) await neon.addAllowedIps(project, missing);
    return done('changed', object, `${plural(missing.length, 'address block')} of Materialize added`);
  });
}
