#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { createActivities, type Deps } from './activities';
import { inputsEdge } from './activities/edges/callers';
import { failuresEdge } from './activities/edges/failures';
import { fenceEdge } from './activities/edges/fence';
import { dataConverterOf } from './codec';
import { codecKeys } from './codec/keys';
import { parseConfig, type WorkerConfig } from './config';
import { serveHealth } from './health';
import { createLogger } from './logger';
import { createMetrics } from './activities/support/metrics';
import { createSourceDirectory } from './activities/support/source-directory';
import { createNeon } from './systems/neon';
import { scrub } from './core/failures/scrub';
import { shown } from './core/text/shown';
import { createSecrets } from './systems/secrets';
import { SqlPools } from './systems/sql-pool';
import { createWebhooks } from './systems/webhooks';
import { ownBuildId, whyNoVersioning, type VersionSetting } from './versioning';

/** Composition root: environment → config → dependencies → activities → worker. The only place that builds them. */
async function main(): Promise<void> {
  const config = parseConfig(process.env);
  const keys = codecKeys(process.env);
  const withheld = { refs: keys.map(({ ref }) => ref), values: keys.map(({ text }) => text) };
  const secrets = createSecrets({ env: process.env, ...config.secrets, withheld });
  config.telemetry.secrets.forEach((secret) => secrets.remember(secret));
  const dataConverter = dataConverterOf(keys);
  const clean = (text: string): string => scrub(text, secrets.known());
  const logger = createLogger(config, clean);
  Runtime.install({
    logger,
    telemetryOptions: {
      // Native lines as well go through our logger, which scrubs them and writes them in the chosen format.
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      metrics: metricsOf(config),
    },
  });

  const { traces } = config.telemetry;
  // Loaded by who asks for it alone.
  const tracing = traces
    ? (await import('./telemetry/worker.js')).startWorkerTracing({
        ...{ serviceName: SERVICE, version: version(), url: traces.url, warn: (message) => logger.warn(message) },
      })
    : null;

  const { connectionOptions, namespace = 'default' } = loadClientConnectConfig();
  const connection = await NativeConnection.connect(connectionOptions);
  const clientConnection = await Connection.connect(connectionOptions);
  const client = new Client({ connection: clientConnection, namespace, dataConverter });
  const pool = new SqlPools();
  const deps: Deps = {
    secrets,
    neon: (apiKey, { signal, beforeChange }) =>
      createNeon({
        ...{ baseUrl: config.neonApiUrl, apiKey, signal, beforeChange, traced: tracing?.traced },
        remember: (value) => secrets.remember(value),
      }),
    sources: createSourceDirectory(secrets, config.reachableAllow),
    pool,
    webhooks: createWebhooks({ allow: config.webhookAllow }),
    metrics: createMetrics(Runtime.instance().metricMeter),
    schedules: client.schedule,
    workflows: client.workflow,
    taskQueue: config.taskQueue,
    traced: tracing?.traced,
  };
  const without = config.version && (await whyNoVersioning(clientConnection, namespace));
  if (without) {
    logger.warn('this Temporal server has no Worker Versioning: polls without a build id', { server: without });
  }
  const deployed = without ? null : ownVersion(config.version);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: config.taskQueue,
    // Workflows convert failures inside the bundle: one that encrypts them is a bundle of its own, and so is one that traces.
    workflowBundle: {
      codePath: join(__dirname, `workflow-bundle${keys.length > 0 ? '-codec' : ''}${tracing ? '-traced' : ''}.js`),
    },
    // The command line's own reads may meet what is older than the keys; work is done for nobody in clear then.
    dataConverter: dataConverterOf(keys, config.codecRequired),
    activities: createActivities(deps),
    sinks: tracing?.sinks,
    interceptors: { activity: [...(tracing?.activity ?? []), failuresEdge(clean), inputsEdge(deps), fenceEdge(deps)] },
    shutdownGraceTime: config.shutdownGraceMs,
    // An activity mostly waits for others; checks of servers and webhooks that hang must leave room for the rest.
    maxConcurrentActivityTaskExecutions: 500,
    // Progress people follow live comes as heartbeats; the default holds them back for up to a minute.
    maxHeartbeatThrottleInterval: 2_000,
    // An activity that ignores its cancellation must not keep the process for ever.
    shutdownForceTime: config.shutdownGraceMs + 20_000,
    ...(deployed ? versioned(deployed) : {}),
  });
  const health = await serveHealth(config.healthAddress, () => worker.getState());
  logger.info('n2m worker polls', {
    taskQueue: config.taskQueue,
    namespace,
    version: version(),
    ...deployed,
  });
  try {
    await worker.run();
  } finally {
    await health.close();
    await pool.close();
    await clientConnection.close();
    await connection.close();
    await tracing?.stop(GOODBYE_MS);
  }
}

/** What a worker calls itself, unless OTEL_SERVICE_NAME does. */
const SERVICE = 'n2m-worker';

/** Spans of the last seconds are sent before the process ends. */
const GOODBYE_MS = 3_000;

function metricsOf({ metricsAddress, telemetry: { metrics } }: WorkerConfig) {
  if (metricsAddress)
    return { prometheus: { bindAddress: metricsAddress, countersTotalSuffix: true, useSecondsForDurations: true } };
  if (metrics === null) return undefined;
  const { url, headers, everyMs: metricsExportInterval, temporality, resource } = metrics;
  return {
    // The resource of all, not a tag of each.
    globalTags: { 'service.name': SERVICE, ...resource },
    otel: { url, http: true, headers, metricsExportInterval, temporality, useSecondsForDurations: true },
  };
}

type Version = { deploymentName: string; buildId: string };

function ownVersion(setting: VersionSetting | null): Version | null {
  if (!setting) return null;
  const built = (): string => ownBuildId(version(), readFileSync(join(__dirname, 'workflow-bundle.js')));
  return { deploymentName: setting.deployment, buildId: setting.buildId ?? built() };
}

function versioned(version: Version) {
  return {
    workerDeploymentOptions: {
      version,
      useWorkerVersioning: true as const,
      // Runs last hours or days; they end on the code they began with. Short looks say otherwise: workflows/index.ts.
      defaultVersioningBehavior: 'PINNED' as const,
    },
  };
}

function version(): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string };
  return version;
}

main().catch((error: unknown) => {
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`n2m worker: ${message.split('\n').map(shown).join('\n')}\n`);
  process.exit(1);
});
