import { groupedBy } from '../../core/grouped';
import type { ItemName } from '../../core/sql/items';
import { tablesToRead, type ReadMemory } from '../../core/watch/reads';
import type { TargetReading } from '../../core/watch/types';
import type { SqlClient } from '../sql-client';
import { readClusterReading, readReplicas } from './cluster';
import { readRows } from './reads';
import { countColumns, findChildren, findSource, OBJECTS, type SourceRow, upstreamOf } from './source';

/** Evidence about one object (the source, or one of its tables) on live replicas. */
export interface ObjectProgress {
  id: string;
  schema: string;
  /** Null for the source itself. */
  upstream: { schema: string; name: string } | null;
  /** Name in Materialize. */
  name: string;
  status: string;
  error: string | null;
  /** From statistics of live replicas; null: no row yet. A minute or two late. */
  statisticsCommitted: boolean | null;
  /** Decimal strings; null where unknown. */
  recordsKnown: string | null;
  recordsStaged: string | null;
  /** Milliseconds since the epoch; null or 0 before the snapshot is committed. The first relation to tell. */
  writeFrontierMs: number | null;
}

export interface SourceProgress {
  source: ObjectProgress;
  children: ObjectProgress[];
  slot: string | null;
  replicas: { id: string; size: string; status: string }[];
  /** LSNs as decimal strings. */
  offsetKnown: string | null;
  offsetCommitted: string | null;
}

interface StatisticsRow {
  id: string;
  committed: boolean;
  known: string | null;
  staged: string | null;
  offset_known: string | null;
  offset_committed: string | null;
}

/** Rows of dropped replicas stay for a day, frozen: only those of replicas that exist count. */
const STATISTICS = `
  WITH ${OBJECTS}
  SELECT s.id, s.snapshot_committed AS committed, s.snapshot_records_known::text AS known,
         s.snapshot_records_staged::text AS staged, s.offset_known::text AS offset_known,
         s.offset_committed::text AS offset_committed
  FROM mz_internal.mz_source_statistics s
  JOIN objects ON objects.id = s.id
  JOIN mz_catalog.mz_cluster_replicas r ON r.id = s.replica_id`;

const FRONTIERS = `
  WITH ${OBJECTS}
  SELECT f.object_id AS id, f.write_frontier::text AS frontier, now() AS now
  FROM mz_internal.mz_frontiers f JOIN objects ON objects.id = f.object_id`;

const largest = (values: (string | null)[]): string | null =>
  values.reduce<string | null>((most, value) => {
    if (value === null) return most;
    return most === null || BigInt(value) > BigInt(most) ? value : most;
  }, null);

/** What the wait for a snapshot polls; null when the source does not exist. */
export async function readSourceProgress(client: SqlClient, name: ItemName): Promise<SourceProgress | null> {
  const found = await findSource(client, name);
  if (found === null) return null;
  const [{ progress }, replicas] = await Promise.all([
    readEvidence(client, name, found),
    found.cluster === null ? [] : readReplicas(client, found.cluster),
  ]);
  return { ...progress, replicas: replicas.map(({ id, size, status }) => ({ id, size, status })) };
}

interface Evidence {
  progress: Omit<SourceProgress, 'replicas'>;
  /** Materialize's clock at the look, milliseconds; null when no frontier was there to read it with. */
  now: number | null;
}

async function readEvidence(client: SqlClient, name: ItemName, found: SourceRow): Promise<Evidence> {
  const [children, statistics, frontiers] = await Promise.all([
    findChildren(client, found.id),
    client.query<StatisticsRow>(STATISTICS, [found.id]),
    client.query<{ id: string; frontier: string | null; now: string }>(FRONTIERS, [found.id]),
  ]);

  const statisticsOf = groupedBy(statistics, ({ id }) => id);
  const frontierOf = new Map(frontiers.map((row) => [row.id, row.frontier]));
  const evidence = (id: string) => {
    const rows = statisticsOf.get(id) ?? [];
    const frontier = frontierOf.get(id) ?? null;
    return {
      statisticsCommitted: rows.length === 0 ? null : rows.some((row) => row.committed),
      recordsKnown: largest(rows.map((row) => row.known)),
      recordsStaged: largest(rows.map((row) => row.staged)),
      writeFrontierMs: frontier === null ? null : Number(frontier),
    };
  };
  const own = statisticsOf.get(found.id) ?? [];
  const progress = {
    source: {
      ...{
        id: found.id,
        schema: name.schema,
        upstream: null,
        name: name.name,
        status: found.status ?? 'created',
        error: found.error,
      },
      ...evidence(found.id),
    },
    children: children.map((child) => ({
      ...{ id: child.id, schema: child.schema, upstream: upstreamOf(child), name: child.name },
      ...{ status: child.status ?? 'created', error: child.error },
      ...evidence(child.id),
    })),
    slot: found.slot,
    offsetKnown: largest(own.map((row) => row.offset_known)),
    offsetCommitted: largest(own.map((row) => row.offset_committed)),
  };
  const now = frontiers[0]?.now;
  return { progress, now: now === undefined ? null : Date.parse(now) };
}

