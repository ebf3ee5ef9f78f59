import { leftClusters, orphanName } from '../core/objects/cluster/orphans';
import { sizeForSnapshot } from '../core/objects/cluster/plan';
import type { ClusterFacts } from '../core/plan/facts';
import { isOurs, writeMark } from '../core/plan/ownership';
import type { PipelineSpec } from '../core/spec/types';
import * as sql from '../core/sql/materialize';
import { systemError } from '../systems/errors';
import { type SourceProgress, readCluster, readSourceProgress, readStrays } from '../systems/materialize';
import type { SqlClient } from '../systems/sql-client';
import { sleep } from './edges/cut-short';
import { heartbeat } from './edges/heartbeat';
import { APPLY, DESTROY, activity } from './support/activity';
import { createAndLook, done, dropOurs } from './support/ensure';
import { destroy, file, step } from './support/inputs';
import { itemsOf, withMaterialize } from './support/sessions';

const EVERY = 500;
const DEADLINE = 10 * 60_000;

/** Made at the snapshot size; grown again for a long copy, or given back its replica. */
export const ensureCluster = activity({ input: step, callers: APPLY }, (deps, { spec, tables, planned }) => {
  const { name, snapshotSize } = spec.materialize.cluster;
  const object = `cluster ${name}`;
  return withMaterialize(deps, spec, async (client) => {
    const look = () => readCluster(client, name, itemsOf(spec).source);
    const found =
      (await look()) ??
      (await createAndLook(() => client.query(sql.createCluster(name, snapshotSize)), look, object, 'materialize'));
    if (planned === 'create' && !isOurs(found.comment, spec.name)) {
      await client.query(sql.commentOnCluster(name, writeMark(spec.name)));
    }
    if (planned === 'create') return done('created', object, `made at ${snapshotSize} for the first copy`);
    const size = sizeForSnapshot(spec, found, tables);
    if (size !== found.size) await client.query(sql.alterClusterSize(name, size));
    if (found.replicationFactor === 0) await client.query(sql.alterClusterReplicationFactor(name, 1));
    await untilSized(client, spec, size);
    return done('changed', object, `at ${size}, replicas online`);
  });
});

/**
 * Sizes the cluster down and proves that the source keeps up there: after the replicas are online, the frontier of
 * every table must move on within the deadline. If not, the larger size comes back, and the step says so.
 */
export const rightSize = activity({ input: step, callers: APPLY }, (deps, { spec }) => {
  const { name, steadySize, snapshotSize } = spec.materialize.cluster;
  const object = `cluster ${name}`;
  return withMaterialize(deps, spec, async (client) => {
    const before = await readCluster(client, name, itemsOf(spec).source);
    const from = before?.size ?? snapshotSize;
    if (from !== steadySize) await client.query(sql.alterClusterSize(name, steadySize));
    await untilSized(client, spec, steadySize);
    const standing = await untilMoving(client, spec);
    if (standing === null) return done('changed', object, `resized to ${steadySize}; every table keeps up`);
    const back = from === steadySize ? snapshotSize : from;
    await client.query(sql.alterClusterSize(name, back));
    await untilSized(client, spec, back);
    return done('changed', object, `back at ${back}: at ${steadySize} ${standing}`);
  });
});

/** Null when every table moved on; else what did not, in words. */
async function untilMoving(client: SqlClient, spec: PipelineSpec): Promise<string | null> {
  const until = Date.now() + spec.snapshot.resizeDeadline;
  const look = () => readSourceProgress(client, itemsOf(spec).source);
  const first = frontiers(await look());
  for (;;) {
    const progress = await look();
    const now = frontiers(progress);
    const standing = [...now]
      .filter(([table, frontier]) => frontier <= (first.get(table) ?? 0))
      .map(([table]) => table);
    if (progress?.source.status === 'running' && standing.length === 0) return null;
    const status = progress?.source.status ?? 'gone';
    if (Date.now() >= until) {
      return standing.length > 0 ? `${standing.join(', ')} did not move on` : `the source says ${status}`;
    }
    heartbeat({ waitingFor: 'every table to move on', status, standing });
    await sleep(EVERY);
  }
}

function frontiers(progress: SourceProgress | null): Map<string, number> {
  return new Map((progress?.children ?? []).map((child) => [child.name, child.writeFrontierMs ?? 0]));
}

/** ALTER CLUSTER answers before anything changed: what counts is what the catalog says of every replica. */
async function untilSized(client: SqlClient, spec: PipelineSpec, size: string): Promise<void> {
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

function isSized(cluster: ClusterFacts, size: string): boolean {
  const { replicas } = cluster;
  return (
    cluster.size === size &&
    cluster.pending === 0 &&
    replicas.length >= cluster.replicationFactor &&
    replicas.length > 0 &&
    replicas.every((replica) => replica.size === size && replica.status === 'online')
  );
}

/** Clusters the pipeline ran on before. Without CASCADE: Materialize refuses where something runs on one by now. */
export const dropLeftClusters = activity({ input: file, callers: [...APPLY, ...DESTROY] }, (deps, { spec }) => {
  return withMaterialize(deps, spec, async (client) => {
    const left = leftClusters(await readStrays(client, spec));
    for (const { name } of left) await client.query(sql.dropCluster(name));
    if (left.length === 0) return done('dropped', `clusters of ${spec.name}`, 'nothing is left to drop');
    const names = left.map(orphanName).join(', ');
    return done('dropped', names, `${names} is gone`);
  });
});

export const removeCluster = activity({ input: destroy, callers: DESTROY }, (deps, input) => {
  const { name } = input.spec.materialize.cluster;
  return withMaterialize(deps, input.spec, (client) =>
    dropOurs(
      input,
      `cluster ${name}`,
      () => readCluster(client, name, itemsOf(input.spec).source),
      () => client.query(sql.dropCluster(name)),
    ),
  );
});
