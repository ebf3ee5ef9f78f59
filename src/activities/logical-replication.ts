import { DEADLINE } from '../core/budgets';
import { SystemError, systemError } from '../systems/errors';
import { readWalLevel } from '../systems/postgres';
import { sleep } from './edges/cut-short';
import { heartbeat } from './edges/heartbeat';
import { APPLY, activity } from './support/activity';
import type { Deps } from './support/deps';
import { done } from './support/ensure';
import { type StepInput, step } from './support/inputs';
import { neonBranch, withSource } from './support/sessions';

const PROOF_EVERY = 1_000;

/** The flag flips at once and proves nothing: what counts is what the compute of our branch answers. */
export const enableLogicalReplication = activity({ input: step, callers: APPLY }, async (deps, input) => {
  const { spec } = input;
  const { neon, project } = await neonBranch(deps, spec);
  const operations = await neon.enableLogicalReplication(project);
  await neon.waitForOperations(project, operations, {
    deadlineMs: DEADLINE.enabling,
    onPoll: (open) => heartbeat({ waitingFor: open.map(({ action, status }) => `${action} ${status}`) }),
  });
  await untilLogical(deps, input);
  return done('changed', `project ${project}`, 'logical replication is on, wal_level reads logical');
});

async function untilLogical(deps: Deps, { spec }: StepInput): Promise<void> {
  const until = Date.now() + DEADLINE.enabled;
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
