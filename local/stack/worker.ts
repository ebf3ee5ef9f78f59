import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { freePort } from '../postgres/free-port';
import type { TemporalServer } from '../temporal/server';
import { ServerProcess } from './process';
import { until } from './until';

export const projectRoot = join(__dirname, '..', '..');
export const taskQueue = 'n2m';

/** TaskQueueType of the server's API: workflow tasks and activity tasks. */
const queueTypes = [1, 2];

export interface WorkerAddresses {
  metrics: string;
  health: string;
}

/** Free addresses for the worker's two HTTP endpoints. */
export async function workerAddresses(): Promise<WorkerAddresses> {
  return { metrics: `127.0.0.1:${await freePort()}`, health: `127.0.0.1:${await freePort()}` };
}

/** Starts the built worker as its own process; returns once Temporal sees it poll for workflows and activities. */
export async function startWorker(
  temporal: TemporalServer,
  env: Record<string, string>,
  log: (line: string) => void,
): Promise<ServerProcess> {
  const program = join(projectRoot, 'lib', 'worker.js');
  if (!existsSync(program)) throw new Error(`${program} is missing: run npm run build`);
  const worker = ServerProcess.start({
    name: 'the worker',
    command: process.execPath,
    args: [program],
    cwd: projectRoot,
    env: { ...process.env, ...env },
    // Longer than the worker takes for itself: its own grace and then 20 s for activities that do not listen.
    grace: 25_000,
    onLine: log,
  });
  const looking = new AbortController();
  try {
    await Promise.race([untilItPolls(temporal, worker.pid, looking.signal), worker.failed()]);
    return worker;
  } catch (error) {
    await worker.kill();
    throw error;
  } finally {
    looking.abort();
  }
}

/** Returns once the worker's Prometheus endpoint answers. */
export async function untilMetricsAnswer(address: string): Promise<void> {
  const answers = async () => ((await fetch(`http://${address}/metrics`)).ok ? true : undefined);
  await until(answers, { what: 'the metrics of the worker', timeout: 20_000 });
}

async function untilItPolls(temporal: TemporalServer, pid: number, signal: AbortSignal): Promise<void> {
  const connection = await Connection.connect({ address: temporal.address });
  const polls = async (taskQueueType: number): Promise<boolean> => {
    const { pollers } = await connection.workflowService.describeTaskQueue({
      namespace: temporal.namespace,
      taskQueue: { name: taskQueue },
      taskQueueType,
    });
    return (pollers ?? []).some(({ identity }) => identity?.startsWith(`${pid}@`));
  };
  try {
    await until(
      async () => {
        for (const type of queueTypes) if (!(await polls(type))) return undefined;
        return true;
      },
      { what: `a worker that polls task queue ${taskQueue}`, timeout: 90_000, every: 200, signal },
    );
  } finally {
    await connection.close();
  }
}
