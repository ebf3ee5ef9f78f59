import type { ClusterFacts, Reconfiguration, SizedBy } from '../../core/objects/cluster/facts';
import type { DependentFacts } from '../../core/objects/source/facts';
import type { ItemName } from '../../core/sql/items';
import type { TargetReading } from '../../core/watch/types';
import type { SqlClient } from '../sql-client';
import { COMMENT, commentJoin, nameParameters } from './items';

interface ReplicaRow {
  id: string;
  name: string;
  size: string | null;
  status: string | null;
  reason: string | null;
  since: string | null;
}

export type Replica = TargetReading['cluster']['replicas'][number];

/** One entry per replica: the first process that is not online stands for it. */
function byReplica(rows: ReplicaRow[]): Replica[] {
  const replicas = new Map<string, Replica>();
  for (const { id, name, size, status, reason, since } of rows) {
    const seen = replicas.get(id);
    if (seen !== undefined && (seen.status !== 'online' || status === 'online')) continue;
    replicas.set(id, { id, name, size: size ?? '', status: status ?? 'unknown', reason, since });
  }
  return [...replicas.values()];
}

/** Replicas of a cluster; one is online when all of its processes are. `unknown`: no process reported yet. */
export async function readReplicas(client: SqlClient, cluster: string): Promise<Replica[]> {
  const rows = await client.query<ReplicaRow>(
    `SELECT r.id, r.name, r.size, st.status, st.reason, st.updated_at AS since
     FROM mz_catalog.mz_clusters c
     JOIN mz_catalog.mz_cluster_replicas r ON r.cluster_id = c.id
     LEFT JOIN mz_internal.mz_cluster_replica_statuses st ON st.replica_id = r.id
     WHERE c.name = $1 ORDER BY r.name, st.process_id`,
    [cluster],
  );
  return byReplica(rows);
}

/** Replicas of a change under way, as WAIT UNTIL READY makes them. */
async function countPending(client: SqlClient, cluster: string): Promise<number> {
  const rows = await client.query<{ id: string }>(
    `SELECT p.id FROM mz_internal.mz_pending_cluster_replicas p
     JOIN mz_catalog.mz_cluster_replicas r ON r.id = p.id
     JOIN mz_catalog.mz_clusters c ON c.id = r.cluster_id WHERE c.name = $1`,
    [cluster],
  );
  return rows.length;
}

const RELATIONS = [
  'mz_cluster_reconfigurations',
  'mz_cluster_auto_scaling_strategies',
  'mz_cluster_schedules',
] as const;
type Relation = (typeof RELATIONS)[number];

/** Which of the relations about changes of clusters this version has. Looked up, as releases of their own got some earlier. */
export async function readClusterRelations(client: SqlClient): Promise<Set<Relation>> {
  const rows = await client.query<{ name: Relation }>(
    `SELECT o.name FROM mz_catalog.mz_objects o JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id
     WHERE n.name = 'mz_internal' AND o.name IN (${RELATIONS.map((_, index) => `$${index + 1}`).join(', ')})`,
    [...RELATIONS],
  );
  return new Set(rows.map(({ name }) => name));
}

/** The last resize in the background of a cluster; null where there was none. */
async function readReconfiguration(client: SqlClient, cluster: string): Promise<Reconfiguration | null> {
  const [row] = await client.query<{ status: string; size: string | null; deadline: string | null }>(
    `SELECT f.status, f.target->>'size' AS size, f.deadline::text AS deadline
     FROM mz_internal.mz_cluster_reconfigurations f JOIN mz_catalog.mz_clusters c ON c.id = f.cluster_id
     WHERE c.name = $1`,
    [cluster],
  );
  if (row === undefined) return null;
  const at = Number(row.deadline);
  return { ...row, deadline: Number.isFinite(at) && at > 0 ? new Date(at).toISOString() : null };
}

async function readStrategy(client: SqlClient, cluster: string): Promise<SizedBy | null> {
  const [row] = await client.query<{ size: string | null }>(
    `SELECT s.strategy->'on_hydration'->>'hydration_size' AS size
     FROM mz_internal.mz_cluster_auto_scaling_strategies s JOIN mz_catalog.mz_clusters c ON c.id = s.cluster_id
     WHERE c.name = $1`,
    [cluster],
  );
  // A strategy that was taken away may linger as null.
  return row?.size == null ? null : { kind: 'auto-scaling', hydrationSize: row.size };
}

async function readSchedule(client: SqlClient, cluster: string): Promise<SizedBy | null> {
  const [row] = await client.query<{ type: string }>(
    `SELECT s.type FROM mz_internal.mz_cluster_schedules s JOIN mz_catalog.mz_clusters c ON c.id = s.cluster_id
     WHERE c.name = $1`,
    [cluster],
  );
  return row === undefined || row.type === 'manual' ? null : { kind: 'schedule', hydrationSize: null };
}

