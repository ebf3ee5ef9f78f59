import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { defaultPayloadConverter, type ProtoFailure as Failure } from '@temporalio/common';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities } from '../../../src/activities';
import { inputsEdge } from '../../../src/activities/edges/callers';
import { failuresEdge } from '../../../src/activities/edges/failures';
import type { Attacked } from './started';

const NAMESPACE = process.env.N2M_TEST_TEMPORAL_NAMESPACE ?? 'default';

/**
 * Somebody with access to the namespace starts `replicate` under the pipeline's id on a queue that they poll themselves,
 * and schedules an activity on the worker's. Answers with the failure that activity ended with.
 */
export async function callFromOwnQueue(attacked: Attacked, activity: string, input: unknown): Promise<string> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const address = process.env.N2M_TEST_TEMPORAL_ADDRESS;
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection, namespace: NAMESPACE });
  const [queue, theirs] = [`n2m-${randomUUID()}`, `rogue-${randomUUID()}`];
  const deps = { ...attacked.deps(), workflows: client.workflow, taskQueue: queue };
  const worker = await Worker.create({
    connection: native,
    namespace: NAMESPACE,
    taskQueue: queue,
    activities: createActivities(deps),
    workflowBundle: { codePath: join(__dirname, '../../../lib/workflow-bundle.js') },
    interceptors: { activity: [failuresEdge((text) => text), inputsEdge(deps)] },
  });
  try {
    const call = { queue, theirs, activity, input };
    const failure = await worker.runUntil(scheduleOnQueueOf(client, 'pipeline/shop', call));
    return failure?.message ?? 'nothing happened';
  } finally {
    await connection.close();
    await native.close();
  }
}

/** As that somebody, on the queue of a worker that polls already. */
export async function scheduleOnQueueOf(
  client: Client,
  workflowId: string,
  call: { queue: string; theirs: string; activity: string; input: unknown },
): Promise<Failure | null | undefined> {
  const service = client.workflowService;
  await client.workflow.start('replicate', { workflowId, taskQueue: call.theirs, args: [{}] });
  const poll = () =>
    client.withDeadline(Date.now() + 30_000, () =>
      service.pollWorkflowTaskQueue({ namespace: NAMESPACE, taskQueue: { name: call.theirs }, identity: 'rogue' }),
    );
  const { taskToken } = await poll();
  await service.respondWorkflowTaskCompleted({
    namespace: NAMESPACE,
    taskToken,
    identity: 'rogue',
    commands: [
      {
        // COMMAND_TYPE_SCHEDULE_ACTIVITY_TASK
        commandType: 1,
        scheduleActivityTaskCommandAttributes: {
          activityId: '1',
          activityType: { name: call.activity },
          taskQueue: { name: call.queue },
          input: { payloads: [defaultPayloadConverter.toPayload(call.input)] },
          startToCloseTimeout: { seconds: 60 as never },
          retryPolicy: { maximumAttempts: 1 },
        },
      },
    ],
  });
  const { history } = await poll();
  await client.workflow.getHandle(workflowId).terminate('the attempt is over');
  const failed = history?.events?.find(({ activityTaskFailedEventAttributes: found }) => found);
  const done = history?.events?.find(({ activityTaskCompletedEventAttributes: found }) => found);
  if (done) throw new Error(`${call.activity} did it`);
  return failed?.activityTaskFailedEventAttributes?.failure;
}
