import { isIn } from '../../../core/objects/tables/find';
import type { PartitionsFacts, TableFacts } from '../../../core/objects/tables/facts';
import type { ColumnRef } from '../../../core/spec/types';
import type { SourceReading } from '../../../core/watch/types';
import type { SqlClient } from '../../sql-client';
import type { TableName as UpstreamTable } from '../../../core/sql/upstream';
import { IDENTITIES } from './identities';
import { hidesRows } from './row-security';

/** A table may have thousands of partitions: so many are named. */
const NAMED = 4;

/** The leaves of those trees: what holds the rows, as deep as it may be. `roots` gives their OIDs as `oid`. */
export const leavesOf = (roots: string): string => `
  WITH RECURSIVE tree AS (
    SELECT r.oid AS root, r.oid FROM (${roots}) AS r
    UNION ALL
    SELECT t.root, i.inhrelid
    FROM tree t
    JOIN pg_catalog.pg_class p ON p.oid = t.oid AND p.relkind = 'p'
    JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid
  ), leaf AS (
    SELECT t.root, c.oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS relkind,
           c.relpersistence::text AS persistence, c.relreplident::text AS identity, c.relowner, c.relfilenode,
           c.reltuples, c.relpages
    FROM tree t
    JOIN pg_catalog.pg_class c ON c.oid = t.oid AND c.relkind <> 'p'
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE t.oid <> t.root
  )`;

interface LeafRow extends UpstreamTable {
  root: number;
  oid: number;
  relkind: string;
  persistence: string;
  identity: 'd' | 'f' | 'n' | 'i';
  owner: string;
  owned_by_us: boolean;
  rows: number | null;
  bytes: string;
}

/** What a partitioned table has by its partitions; of its own it has no row. */
export interface PartitionedFacts extends Pick<TableFacts, 'replicaIdentity' | 'estimatedRows' | 'bytes'> {
  partitions: PartitionsFacts;
  leaves: number[];
}

/** Of those of these OIDs that are partitioned, by OID. */
export async function readPartitions(
  client: SqlClient,
  oids: readonly number[],
): Promise<Map<number, PartitionedFacts>> {
  const roots = `SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1::oid[]) AND c.relkind = 'p'`;
  const [parents, rows] = await Promise.all([
    client.query<{ oid: number }>(roots, [oids]),
    client.query<LeafRow>(
      `${leavesOf(roots)}
       SELECT l.root, l.oid, l.schema, l.name, l.relkind, l.persistence, l.identity,
              pg_catalog.pg_get_userbyid(l.relowner)::text AS owner, pg_catalog.pg_has_role(l.relowner, 'USAGE') AS owned_by_us,
              CASE WHEN l.reltuples < 0 OR (l.reltuples = 0 AND l.relpages = 0)
                   THEN CASE WHEN pg_catalog.pg_relation_size(l.oid) = 0 THEN 0 END
                   ELSE l.reltuples::float8 END AS rows,
              pg_catalog.pg_table_size(l.oid)::text AS bytes
       FROM leaf l ORDER BY l.root, l.schema, l.name`,
      [oids],
    ),
  ]);
  const byRoot = new Map<number, LeafRow[]>(parents.map(({ oid }) => [oid, []]));
  for (const row of rows) byRoot.get(row.root)?.push(row);
  return new Map([...byRoot].map(([oid, leaves]) => [oid, partitioned(leaves)]));
}

function partitioned(leaves: LeafRow[]): PartitionedFacts {
  const weak = leaves.filter(({ identity }) => identity !== 'f');
  const unsent = leaves.filter(({ relkind, persistence }) => relkind !== 'r' || persistence !== 'p');
  const foreign = weak.find(({ owned_by_us: ours }) => !ours);
  const rows = leaves.map((leaf) => leaf.rows);
  return {
    replicaIdentity: IDENTITIES[weak[0]?.identity ?? 'f'],
    estimatedRows: rows.includes(null) ? null : Math.round(rows.reduce<number>((sum, one) => sum + (one ?? 0), 0)),
    bytes: leaves.reduce((sum, { bytes }) => sum + BigInt(bytes), 0n).toString(),
    leaves: leaves.map(({ oid }) => oid),
    partitions: {
      count: leaves.length,
      weak: named(weak, ({ identity }) => ({ identity: IDENTITIES[identity] })),
      unsent: named(unsent, ({ relkind }) => ({ why: relkind === 'f' ? 'foreign' : 'unlogged' })),
      foreign: foreign ? { schema: foreign.schema, name: foreign.name, owner: foreign.owner } : null,
    },
  };
}

function named<T>(leaves: LeafRow[], more: (leaf: LeafRow) => T) {
  const first = leaves.slice(0, NAMED).map((leaf) => ({ schema: leaf.schema, name: leaf.name, ...more(leaf) }));
  return { count: leaves.length, first };
}

/** The parents of those that are partitions, the nearest first, by OID. */
export async function readAncestors(
  client: SqlClient,
  oids: readonly number[],
): Promise<Map<number, TableFacts['partitionOf']>> {
  const rows = await client.query<UpstreamTable & { oid: number }>(
    `WITH RECURSIVE line AS (
       SELECT c.oid AS tbl, c.oid AS rel, 0 AS depth
       FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1::oid[]) AND c.relispartition
       UNION ALL
       SELECT l.tbl, i.inhparent, l.depth + 1
       FROM line l
       JOIN pg_catalog.pg_class c ON c.oid = l.rel AND c.relispartition
       JOIN pg_catalog.pg_inherits i ON i.inhrelid = l.rel
     )
     SELECT l.tbl AS oid, n.nspname::text AS schema, c.relname::text AS name
     FROM line l
     JOIN pg_catalog.pg_class c ON c.oid = l.rel
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE l.depth > 0 ORDER BY l.tbl, l.depth`,
    [oids],
  );
  const found = new Map<number, TableFacts['partitionOf']>();
  for (const { oid, schema, name } of rows) found.set(oid, [...(found.get(oid) ?? []), { schema, name }]);
  return found;
}

