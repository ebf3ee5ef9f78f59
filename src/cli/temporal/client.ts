import { setMaxListeners } from 'node:events';
import { Client, Connection, isGrpcServiceError, ServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { dataConverterOf, LISTING_CONVERTER } from '../../codec';
import { codecKeys, CodecError } from '../../codec/keys';
import { SEARCH_ATTRIBUTES, TASK_QUEUE } from '../../core/names';
import { CliError, EXIT } from '../exit';
import { tracing } from '../tracing';
import { retriesUntilClosed } from './retries';

/** The client of one command with what messages need to name. */
export interface Temporal {
  client: Client;
  /** Lists runs and schedules of whatever keys; memos are not read. */
  listing: Client;
  connection: Connection;
  address: string;
  namespace: string;
  /** Where the worker polls: N2M_TASK_QUEUE, as on the worker. */
  taskQueue: string;
}

const CONNECT_TIMEOUT = 5_000;
/** A server that answers at all answers these within a second; queries wait for a worker as well. */
const CALL_TIMEOUT = 10_000;
/** Pollers come back every minute at the latest; the server lists them for five. */
const POLLER_AGE = 75_000;

/** Connects as TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE … or the temporal.toml profile say, and closes afterwards. */
export async function withTemporal<T>(work: (temporal: Temporal) => Promise<T>): Promise<T> {
  const { temporal, close } = await connect();
  try {
    return await work(temporal);
  } catch (error) {
    throw toCliError(error, temporal);
  } finally {
    await close();
  }
}

async function connect(): Promise<{ temporal: Temporal; close: () => Promise<void> }> {
  let config: ReturnType<typeof loadClientConnectConfig>;
  try {
    config = loadClientConnectConfig();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CliError(
      `Temporal's client configuration cannot be read: ${reason}`,
      EXIT.unreachable,
      'check TEMPORAL_* and temporal.toml',
    );
  }
  const dataConverter = dataConverterOf(readKeys());
  const { connectionOptions, namespace = 'default' } = config;
  const address = connectionOptions.address ?? 'localhost:7233';
  try {
    const { interceptors, close } = retriesUntilClosed();
    const connection = await Connection.connect({
      ...connectionOptions,
      address,
      connectTimeout: CONNECT_TIMEOUT,
      interceptors,
    });
    const taskQueue = process.env.N2M_TASK_QUEUE || TASK_QUEUE;
    const temporal: Temporal = {
      client: new Client({ connection, namespace, dataConverter, interceptors: { workflow: tracing()?.interceptors } }),
      listing: new Client({ connection, namespace, dataConverter: LISTING_CONVERTER }),
      ...{ connection, address, namespace, taskQueue },
    };
    return {
      temporal,
      close: () => {
        close();
        return connection.close();
      },
    };
  } catch (error) {
    throw unreachableError(address, error);
  }
}

function readKeys(): ReturnType<typeof codecKeys> {
  try {
    return codecKeys(process.env);
  } catch (error) {
    throw error instanceof CodecError ? codecCliError(error) : error;
  }
}

function codecCliError({ summary, next }: CodecError): CliError {
  return new CliError(summary, EXIT.failed, next);
}

/** For calls that must not wait: the deadline reaches every request made inside. */
export function withDeadline<T>(
  { connection }: Pick<Temporal, 'connection'>,
  work: () => Promise<T>,
  ms = CALL_TIMEOUT,
): Promise<T> {
  return connection.withDeadline(Date.now() + ms, work);
}

/** Ends many requests made one after the other: the SDK listens for each, and Node would warn after ten. */
export function stopForMany(): AbortController {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  return stop;
}

/** What is waited for: something under way, or something that begins, which goes to the current version's workers alone. */
type Work = 'under way' | 'begins';

/** Before anything waits for a worker. */
export async function requireWorker(temporal: Temporal, work: Work = 'under way'): Promise<void> {
  if (await workerPolls(temporal, work)) return;
  const place = `task queue ${temporal.taskQueue} in namespace ${temporal.namespace} of ${temporal.address}`;
  if (work === 'begins' && (await workerPolls(temporal)))
    throw new CliError(
      `no worker that polls ${place} is of the build that what begins is sent to`,
      EXIT.unreachable,
      'n2m doctor',
    );
  throw new CliError(`no worker polls ${place}`, EXIT.unreachable, 'start a worker there: npm run worker');
}

export async function workerPolls(temporal: Temporal, work: Work = 'under way'): Promise<boolean> {
  const { pollers, current, ramping } = await polling(temporal, QUEUES.workflows);
  if (work === 'under way') return pollers.length > 0;
  return pollers.some(({ deploymentOptions: options }) => {
    const own = Number(options?.workerVersioningMode) === VERSIONED ? options : null;
    return [current, ramping].some(
      (routed) => routed?.deploymentName === own?.deploymentName && routed?.buildId === own?.buildId,
    );
  });
}

/** TASK_QUEUE_TYPE_… */
export const QUEUES = { workflows: 1, activities: 2 } as const;
/** WORKER_VERSIONING_MODE_VERSIONED */
export const VERSIONED = 2;

/** Who polls n2m's task queue, and the versions that what begins is sent to; without those, to workers without a version. */
export async function polling(temporal: Temporal, taskQueueType: (typeof QUEUES)[keyof typeof QUEUES]) {
  const { namespace, taskQueue: name } = temporal;
  const { pollers, versioningInfo } = await withDeadline(temporal, () =>
    temporal.connection.workflowService.describeTaskQueue({ namespace, taskQueue: { name }, taskQueueType }),
  );
  const recent = (pollers ?? []).filter(
    ({ lastAccessTime }) => Date.now() - Number(lastAccessTime?.seconds ?? 0) * 1000 < POLLER_AGE,
  );
  const { currentDeploymentVersion: current, rampingDeploymentVersion: ramping } = versioningInfo ?? {};
  return { pollers: recent, current, ramping };
}

/** Once per namespace; in Temporal Cloud in the namespace's settings. */
export const REGISTER_SEARCH_ATTRIBUTES = `temporal operator search-attribute create ${Object.values(SEARCH_ATTRIBUTES)
  .map((name) => `--name ${name} --type Keyword`)
  .join(' ')}`;

/** gRPC's numbers; the enum itself would cost the CLI another import at every start. */
const GRPC: Record<string, number> = {
  invalidArgument: 3,
  deadline: 4,
  notFound: 5,
  permissionDenied: 7,
  unavailable: 14,
  unauthenticated: 16,
};

/** What a call to Temporal failed with, in a sentence and with what to do; other errors as they are. */
export function toCliError(error: unknown, temporal: Temporal): unknown {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof CodecError) return codecCliError(at);
  const cause = error instanceof ServiceError ? error.cause : error;
  if (error instanceof NamespaceNotFoundError) return noNamespace(temporal);
  if (!isGrpcServiceError(cause)) return error;
  const { code, details } = cause;
  if (code === GRPC.notFound && /namespace/i.test(details)) return noNamespace(temporal);
  if (code === GRPC.invalidArgument && /search attribute/i.test(details)) {
    return new CliError(
      `namespace ${temporal.namespace} lacks a search attribute: ${details}`,
      EXIT.failed,
      REGISTER_SEARCH_ATTRIBUTES,
    );
  }
  if (code === GRPC.invalidArgument || code === GRPC.notFound) {
    return new CliError(
      `Temporal at ${temporal.address} refused: ${details}`,
      EXIT.failed,
      'n2m doctor checks the setup',
    );
  }
  return Object.values(GRPC).includes(code) ? unreachableError(temporal.address, cause) : error;
}

const noNamespace = ({ namespace, address }: Temporal): CliError =>
  new CliError(
    `namespace ${namespace} does not exist on ${address}`,
    EXIT.unreachable,
    `set TEMPORAL_NAMESPACE, or: temporal operator namespace create -n ${namespace}`,
  );

function unreachableError(address: string, error: unknown): CliError {
  const code = isGrpcServiceError(error)
    ? error.code
    : error instanceof ServiceError && isGrpcServiceError(error.cause)
      ? error.cause.code
      : null;
  const next = 'set TEMPORAL_ADDRESS (and TEMPORAL_NAMESPACE), or start a server: temporal server start-dev';
  if (code === GRPC.permissionDenied || code === GRPC.unauthenticated) {
    return new CliError(
      `Temporal at ${address} refuses us`,
      EXIT.unreachable,
      'check TEMPORAL_API_KEY or the client certificate',
    );
  }
  return new CliError(`Temporal does not answer at ${address}`, EXIT.unreachable, next);
}
