import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ConnectionOptions } from '@temporalio/client';
import { ensureSearchAttributes, untilNamespaceAnswers } from './ready';
import type { TemporalServer } from './types';

/**
 * The server TEMPORAL_ADDRESS names, with what other TEMPORAL_* variables say about TLS and keys. Search attributes it lacks
 * are registered; nothing else of it is touched, and stopping it is not ours to do.
 */
export async function useExistingServer(
  env: NodeJS.ProcessEnv,
  namespace: string,
  searchAttributes: readonly string[],
  signal?: AbortSignal,
): Promise<TemporalServer> {
  const given = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const config = loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(given) });
  const options = config.connectionOptions as ConnectionOptions;
  const address = String(options.address);
  const early = { signal, onRefusal: true };
  const connection = await untilNamespaceAnswers(options, namespace, 20_000, early).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`TEMPORAL_ADDRESS=${address} with namespace ${namespace} cannot be used: ${reason}`, {
      cause: error,
    });
  });
  try {
    await ensureSearchAttributes(connection, namespace, searchAttributes);
  } finally {
    await connection.close();
  }
  const notOurs = (): Promise<never> =>
    Promise.reject(new Error(`the Temporal server at ${address} was not started by us`));
  return { address, namespace, ui: '', pid: undefined, stop: () => Promise.resolve(), kill: notOurs, restart: notOurs };
}
