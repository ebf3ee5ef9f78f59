import { Context } from '@temporalio/activity';
import type { WorkflowClient } from '@temporalio/client';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { runId } from '../../core/names';
import { systemError } from '../../systems/errors';
import { checkInput } from './inputs';

const APPLY = ['replicate', 'repairReplication'];
const ROTATE = ['rotateReplication', 'repairReplication'];
const DESTROY = ['destroyReplication'];
const same = (types: string[], ...names: string[]) => Object.fromEntries(names.map((name) => [name, types]));

/** Which of our workflows call the activities that change something. The others read, or tell people. */
export const CALLERS: Record<string, string[] | undefined> = {
  ...same(
    APPLY,
    'enableLogicalReplication',
    'ensureRole',
    'ensureReplicaIdentity',
    'ensureGrants',
    'ensurePublication',
  ),
  ...same(APPLY, 'allowEgressIps', 'ensureSchema', 'ensureCluster', 'ensureSecret', 'ensureConnection', 'ensureSource'),
  ...same(APPLY, 'rightSize', 'dropTables', 'ensureWatch', 'keepDefinitions', 'dropDeadTables', 'dropLostSource'),
  ...same(APPLY, 'recreateDependents'),
  ...same([...APPLY, ...DESTROY], 'dropLeftClusters', 'removeSlot'),
  ...same(ROTATE, 'rotatePassword', 'reconnectSource'),
  ...same(DESTROY, 'removeWatch', 'removeSource', 'removeConnection', 'removeSecret', 'removeCluster', 'removeSchema'),
  ...same(DESTROY, 'unpublish', 'restoreIdentity', 'revokeGrants', 'removeRole', 'removeIps', 'removePublication'),
  ...same(DESTROY, 'removeRecord'),
};

/**
 * The edge every call passes: its input has the shape our workflows send, and what changes something is called by a run
 * of n2m's own, under the pipeline's lock, on this worker's queue. So definitions, plans and slots are those that such a
 * run has read itself. Who may poll the queue can still pretend to be a worker: only encrypted payloads tell them apart.
 */
export function inputsEdge(deps: { workflows: WorkflowClient; taskQueue: string }): ActivityInterceptorsFactory {
  return () => ({
    inbound: {
      async execute(input, next) {
        const { activityType } = Context.current().info;
        const [first] = input.args;
        checkInput(activityType, first);
        const callers = CALLERS[activityType];
        if (callers) await checkCaller(deps, callers, (first as { spec: { name: string } }).spec.name);
        return next(input);
      },
    },
  });
}

async function checkCaller(
  { workflows, taskQueue }: { workflows: WorkflowClient; taskQueue: string },
  callers: string[],
  pipeline: string,
): Promise<void> {
  const { activityType, workflowType = 'nobody', workflowExecution } = Context.current().info;
  if (!callers.includes(workflowType)) throw notOurs(activityType, `a workflow ${workflowType} called it`);
  if (workflowExecution?.workflowId !== runId(pipeline)) {
    throw notOurs(activityType, `the run that called it does not hold the lock ${runId(pipeline)}`);
  }
  const { workflowId, runId: run } = workflowExecution;
  const found = await workflows
    .getHandle(workflowId, run)
    .describe()
    .catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw systemError('Unreachable', 'temporal', `the run cannot be looked up: ${why}`, { retryable: true });
    });
  if (found.taskQueue !== taskQueue) throw notOurs(activityType, 'the run that called it is on another task queue');
}

const notOurs = (activity: string, why: string) =>
  systemError('Conflict', 'temporal', `${activity} is done for n2m's own runs only: ${why}`, {
    hint: 'see who may start workflows in this namespace',
  });
