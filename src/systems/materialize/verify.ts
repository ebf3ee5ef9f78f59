import { setCluster } from '../../core/sql/materialize';
import type { ItemName } from '../../core/sql/items';
import { progress } from '../../core/sql/verify/rows';
import type { SqlClient } from '../sql-client';
import { clusterExists } from './cluster';
import { findChildren, findSource, upstreamOf } from './source';

/** A replicated table as Materialize has it. */
export interface ReplicatedTable {
  id: string;
  item: ItemName;
  upstream: { schema: string; name: string };
  error: string | null;
}

export interface VerifiableSource {
  tables: ReplicatedTable[];
  /** Null where Materialize does not tell. */
  slot: string | null;
  /** The relation that says how far the source is. */
  progress: ItemName;
}

/** The tables of a source and its progress relation; null where there is no such source. */
export async function readVerifiableSource(client: SqlClient, name: ItemName): Promise<VerifiableSource | null> {
  const found = await findSource(client, name);
  if (found === null) return null;
  const [children, [relation]] = await Promise.all([
    findChildren(client, found.id),
    client.query<{ database: string; schema: string; name: string }>(
      `SELECT d.name AS database, n.name AS schema, p.name
       FROM mz_internal.mz_object_dependencies dep
       JOIN mz_catalog.mz_sources p ON p.id = dep.referenced_object_id AND p.type = 'progress'
       JOIN mz_catalog.mz_schemas n ON n.id = p.schema_id
       JOIN mz_catalog.mz_databases d ON d.id = n.database_id
       WHERE dep.object_id = $1`,
      [found.id],
    ),
  ]);
  return {
    slot: found.slot,
    tables: children.map((child) => ({
      id: child.id,
      item: { database: name.database, schema: child.schema, name: child.name },
      upstream: upstreamOf(child),
      error: child.error,
    })),
    // A source without one is its own.
    progress: relation ?? name,
  };
}

/** Columns with their types as Materialize names them. */
export async function readTargetColumns(client: SqlClient, id: string): Promise<{ name: string; type: string }[]> {
  return client.query(`SELECT c.name, c.type FROM mz_catalog.mz_columns c WHERE c.id = $1 ORDER BY c.position`, [id]);
}

/**
 * How far the source is: what upstream wrote before it is in every table that is read after this answer. Null before the
 * first copy.
 */
export async function readProgress(client: SqlClient, name: ItemName, deadlineMs: number): Promise<bigint | null> {
  const rows = await client.query<{ lsn: string | null }>(progress(name), [], deadlineMs);
  const known = rows.flatMap(({ lsn }) => (lsn === null ? [] : [BigInt(lsn)]));
  return known.reduce<bigint | null>((most, lsn) => (most === null || lsn > most ? lsn : most), null);
}

/** Whose cluster reads, for this session; false where there is none of that name. */
export async function useCluster(client: SqlClient, cluster: string): Promise<boolean> {
  if (!(await clusterExists(client, cluster))) return false;
  await client.query(setCluster(cluster));
  return true;
}
