import type { ClusterFacts } from '../core/plan/facts';
import type { PipelineSpec } from '../core/spec/types';
import { systemError } from '../systems/errors';
import { readCluster } from '../systems/materialize';
import type { SqlClient } from '../systems/sql-client';
import { sleep } from './support/ensure';
import { heartbeat } from './edges/heartbeat';
import { itemsOf } from './support/sessions';

const EVERY = 500;
const DEADLINE = 10 * 60_000;

/** ALTER CLUSTER answers before anything changed: what counts is what the catalog says of every replica. */
export async function untilSized(client: SqlClient, spec: PipelineSpec, size: string): Promise<void> {
  const { name } = spec.materialize.cluster;
  const until = Date.now() + DEADLINE;
  for (;;) {
    const cluster = await readCluster(client, name, itemsOf(spec).source);
    if (cluster && isSized(cluster, size)) return;
    if (Date.now() >= until) {
      throw systemError('Timeout', 'materialize', `cluster ${name} did not get online at ${size} within 10 minutes`, {
        hint: `SHOW CLUSTER REPLICAS WHERE cluster = '${name}'`,
        retryable: true,
      });
    }
    heartbeat({
      waitingFor: `cluster ${name} at ${size}`,
      replicas: cluster?.replicas.map(({ size, status }) => `${size} ${status}`),
    });
    await sleep(EVERY);
  }
}

export function isSized(cluster: ClusterFacts, size: string): boolean {
  const { replicas } = cluster;
  return (
    cluster.size === size &&
    cluster.pending === 0 &&
    replicas.length >= cluster.replicationFactor &&
    replicas.length > 0 &&
    replicas.every((replica) => replica.size === size && replica.status === 'online')
  );
}
