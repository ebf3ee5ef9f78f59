import type { TableFacts } from '../../../core/objects/tables/facts';
import type { SqlClient } from '../../sql-client';

/** Schemas that TimescaleDB keeps for itself; its chunks are in one of them unless somebody chose another. */
export const isTimescale = (schema: string): boolean => schema.startsWith('_timescaledb_');

/** A hypertable may have thousands of chunks: so many are named. */
const NAMED = 4;

/** The tables that inherit from those of these OIDs. Partitions are no heirs: their parents hold no rows. */
export async function readHeirs(client: SqlClient, oids: readonly number[]): Promise<Map<number, TableFacts['heirs']>> {
  const rows = await client.query<{ oid: number; count: number; first: TableFacts['heirs']['first'] }>(
    `SELECT i.inhparent AS oid, pg_catalog.count(*)::int AS count,
            (SELECT pg_catalog.json_agg(named) FROM (
               SELECT cn.nspname::text AS schema, c.relname::text AS name
               FROM pg_catalog.pg_inherits ci
               JOIN pg_catalog.pg_class c ON c.oid = ci.inhrelid
               JOIN pg_catalog.pg_namespace cn ON cn.oid = c.relnamespace
               WHERE ci.inhparent = i.inhparent ORDER BY 1, 2 LIMIT ${NAMED}) AS named) AS first
     FROM pg_catalog.pg_inherits i
     JOIN pg_catalog.pg_class p ON p.oid = i.inhparent AND p.relkind <> 'p'
     WHERE i.inhparent = ANY ($1::oid[])
     GROUP BY i.inhparent`,
    [oids],
  );
  return new Map(rows.map(({ oid, count, first }) => [oid, { count, first }]));
}

/**
 * Whether TimescaleDB's own tables are there and may be read. Whoever may create schemas can make some of that name: reading a
 * view, or a table with policies, would run its maker's functions as us, so these must be tables of a superuser or our own.
 */
const CATALOG = `
  SELECT c.relname::text AS name
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_roles o ON o.oid = c.relowner
  WHERE n.nspname = '_timescaledb_catalog' AND c.relname IN ('hypertable', 'chunk')
    AND c.relkind = 'r' AND NOT c.relrowsecurity AND (o.rolsuper OR o.rolname = current_user)
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')`;

/** OIDs of hypertables, also of those without a chunk yet. */
export async function readHypertables(client: SqlClient): Promise<Set<number>> {
  return readTimescale(client, 'hypertable');
}

/** OIDs of chunks that are not in TimescaleDB's own schemas. */
export async function readChunks(client: SqlClient): Promise<Set<number>> {
  return readTimescale(client, 'chunk');
}

async function readTimescale(client: SqlClient, what: 'hypertable' | 'chunk'): Promise<Set<number>> {
  const there = await client.query<{ name: string }>(CATALOG);
  if (!there.some(({ name }) => name === what)) return new Set();
  const rows = await client.query<{ oid: number }>(
    `SELECT c.oid
     FROM _timescaledb_catalog.${what} t
     JOIN pg_catalog.pg_namespace n ON n.nspname = t.schema_name
     JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.table_name
     WHERE t.schema_name !~ '^_timescaledb_'`,
  );
  return new Set(rows.map(({ oid }) => oid));
}
