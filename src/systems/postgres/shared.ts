import type { Added, Identity } from '../../core/destroy/added';
import type { DestroySource } from '../../core/destroy/types';
import type { SqlClient } from '../sql-client';
import type { UpstreamTable } from './tables';
import { IDENTITIES } from './tables/identities';

const WANTED = `ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS wanted(schema, name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name`;

const parameters = (tables: readonly UpstreamTable[]) => [tables.map((t) => t.schema), tables.map((t) => t.name)];

/** Indexes that can be a replica identity, by their columns. */
const INDEXES = `coalesce((
  SELECT pg_catalog.json_agg(pg_catalog.json_build_object('name', x.relname, 'columns', ${columnsOf('i')}) ORDER BY x.relname)
  FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
  WHERE i.indrelid = c.oid AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a
                    WHERE a.attrelid = c.oid AND NOT a.attnotnull
                      AND a.attnum = ANY (i.indkey::pg_catalog.int2[])
                      AND pg_catalog.array_position(i.indkey::pg_catalog.int2[], a.attnum) < i.indnkeyatts)
  ), '[]')`;

/** Key columns of the index of that alias, without those it only includes. Its numbers count from 0. */
function columnsOf(index: string): string {
  return `ARRAY(SELECT a.attname::text FROM pg_catalog.unnest(${index}.indkey::pg_catalog.int2[]) WITH ORDINALITY AS k(number, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = ${index}.indrelid AND a.attnum = k.number
    WHERE k.place <= ${index}.indnkeyatts ORDER BY k.place)`;
}

/** The table `c` and what it is a partition of. */
const LINE = `WITH RECURSIVE line AS (
    SELECT c.oid AS rel, c.relispartition AS part
    UNION ALL
    SELECT i.inhparent, a.relispartition
    FROM line l
    JOIN pg_catalog.pg_inherits i ON i.inhrelid = l.rel AND l.part
    JOIN pg_catalog.pg_class a ON a.oid = i.inhparent
  )`;

/** Names of the publications that publish the table `c`, also under the name of what it is a partition of. */
const published = (also = ''): string => `ARRAY(
    ${LINE}
    SELECT DISTINCT p.pubname::text
    FROM line l
    JOIN pg_catalog.pg_class a ON a.oid = l.rel
    JOIN pg_catalog.pg_namespace an ON an.oid = a.relnamespace
    JOIN pg_catalog.pg_publication_tables p ON p.schemaname = an.nspname AND p.tablename = a.relname
    JOIN pg_catalog.pg_publication f ON f.pubname = p.pubname ${also} ORDER BY 1)`;

/**
 * Replica identity of each table, what else could be it, and the publications that publish it. Tables that do not exist are
 * left out.
 */
export async function readIdentities(
  client: SqlClient,
  tables: readonly UpstreamTable[],
): Promise<DestroySource['tables']> {
  if (tables.length === 0) return [];
  const rows = await client.query<
    UpstreamTable & {
      identity: keyof typeof IDENTITIES;
      primary_key: boolean;
      indexes: DestroySource['tables'][number]['indexes'];
      published_by: string[];
      strictly: string[];
      partition_of: UpstreamTable[] | null;
    }
  >(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, c.relreplident::text AS identity,
            EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS primary_key,
            ${INDEXES} AS indexes, ${published()} AS published_by,
            (${LINE} SELECT pg_catalog.json_agg(pg_catalog.json_build_object('schema', an.nspname, 'name', a.relname))
             FROM line l
             JOIN pg_catalog.pg_class a ON a.oid = l.rel AND a.oid <> c.oid
             JOIN pg_catalog.pg_namespace an ON an.oid = a.relnamespace) AS partition_of,
            ${published('AND (f.pubupdate OR f.pubdelete)')} AS strictly
     FROM ${WANTED} ORDER BY 1, 2`,
    parameters(tables),
  );
  return rows.map(({ schema, name, identity, indexes, ...row }) => ({
    ...{ schema, name, indexes, hasPrimaryKey: row.primary_key },
    identity: IDENTITIES[identity],
    publishedBy: row.published_by,
    strictlyPublishedBy: row.strictly,
    ...(row.partition_of === null ? {} : { partitionOf: row.partition_of }),
  }));
}

/** What tables log now, as `REPLICA IDENTITY` would have to say to bring it back. Full ones are left out. */
export async function readWeakIdentities(
  client: SqlClient,
  tables: readonly UpstreamTable[],
): Promise<(UpstreamTable & { before: Identity; index: string | null; columns?: string[]; publishedBy?: string[] })[]> {
  if (tables.length === 0) return [];
  const rows = await client.query<
    UpstreamTable & {
      identity: keyof typeof IDENTITIES;
      index: string | null;
      columns: string[] | null;
      published_by: string[];
    }
  >(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, c.relreplident::text AS identity,
            ${published()} AS published_by,
            x.relname::text AS index, CASE WHEN x.oid IS NOT NULL THEN ${columnsOf('i')} END AS columns
     FROM ${WANTED}
     LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisreplident AND c.relreplident = 'i'
     LEFT JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
     WHERE c.relreplident <> 'f' ORDER BY 1, 2`,
    parameters(tables),
  );
  return rows.flatMap(({ schema, name, identity, index, columns, published_by: publishedBy }) => {
    const before = IDENTITIES[identity];
    if (before === 'full') return [];
    const more = { ...(columns === null ? {} : { columns }), ...(publishedBy.length > 0 ? { publishedBy } : {}) };
    return [{ schema, name, before, index, ...more }];
  });
}

