import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Activities } from '../../../src/activities/types';
import { TASK_QUEUE } from '../../../src/core/names';
import { ensureSearchAttributes, untilNamespaceAnswers } from '../../../local/temporal/ready';
import { searchAttributes } from '../../../local/temporal/types';
import { references } from '../../workflows/references';

/** A namespace of the test run's server for one test file, with the real workflows and made-up activities. */
export interface World {
  client: Client;
  /** What a command needs to find it. */
  env: NodeJS.ProcessEnv;
  /** Runs `test` while a worker with these activities polls the product's task queue. */
  withWorker<T>(activities: Activities, test: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const address = process.env.N2M_TEST_TEMPORAL_ADDRESS;
  if (address === undefined) throw new Error('the test run has no Temporal server');
  const namespace = `cli-${randomUUID()}`;
  const setup = await Connection.connect({ address });
  await setup.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs('1 day') });
  await setup.close();
  const connection = await untilNamespaceAnswers({ address }, namespace, 60_000);
  await ensureSearchAttributes(connection, namespace, searchAttributes);
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection, namespace });
  return {
    client,
    env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace },
    async withWorker(activities, test) {
      const worker = await Worker.create({
        connection: native,
        namespace,
        taskQueue: TASK_QUEUE,
        activities,
        interceptors: { activity: [references(client.workflow)] },
        workflowBundle: { codePath: join(__dirname, '../../../lib/workflow-bundle.js') },
        // The default passes heartbeats on after four fifths of their timeout only.
        maxHeartbeatThrottleInterval: '100ms',
      });
      return worker.runUntil(test);
    },
    async close() {
      await connection.close();
      await native.close();
    },
  };
}
