import { DEADLINE } from '../../core/budgets';
import { endOf, isUnderWay, pausedResize, refusedForCredits, withPause } from '../../core/objects/cluster/resize';
import type { ClusterFacts, Reconfiguration } from '../../core/objects/cluster/facts';
import type { PipelineSpec } from '../../core/spec/types';
import * as sql from '../../core/sql/materialize';
import { SystemError, systemError } from '../../systems/errors';
import { readCluster } from '../../systems/materialize';
import type { SqlClient } from '../../systems/sql-client';
import { pauses } from '../edges/cut-short';
import { heartbeat } from '../edges/heartbeat';
import { itemsOf } from '../support/sessions';

/** How a resize went. Whatever else than `sized` left the old size. */
export type Resized = { kind: 'sized' } | { kind: 'refused' | 'ended'; sentence: string; next: string };

/**
 * Brings the cluster to a size and follows it until every replica is online there. What somebody else began is waited for
 * first. `pause`: where the region has no credits for both sizes, replicas go first. `wake`: one without replicas gets one.
 */
export async function resizeTo(
  client: SqlClient,
  spec: PipelineSpec,
  size: string,
  { pause = false, wake = false }: { pause?: boolean; wake?: boolean } = {},
): Promise<Resized> {
  const { name } = spec.materialize.cluster;
  const found = await untilFree(client, spec, size);
  if (isSized(found, size)) return { kind: 'sized' };
  if (found.size !== size && !isUnderWay(found.reconfiguration)) {
    const refused = await alter(client, name, found, size, pause);
    if (refused) return refused;
  }
  const now = await look(client, spec);
  if (now.replicationFactor === 0) {
    if (!wake && !pause) {
      const next = `${sql.alterClusterReplicationFactor(name, 1)}, then n2m apply FILE`;
      return { kind: 'ended', sentence: `cluster ${name} has no replicas`, next };
    }
    await client.query(sql.alterClusterReplicationFactor(name, Math.max(1, found.replicationFactor)));
  }
  const followed = await follow(client, spec, size, found);
  if (followed.kind !== 'refused' || !pause) return followed;
  // Later versions take the statement and refuse afterwards.
  const left = await look(client, spec);
  return (await pausing(client, name, left, size, followed)) ?? follow(client, spec, size, left);
}

/** Null once the server took it. */
async function alter(
  client: SqlClient,
  name: string,
  found: ClusterFacts,
  size: string,
  pause: boolean,
): Promise<Resized | null> {
  try {
    await client.query(sql.alterClusterSize(name, size));
    return null;
  } catch (error) {
    if (!isRefused(error)) throw error;
    const refused = refusal(name, size, error);
    return pause ? pausing(client, name, found, size, refused) : refused;
  }
}

/** Replicas go first; where the new size is refused even alone, what ran comes back. Null once it was taken. */
async function pausing(
  client: SqlClient,
  name: string,
  found: ClusterFacts,
  size: string,
  refused: Resized,
): Promise<Resized | null> {
  const [stop, resize, start] = pausedResize(name, size, Math.max(1, found.replicationFactor));
  await client.query(stop);
  try {
    await client.query(resize);
  } catch (error) {
    await client.query(start);
    if (!isRefused(error)) throw error;
    return refused;
  }
  await client.query(start);
  return null;
}

const isRefused = (error: unknown): error is SystemError =>
  error instanceof SystemError && refusedForCredits(error.info.message);

const refusal = (name: string, size: string, { info }: SystemError): Resized => ({
  kind: 'refused',
  sentence: `Materialize refused ${size} beside what runs: ${info.message}`,
  next: withPause(name, size),
});

/** The cluster, once nothing that somebody else began moves it to another size. */
async function untilFree(client: SqlClient, spec: PipelineSpec, size: string): Promise<ClusterFacts> {
  const until = Date.now() + DEADLINE.online;
  const untilNextLook = pauses();
  for (;;) {
    const cluster = await look(client, spec);
    const change = cluster.reconfiguration;
    if (!isUnderWay(change) || change.size === size) return cluster;
    if (Date.now() >= until) throw late(spec, `is still being resized to ${change.size} by somebody else`, change);
    heartbeat({ waitingFor: `the resize of the cluster to ${change.size}, begun by somebody else` });
    await untilNextLook();
  }
}

/** ALTER CLUSTER answers before anything changed: what counts is what the catalog says of every replica. */
async function follow(
  client: SqlClient,
  spec: PipelineSpec,
  size: string,
  before: Pick<ClusterFacts, 'size' | 'reconfiguration'>,
): Promise<Resized> {
  const { name } = spec.materialize.cluster;
  const until = Date.now() + DEADLINE.online;
  const untilNextLook = pauses();
  for (;;) {
    const cluster = await look(client, spec);
    if (isSized(cluster, size)) return { kind: 'sized' };
    const change = cluster.reconfiguration;
    // The relation may lag behind the statement: what it said before is of an earlier resize.
    if (change !== null && !same(change, before.reconfiguration) && cluster.size !== size) {
      const end = change.size === size ? endOf(name, size, cluster.size, change) : taken(name, size, change);
      if (end !== null) return { kind: change.status === 'resource-exhausted' ? 'refused' : 'ended', ...end };
    }
    if (Date.now() >= until) throw late(spec, `did not get online at ${size} within 10 minutes`, change);
    heartbeat({
      waitingFor: `cluster ${name} at ${size}`,
      replicas: cluster.replicas.map((replica) => `${replica.size} ${replica.status}`),
      deadline: change?.deadline ?? null,
    });
    await untilNextLook();
  }
}

/** Somebody else's resize replaced ours. */
const taken = (name: string, size: string, change: Reconfiguration) => ({
  sentence: `somebody resizes cluster ${name} to ${change.size}, in place of ${size}`,
  next: 'n2m apply FILE waits for it and resizes again',
});

const same = (a: Reconfiguration, b: Reconfiguration | null): boolean =>
  b !== null && a.status === b.status && a.size === b.size && a.deadline === b.deadline;

async function look(client: SqlClient, spec: PipelineSpec): Promise<ClusterFacts> {
  const { name } = spec.materialize.cluster;
  const cluster = await readCluster(client, name, itemsOf(spec).source);
  if (cluster !== null) return cluster;
  throw systemError('NotFound', 'materialize', `cluster ${name} is not there any more`, {
    hint: 'n2m apply makes it again',
  });
}

function late(spec: PipelineSpec, what: string, change: Reconfiguration | null): SystemError {
  const { name } = spec.materialize.cluster;
  const until = isUnderWay(change) && change.deadline !== null ? `; Materialize gives up at ${change.deadline}` : '';
  return systemError('Timeout', 'materialize', `cluster ${name} ${what}${until}`, {
    hint: `SHOW CLUSTER REPLICAS WHERE cluster = '${name}'`,
    retryable: true,
  });
}

function isSized(cluster: ClusterFacts, size: string): boolean {
  // A strategy of its own adds a replica of another size while something hydrates.
  const ours = cluster.sizedBy === null ? cluster.replicas : cluster.replicas.filter((one) => one.size === size);
  return (
    cluster.size === size &&
    cluster.pending === 0 &&
    !isUnderWay(cluster.reconfiguration) &&
    ours.length >= cluster.replicationFactor &&
    ours.length > 0 &&
    ours.every((replica) => replica.size === size && replica.status === 'online')
  );
}
