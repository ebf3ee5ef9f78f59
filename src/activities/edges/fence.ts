import type { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, type WorkflowClient, type WorkflowExecution } from '@temporalio/client';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { systemError } from '../../systems/errors';
import { REGISTRY } from '../registry';
import { fenced } from './still-acting';

/** PENDING_ACTIVITY_STATE_SCHEDULED: the next attempt has not begun, and no other is under way. */
const WAITS = 1;

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
  const pending = workflowExecution && (await pendingActivities(workflows, workflowExecution));
  const now = pending?.find((activity) => activity.activityId === activityId);
  if (now?.attempt === attempt && Number(now.state) !== WAITS) return;
  const message = `attempt ${attempt} of ${activityType} was given up, so it changes nothing any more`;
  throw systemError('Conflict', 'temporal', message, { retryable: true });
}

async function pendingActivities(workflows: WorkflowClient, { workflowId, runId }: WorkflowExecution) {
  try {
    return (await workflows.getHandle(workflowId, runId).describe()).raw.pendingActivities ?? [];
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return [];
    const why = error instanceof Error ? error.message : String(error);
    throw systemError('Unreachable', 'temporal', `whether this attempt was given up cannot be told: ${why}`, {
      retryable: true,
    });
  }
}
