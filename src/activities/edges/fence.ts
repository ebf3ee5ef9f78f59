import type { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type WorkflowClient, type WorkflowExecution } from '@temporalio/client';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { systemError } from '../../systems/errors';
import { REGISTRY } from '../registry';
import { fenced } from './still-acting';

/** PENDING_ACTIVITY_STATE_SCHEDULED: the next attempt has not begun, and no other is under way. */
const WAITS = 1;

/** An answer that took longer is of a time before this worker stood still, as far as anybody knows. Milliseconds. */
const FRESH = 5_000;
/** Times it is asked before nobody can say. */
const ASKED = 3;

/**
 * The fence. A worker that stood still (SIGSTOP, a machine that is moved) is given up, and its successor acts; when it goes
 * on, its attempt must change nothing any more. So right before each statement or call that changes something, whichever
 * system it goes to, the Temporal server is asked whether this attempt is the one: it is who starts the next attempt, so
 * nobody else has to agree, and nothing is left behind that somebody would have to unlock.
 */
export function fenceEdge(deps: { workflows: WorkflowClient }): ActivityInterceptorsFactory {
  return (context) => ({
    inbound: {
      execute(input, next) {
        const declared = REGISTRY.get(context.info.activityType)?.declared;
        if (declared && !declared.reads) fenced(context, () => refuseUnlessActing(deps.workflows, context));
        return next(input);
      },
    },
  });
}

async function refuseUnlessActing(workflows: WorkflowClient, { info }: Context): Promise<void> {
  const { activityId, activityType, attempt, workflowExecution } = info;
  for (let asked = 0; asked < ASKED; asked += 1) {
    const age = stopwatch();
    const pending = workflowExecution && (await pendingActivities(workflows, workflowExecution));
    const now = pending?.find((activity) => activity.activityId === activityId);
    if (now?.attempt !== attempt || Number(now.state) === WAITS) {
      const message = `attempt ${attempt} of ${activityType} was given up, so it changes nothing any more`;
      throw systemError('Conflict', 'temporal', message, { retryable: true });
    }
    if (age() < FRESH) return;
  }
  throw untold(`every answer came later than ${FRESH / 1_000} s`);
}

/** Both clocks: one stands still while a machine does, the other may be set back. */
function stopwatch(): () => number {
  const [wall, steady] = [Date.now(), performance.now()];
  return () => Math.max(Date.now() - wall, performance.now() - steady);
}

const untold = (why: string) =>
  systemError('Unreachable', 'temporal', `whether this attempt was given up cannot be told: ${why}`, {
    retryable: true,
  });

async function pendingActivities(workflows: WorkflowClient, { workflowId, runId }: WorkflowExecution) {
  try {
    return (await workflows.getHandle(workflowId, runId).describe()).raw.pendingActivities ?? [];
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return [];
    throw untold(error instanceof Error ? error.message : String(error));
  }
}