/** What runs on the cluster besides the source of that name and its tables. */
export async function readOthers(client: SqlClient, cluster: string, source: ItemName): Promise<DependentFacts[]> {
  return client.query<DependentFacts>(
    `WITH ours AS (
       SELECT x.id FROM mz_catalog.mz_sources x
       JOIN mz_catalog.mz_schemas n ON n.id = x.schema_id
       JOIN mz_catalog.mz_databases d ON d.id = n.database_id
       WHERE d.name = $1 AND n.name = $2 AND x.name = $3
     ), children AS (
       SELECT dep.object_id AS id FROM mz_internal.mz_object_dependencies dep
       JOIN ours ON ours.id = dep.referenced_object_id
       JOIN mz_catalog.mz_sources s ON s.id = dep.object_id AND s.type = 'subsource'
     )
     SELECT o.id, o.name, o.type FROM mz_catalog.mz_objects o
     JOIN mz_catalog.mz_clusters c ON c.id = o.cluster_id
     WHERE c.name = $4 AND o.id LIKE 'u%'
       AND o.id NOT IN (SELECT id FROM ours) AND o.id NOT IN (SELECT id FROM children)
     ORDER BY o.name`,
    [...nameParameters(source), cluster],
  );
}

/** Names of the clusters that users made. */
export async function listClusters(client: SqlClient): Promise<string[]> {
  const rows = await client.query<{ name: string }>(
    "SELECT name FROM mz_catalog.mz_clusters WHERE id LIKE 'u%' ORDER BY name",
  );
  return rows.map(({ name }) => name);
}

export async function clusterExists(client: SqlClient, name: string): Promise<boolean> {
  return (await client.query('SELECT id FROM mz_catalog.mz_clusters WHERE name = $1', [name])).length > 0;
}

/** A cluster by name, its replicas, and who else lives on it; null when there is none. `relations`: where they were asked for already. */
export async function readCluster(
  client: SqlClient,
  name: string,
  source: ItemName,
  relations = readClusterRelations(client),
): Promise<ClusterFacts | null> {
  const asked = <T>(relation: Relation, ask: (client: SqlClient, cluster: string) => Promise<T>): Promise<T | null> =>
    relations.then((there) => (there.has(relation) ? ask(client, name) : null));
  const [rows, replicas, pending, otherObjects, reconfiguration, strategy, schedule] = await Promise.all([
    readClusterRow(client, name),
    readReplicas(client, name),
    countPending(client, name),
    readOthers(client, name, source),
    asked('mz_cluster_reconfigurations', readReconfiguration),
    asked('mz_cluster_auto_scaling_strategies', readStrategy),
    asked('mz_cluster_schedules', readSchedule),
  ]);
  const [row] = rows;
  if (row === undefined) return null;
  return {
    id: row.id,
    comment: row.comment,
    managed: row.managed,
    size: row.size,
    replicationFactor: row.factor === null ? replicas.length : Number(row.factor),
    replicas: replicas.map(({ id, name: replica, size, status }) => ({ id, name: replica, size, status })),
    pending,
    reconfiguration,
    sizedBy: schedule ?? strategy,
    otherObjects,
  };
}

const readClusterRow = (client: SqlClient, name: string) =>
  client.query<{
    id: string;
    comment: string | null;
    managed: boolean;
    size: string | null;
    factor: string | null;
  }>(
    `SELECT x.id, ${COMMENT}, x.managed, x.size, x.replication_factor::text AS factor
     FROM mz_catalog.mz_clusters x ${commentJoin('cluster')} WHERE x.name = $1`,
    [name],
  );

interface ReadingRow extends Omit<ReplicaRow, 'id' | 'name'> {
  cluster_size: string | null;
  factor: string | null;
  id: string | null;
  name: string | null;
  memory: number | null;
  disk: number | null;
}

/** The reading of a cluster for the check. Shares are 0 to 1, of the fullest process; null before the first report. */
export async function readClusterReading(client: SqlClient, name: string): Promise<TargetReading['cluster']> {
  const rows = await client.query<ReadingRow>(
    `SELECT c.size AS cluster_size, c.replication_factor::text AS factor, r.id, r.name, r.size, st.status, st.reason,
            st.updated_at AS since, u.memory_percent AS memory, u.disk_percent AS disk
     FROM mz_catalog.mz_clusters c
     LEFT JOIN mz_catalog.mz_cluster_replicas r ON r.cluster_id = c.id
     LEFT JOIN mz_internal.mz_cluster_replica_statuses st ON st.replica_id = r.id
     LEFT JOIN mz_internal.mz_cluster_replica_utilization u
       ON u.replica_id = r.id AND (u.process_id = st.process_id OR st.process_id IS NULL)
     WHERE c.name = $1 ORDER BY r.name, st.process_id`,
    [name],
  );
  const replicas = byReplica(
    rows.flatMap((row) => (row.id === null ? [] : [{ ...row, id: row.id, name: row.name ?? '' }])),
  );
  const [first] = rows;
  const share = (values: (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known) / 100;
  };
  return {
    exists: first !== undefined,
    name,
    size: first?.cluster_size ?? null,
    replicationFactor: (first?.factor ?? null) === null ? replicas.length : Number(first?.factor),
    replicas,
    memory: share(rows.map((one) => one.memory)),
    disk: share(rows.map((one) => one.disk)),
  };
}
