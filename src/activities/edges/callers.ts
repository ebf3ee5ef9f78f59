import { Context } from '@temporalio/activity';
import type { WorkflowClient } from '@temporalio/client';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { z } from 'zod';
import { runId } from '../../core/names';
import { systemError } from '../../systems/errors';
import { REGISTRY } from '../registry';
import { Plans } from './plans';

/** Which of our workflows call an activity, where only they may. The others read, or tell people. */
export const CALLERS: Readonly<Record<string, readonly string[] | undefined>> = Object.fromEntries(
  [...REGISTRY].flatMap(([name, { declared }]) => (declared.callers ? [[name, declared.callers]] : [])),
);

/**
 * The edge every call passes: its input has the shape our workflows send, and what changes something is called by a run
 * of n2m's own, under the pipeline's lock, on this worker's queue. So definitions, plans and slots are those that such a
 * run has read itself. Who may poll the queue can still pretend to be a worker: only encrypted payloads tell them apart.
 */
export function inputsEdge(deps: { workflows: WorkflowClient; taskQueue: string }): ActivityInterceptorsFactory {
  const plans = new Plans(deps.workflows);
  return () => ({
    inbound: {
      async execute(input, next) {
        const { activityType } = Context.current().info;
        const first = await plans.complete(input.args[0]);
        const declared = REGISTRY.get(activityType)?.declared;
        if (!declared) throw notOurs(activityType, 'no module declares it');
        checkInput(activityType, declared.input, first);
        const { callers } = declared;
        if (callers) await checkCaller(deps, callers, (first as { spec: { name: string } }).spec.name);
        return next({ ...input, args: [first] });
      },
    },
  });
}

async function checkCaller(
  { workflows, taskQueue }: { workflows: WorkflowClient; taskQueue: string },
  callers: readonly string[],
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

/** Throws for what none of our workflows sends. The message names the place, never the value. */
function checkInput(activity: string, shape: z.ZodType, input: unknown): void {
  const { error } = shape.safeParse(input);
  if (!error) return;
  const [issue] = error.issues;
  const where = issue?.path.map(String).join('.') ?? '';
  throw systemError(
    'InvalidPipeline',
    'worker',
    `${activity} was called with what no file makes: ${where || 'input'}`,
    {
      hint: 'n2m doctor compares the versions of command line and worker',
    },
  );
}