/** Of the recorded privileges, those that were given and are still there. Roles and tables may be gone by now. */
export async function readHeldPrivileges(client: SqlClient, recorded: readonly Added[]): Promise<Added[]> {
  const held: Added[] = [];
  for (const added of recorded) {
    const query = privilegeQuery(added);
    if (query && (await client.query(query.sql, query.params)).length > 0) held.push(added);
  }
  return held;
}

/** Explicit entries of the access lists, not what the role may do by other ways. */
function privilegeQuery(added: Added): { sql: string; params: string[] } | null {
  const toRole = (acl: string, privilege: string) =>
    `CROSS JOIN LATERAL pg_catalog.aclexplode(${acl}) AS a JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
     WHERE r.rolname = $1 AND r.rolname <> current_user AND a.privilege_type = '${privilege}'`;
  switch (added.kind) {
    case 'usage':
      return {
        sql: `SELECT 1 FROM pg_catalog.pg_namespace n ${toRole('n.nspacl', 'USAGE')} AND n.nspname = $2`,
        params: [added.role, added.schema],
      };
    case 'select':
      return {
        sql: `SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
              ${toRole('c.relacl', 'SELECT')} AND n.nspname = $2 AND c.relname = $3`,
        params: [added.role, added.schema, added.name],
      };
    case 'future':
      return {
        sql: `SELECT 1 FROM pg_catalog.pg_default_acl d JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
              ${toRole('d.defaclacl', 'SELECT')} AND d.defaclobjtype = 'r' AND n.nspname = $2
              AND pg_catalog.pg_get_userbyid(d.defaclrole) = $3`,
        params: [added.role, added.schema, added.owner],
      };
    default:
      return null;
  }
}

/** Sessions of a role, also those that replicate. */
export async function countSessionsOf(client: SqlClient, role: string): Promise<number> {
  const rows = await client.query<{ pid: number }>('SELECT pid FROM pg_catalog.pg_stat_activity WHERE usename = $1', [
    role,
  ]);
  return rows.length;
}

/** The walsender that reads a slot; null while nobody does. */
export async function readSlotPid(client: SqlClient, slot: string): Promise<number | null> {
  const [row] = await client.query<{ pid: number | null }>(
    'SELECT active_pid AS pid FROM pg_catalog.pg_replication_slots WHERE slot_name = $1',
    [slot],
  );
  return row?.pid ?? null;
}

/** What a slot decodes with, and whether it is of this database; null where there is no such slot. */
export async function readSlotMaker(
  client: SqlClient,
  slot: string,
): Promise<{ plugin: string | null; here: boolean } | null> {
  const [row] = await client.query<{ plugin: string | null; here: boolean | null }>(
    `SELECT plugin::text AS plugin, database = pg_catalog.current_database() AND NOT temporary AS here
     FROM pg_catalog.pg_replication_slots WHERE slot_name = $1`,
    [slot],
  );
  return row ? { plugin: row.plugin, here: row.here === true } : null;
}
