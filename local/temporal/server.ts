import { findTemporal } from './binary';
import { DevServer } from './dev-server';
import { useExistingServer } from './existing-server';
import { searchAttributes, type TemporalOptions, type TemporalServer } from './types';

export { searchAttributes, type TemporalOptions, type TemporalServer };

/**
 * Uses the Temporal server TEMPORAL_ADDRESS names, or starts a development server on loopback; returns once it answers and
 * knows the namespace and the search attributes. Obtaining the program for the first time may take minutes.
 */
export async function startTemporal(options: TemporalOptions = {}): Promise<TemporalServer> {
  const { env = process.env, dbFile, port, uiPort, dynamicConfig, log, signal } = options;
  const namespace = options.namespace ?? env.TEMPORAL_NAMESPACE ?? 'default';
  const attributes = options.searchAttributes ?? searchAttributes;
  const mayUseExisting = (options.useExisting ?? true) && dbFile === undefined && port === undefined && !dynamicConfig;
  if (mayUseExisting && env.TEMPORAL_ADDRESS) return useExistingServer(env, namespace, attributes, signal);
  const { path: binary } = await findTemporal({ env, log, signal });
  return DevServer.start({ binary, namespace, searchAttributes: attributes, dbFile, port, uiPort, dynamicConfig });
}
