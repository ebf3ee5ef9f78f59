import { ScheduleNotFoundError } from '@temporalio/client';
import { DEADLINE } from '../../core/budgets';
import { SEARCH_ATTRIBUTES, verifyScheduleId, watchId } from '../../core/names';
import { systemError } from '../../systems/errors';
import { sleep } from '../edges/cut-short';
import { heartbeat } from '../edges/heartbeat';
import { stillActing } from '../edges/still-acting';
import { DESTROY, activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { done } from '../support/ensure';
import { destroy } from '../support/inputs';

/** Deletes the schedule, then ends the checks it started: one that goes on would alarm about what destroy does. */
export const removeWatch = activity({ input: destroy, callers: DESTROY }, async (deps, { spec }) => {
  const object = `watch of ${spec.name}`;
  const handle = deps.schedules.getHandle(watchId(spec.name));
  await stillActing();
  await handle.delete().catch(ignoreMissing);
  await stillActing();
  await deps.schedules.getHandle(verifyScheduleId(spec.name)).delete().catch(ignoreMissing);
  await endChecks(deps, spec.name);
  const there = await handle.describe().then(() => true, ignoreMissing);
  if (there) {
    throw systemError('Unexpected', 'temporal', `${object} was deleted and is still there`, { retryable: true });
  }
  return done('dropped', object, 'nobody looks at it any more');
});

function ignoreMissing(error: unknown): void {
  if (!(error instanceof ScheduleNotFoundError)) throw error;
}

async function endChecks(deps: Deps, pipeline: string): Promise<void> {
  const query =
    `WorkflowType IN ('checkReplication', 'verifyReplication') AND ExecutionStatus = 'Running' ` +
    `AND ${SEARCH_ATTRIBUTES.pipeline} = '${pipeline}' AND TemporalScheduledById IS NOT NULL`;
  const until = Date.now() + DEADLINE.checks;
  for (;;) {
    const running = [];
    for await (const { workflowId, runId } of deps.workflows.list({ query })) running.push({ workflowId, runId });
    if (running.length === 0 || Date.now() >= until) return;
    await stillActing();
    for (const { workflowId, runId } of running) {
      await deps.workflows
        .getHandle(workflowId, runId)
        .cancel()
        // It ended by itself in between.
        .catch(() => undefined);
    }
    heartbeat({ waitingFor: `${running.length} checks to end` });
    await sleep(500);
  }
}
