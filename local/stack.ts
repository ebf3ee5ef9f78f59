import { pipelineFile, removeFiles, writeFiles, type StackFile } from './stack/files';
import { takeFolder } from './stack/folder';
import type { Stack, StackOptions } from './stack/options';
import { Parts } from './stack/parts';
import type { ServerProcess } from './stack/process';
import { startTarget } from './stack/target';
import { startUpstream } from './stack/upstream';
import { startWorker, taskQueue, untilMetricsAnswer, workerAddresses } from './stack/worker';
import { startTemporal, type TemporalServer } from './temporal/server';

export type { Stack, StackFile, StackOptions };

/**
 * Starts Temporal, Neon (its Postgres and its API), Materialize and the worker on loopback and free ports, in this order;
 * returns once each of them answers and `stack.json` says where. On failure, what was started is stopped again and the
 * error names the part.
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const parts = new Parts(options.log, options.signal);
  try {
    return await assemble(parts, options);
  } catch (error) {
    await parts.stop();
    throw error;
  }
}

async function assemble(parts: Parts, options: StackOptions): Promise<Stack> {
  const { path: dir } = await parts.start(
    'the folder',
    () => takeFolder(options.dir),
    (folder) => folder.release(),
  );
  const temporal = await startTemporalServer(parts, options);
  const { url, neon, pipeline } = await startUpstream(parts, options);
  const target = await startTarget(parts, options);
  const addresses = await workerAddresses();
  const env: Record<string, string> = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    N2M_TASK_QUEUE: taskQueue,
    N2M_METRICS_ADDRESS: addresses.metrics,
    N2M_HEALTH_ADDRESS: addresses.health,
    N2M_LOG_LEVEL: 'INFO',
    // A receiver on this machine is the only one to be had without the internet.
    N2M_WEBHOOK_ALLOW: '127.0.0.0/8,::1',
    // Nothing outlives the stack, so nothing is worth waiting for when it stops.
    N2M_SHUTDOWN_GRACE_SECONDS: '1',
    ...(neon ? { N2M_NEON_API_URL: neon.api, N2M_SECRET_NEON_API_KEY: neon.apiKey } : {}),
    N2M_SECRET_POSTGRES_URL: url,
    N2M_SECRET_MATERIALIZE_URL: target.url,
    ...options.env,
  };
  const worker = options.worker === false ? undefined : await startBuiltWorker(parts, temporal, env, options);
  const file: StackFile = {
    temporal: { address: temporal.address, namespace: temporal.namespace, ui: temporal.ui },
    neon: neon ? { api: neon.api, project: neon.project, branch: neon.branch, apiKey: neon.apiKey } : null,
    postgres: { url, superuserUrl: neon?.postgres.superuserUrl ?? '' },
    materialize: { url: target.url },
    metrics: worker ? `http://${addresses.metrics}/metrics` : '',
    pipeline: pipelineFile(dir),
    env,
  };
  await parts.start(
    'stack.json',
    () => writeFiles(dir, file, pipeline),
    () => removeFiles(dir),
  );
  return { dir, file, temporal, neon, materialize: target.materialize, worker, stop: () => parts.stop() };
}

async function startTemporalServer(parts: Parts, { temporal, log, signal }: StackOptions): Promise<TemporalServer> {
  if (temporal && 'restart' in temporal) return temporal;
  log?.('starting Temporal');
  const start = (): Promise<TemporalServer> => startTemporal({ log, signal, ...temporal });
  return parts.start('Temporal', start, (server) => server.stop());
}

async function startBuiltWorker(
  parts: Parts,
  temporal: TemporalServer,
  env: Record<string, string>,
  { log, workerLog }: StackOptions,
): Promise<ServerProcess> {
  log?.('starting the worker');
  const start = (): Promise<ServerProcess> => startWorker(temporal, env, workerLog ?? (() => undefined));
  const worker = await parts.start('the worker', start, (process) => process.stop());
  await parts.use('the worker', () => untilMetricsAnswer(String(env.N2M_METRICS_ADDRESS)));
  return worker;
}