/** Of the tables `$2` in the schemas `$1`, name by name: the OIDs of those that exist, as `oid`; a further condition may follow. */
export const WANTED = `SELECT c.oid
  FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS wanted(schema, name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name`;

/** The tables themselves, and every leaf of those that are partitioned. */
export async function withPartitions(client: SqlClient, tables: readonly UpstreamTable[]): Promise<UpstreamTable[]> {
  if (tables.length === 0) return [];
  const leaves = await client.query<UpstreamTable>(
    `${leavesOf(WANTED)} SELECT DISTINCT l.schema, l.name FROM leaf l WHERE l.relkind = 'r' ORDER BY 1, 2`,
    [tables.map((t) => t.schema), tables.map((t) => t.name)],
  );
  return [...tables, ...leaves.filter((leaf) => !isIn(tables, leaf))];
}

/** Of a publication's own entries the tables themselves (`wanted`), and those that are above or below one of them. */
export async function readPublishedInLine(
  client: SqlClient,
  publication: string,
  tables: readonly UpstreamTable[],
): Promise<(UpstreamTable & { wanted: boolean })[]> {
  if (tables.length === 0) return [];
  return client.query<UpstreamTable & { wanted: boolean }>(
    `WITH RECURSIVE wanted AS (${WANTED}), below AS (
       SELECT w.oid FROM wanted w
       UNION
       SELECT i.inhrelid FROM below b
       JOIN pg_catalog.pg_class p ON p.oid = b.oid AND p.relkind = 'p'
       JOIN pg_catalog.pg_inherits i ON i.inhparent = b.oid
     ), above AS (
       SELECT w.oid FROM wanted w
       UNION
       SELECT i.inhparent FROM above a
       JOIN pg_catalog.pg_class c ON c.oid = a.oid AND c.relispartition
       JOIN pg_catalog.pg_inherits i ON i.inhrelid = a.oid
     )
     SELECT n.nspname::text AS schema, c.relname::text AS name, r.prrelid IN (SELECT oid FROM wanted) AS wanted
     FROM pg_catalog.pg_publication_rel r
     JOIN pg_catalog.pg_publication p ON p.oid = r.prpubid AND p.pubname = $3
     JOIN pg_catalog.pg_class c ON c.oid = r.prrelid
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE r.prrelid IN (SELECT oid FROM below UNION SELECT oid FROM above)
     ORDER BY 1, 2`,
    [tables.map((t) => t.schema), tables.map((t) => t.name), publication],
  );
}

/** How many columns a copy of the table `c` would have: Materialize takes no generated ones, and `$4` to `$6` are left out. */
const COPYABLE = `(SELECT pg_catalog.count(*)::int FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    AND CASE WHEN a.atthasdef THEN coalesce(pg_catalog.to_jsonb(a) ->> 'attgenerated', '') = '' ELSE true END
    AND NOT EXISTS (SELECT FROM ROWS FROM (pg_catalog.unnest($4::text[]), pg_catalog.unnest($5::text[]),
                                           pg_catalog.unnest($6::text[])) AS x(schema, name, "column")
                    WHERE x.schema = n.nspname AND x.name = c.relname AND x."column" = a.attname))`;

/**
 * Of the tables that exist among those named: replica identity, of partitioned ones also of their partitions, whether
 * policies hide rows from `role`, and how many columns a copy would have.
 */
export async function readReplicaIdentities(
  client: SqlClient,
  tables: readonly UpstreamTable[],
  role: string,
  left: readonly ColumnRef[] = [],
): Promise<SourceReading['tables']> {
  if (tables.length === 0) return [];
  const rows = await client.query<
    UpstreamTable & {
      identity: keyof typeof IDENTITIES;
      hidden: boolean;
      columns: number;
      weak: SourceReading['tables'][number]['weak'] | null;
    }
  >(
    `${leavesOf(`${WANTED} AND c.relkind = 'p'`)}, weak AS (
       SELECT l.root, pg_catalog.json_build_object(
                        'count', pg_catalog.count(*), 'filled', pg_catalog.bool_or(s.filled),
                        'first', (pg_catalog.array_agg(pg_catalog.json_build_object('schema', l.schema, 'name', l.name)
                                                       ORDER BY s.filled DESC, l.schema, l.name))[1]) AS found
       FROM leaf l
       CROSS JOIN LATERAL (SELECT pg_catalog.pg_relation_size(l.oid) > 0 AS filled) AS s
       WHERE l.relkind = 'r' AND l.identity <> 'f' GROUP BY l.root
     )
     SELECT n.nspname::text AS schema, c.relname::text AS name, c.relreplident::text AS identity, ${hidesRows('$3')} AS hidden,
            ${COPYABLE} AS columns, weak.found AS weak
     FROM (${WANTED}) AS w
     JOIN pg_catalog.pg_class c ON c.oid = w.oid AND c.relkind IN ('r', 'p')
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN weak ON weak.root = c.oid
     ORDER BY 1, 2`,
    [
      ...[tables.map((t) => t.schema), tables.map((t) => t.name), role],
      ...[left.map((one) => one.schema), left.map((one) => one.table), left.map((one) => one.column)],
    ],
  );
  return rows.map(({ schema, name, identity, hidden, columns, weak }) => ({
    ...{ schema, name, replicaIdentity: IDENTITIES[identity], rowSecurity: hidden, columns },
    ...(weak ? { weak } : {}),
  }));
}