/** As many as the history keeps for a handful of tables. */
const EVENTS = 50;

/** Stalled events of the source and its tables after an instant (ISO), oldest first; null: all that are kept. */
export async function readStalledSince(
  client: SqlClient,
  name: ItemName,
  since: string | null,
): Promise<{ at: string; object: string; error: string }[]> {
  const found = await findSource(client, name);
  return found === null ? [] : stalledEvents(client, found.id, since);
}

async function stalledEvents(
  client: SqlClient,
  sourceId: string,
  since: string | null,
): Promise<{ at: string; object: string; error: string }[]> {
  const rows = await client.query<{ at: string; object: string; error: string | null }>(
    `WITH ${OBJECTS}
     SELECT h.occurred_at AS at, o.name AS object, h.error
     FROM mz_internal.mz_source_status_history h
     JOIN objects ON objects.id = h.source_id
     JOIN mz_catalog.mz_objects o ON o.id = h.source_id
     WHERE h.status = 'stalled' ORDER BY h.occurred_at DESC LIMIT ${EVENTS}`,
    [sourceId],
  );
  return rows
    .filter((row) => since === null || row.at > since)
    .map((row) => ({ ...row, error: row.error ?? '' }))
    .reverse();
}

/** One look for the check, in two round trips and a row of some tables. Freshness is by Materialize's own clock, so that a worker's wrong one does not matter. */
export async function readTargetReading(
  client: SqlClient,
  input: { source: ItemName; cluster: string; stalledSince: string | null; reads: ReadMemory | null },
): Promise<TargetReading> {
  const [found, cluster] = await Promise.all([
    findSource(client, input.source),
    readClusterReading(client, input.cluster),
  ]);
  const [{ progress, now }, stalled, columns] = found
    ? await Promise.all([
        readEvidence(client, input.source, found),
        stalledEvents(client, found.id, input.stalledSince),
        countColumns(client, found.id),
      ])
    : [{ progress: null, now: null }, [], new Map<string, number>()];
  const committed = (one: ObjectProgress): boolean | null => {
    if (one.writeFrontierMs !== null && one.writeFrontierMs > 0) return true;
    return one.statisticsCommitted ?? (one.writeFrontierMs === 0 ? false : null);
  };
  const { database } = input.source;
  const copied = new Map(
    (progress?.children ?? [])
      .filter((child) => committed(child))
      .map(({ id, schema, name }) => [id, { id, item: { database, schema, name } }]),
  );
  const asked = cluster.replicationFactor === 0 ? [] : tablesToRead([...copied.keys()], input.reads);
  const read = await readRows(
    client,
    input.cluster,
    asked.flatMap((id) => copied.get(id) ?? []),
  );
  return {
    source: {
      exists: progress !== null,
      id: progress?.source.id ?? null,
      slot: progress?.slot ?? null,
      status: progress?.source.status ?? 'absent',
      error: progress?.source.error ?? null,
      stalledSince: stalled.map(({ at, object, error }) => ({ at, error: `${object}: ${error}` })),
    },
    tables: (progress?.children ?? []).map((child) => ({
      id: child.id,
      table: child.name,
      upstream: child.upstream ?? { schema: '', name: child.name },
      status: child.status,
      error: child.error,
      committed: committed(child),
      columns: columns.get(child.id),
      freshnessMs: child.writeFrontierMs && now !== null ? Math.max(0, now - child.writeFrontierMs) : null,
      ...(read.proofs.has(child.id) ? { read: read.proofs.get(child.id) } : {}),
    })),
    ...(read.last === null ? {} : { readTo: read.last }),
    offsetKnown: progress?.offsetKnown ?? null,
    offsetCommitted: progress?.offsetCommitted ?? null,
    cluster,
  };
}
