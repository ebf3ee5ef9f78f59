import { VIA_ROOT_SERVER } from '../../../core/objects/tables/partitions';
import { selector, unmatched } from '../../../core/objects/tables/selector';
import type { ColumnFacts, SelectionFacts, TableFacts } from '../../../core/objects/tables/facts';
import type { TableSelection } from '../../../core/spec/types';
import type { SqlClient } from '../../sql-client';
import { column, type ColumnRow, COLUMNS } from './columns';
import { isTimescale, readChunks, readHeirs, readHypertables } from './heirs';
import { IDENTITIES } from './identities';
import { type PartitionedFacts, readAncestors, readPartitions } from './partitions';
import { readTablePublications } from './publications';
import { hidesRows } from './row-security';
import { readWriteCosts } from './write-costs';

export interface UpstreamTable {
  schema: string;
  name: string;
}

const PERSISTENCES = { p: 'permanent', u: 'unlogged', t: 'temporary' } as const;

interface TableRow {
  oid: number;
  schema: string;
  name: string;
  version_num: number;
  relkind: string;
  persistence: keyof typeof PERSISTENCES;
  owner: string;
  owned_by_us: boolean;
  identity: keyof typeof IDENTITIES;
  has_primary_key: boolean;
  constraints: string[];
  identity_columns: string[];
  row_security: boolean;
  selectable: boolean | null;
  schema_usable: boolean | null;
  schema_grantable: boolean;
  schema_open: boolean;
  estimated_rows: string | null;
  bytes: string;
}

/**
 * Facts of those tables that exist. `row_security` counts only where it would hide rows from the role: Materialize
 * would copy an empty table without a word. An identity by an index that was dropped is none, and so is a deferrable
 * primary key. An estimate of 0 rows in 0 pages is "never analysed" before Postgres 14.
 */
const TABLES = `
  SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind::text AS relkind,
         c.relpersistence::text AS persistence, pg_catalog.current_setting('server_version_num')::int AS version_num,
         pg_catalog.has_schema_privilege(n.oid, 'USAGE WITH GRANT OPTION') AS schema_grantable,
         pg_catalog.has_schema_privilege('public', n.oid, 'USAGE') AS schema_open,
         pg_catalog.pg_get_userbyid(c.relowner)::text AS owner, pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned_by_us,
         CASE WHEN c.relreplident = 'i'
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_index x WHERE x.indrelid = c.oid AND x.indisreplident)
              THEN 'n' ELSE c.relreplident::text END AS identity,
         EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary AND i.indimmediate) AS has_primary_key,
         ARRAY(SELECT k.conname::text FROM pg_catalog.pg_constraint k
               WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u') ORDER BY 1) AS constraints,
         ARRAY(SELECT a.attname::text FROM pg_catalog.pg_index i
               JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey)
               WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary AND i.indimmediate
                                                                WHEN 'i' THEN i.indisreplident END
               ORDER BY a.attnum) AS identity_columns,
         ${hidesRows('$3')} AS row_security,
         (SELECT pg_catalog.has_table_privilege(r.oid, c.oid, 'SELECT') FROM pg_catalog.pg_roles r WHERE r.rolname = $3) AS selectable,
         (SELECT pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE') FROM pg_catalog.pg_roles r WHERE r.rolname = $3) AS schema_usable,
         CASE WHEN c.reltuples < 0 OR (c.reltuples = 0 AND c.relpages = 0) THEN NULL
              ELSE c.reltuples::numeric::text END AS estimated_rows,
         pg_catalog.pg_table_size(c.oid)::text AS bytes
  FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS wanted(schema, name)
  JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.schema
  JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name AND c.relkind NOT IN ('i', 'I', 'c', 'S', 't')
  ORDER BY 2, 3`;

/** What is read of a table by its OID, in queries of their own. */
type More = Pick<
  TableFacts,
  'columns' | 'publications' | 'heirs' | 'rowBytes' | 'written' | 'hypertable' | 'partitionOf'
>;

function table(row: TableRow, more: More, parts: PartitionedFacts | undefined): TableFacts {
  const { oid, schema, name, relkind, owner, selectable, constraints } = row;
  const own = IDENTITIES[row.identity];
  return {
    ...{ schema, name, oid, relkind, owner, selectable, constraints, ...more },
    partitions: parts?.partitions ?? null,
    bytes: parts?.bytes ?? row.bytes,
    persistence: PERSISTENCES[row.persistence],
    schemaGrantable: row.schema_grantable,
    schemaOpen: row.schema_open,
    ownedByUs: row.owned_by_us,
    replicaIdentity: own === 'full' ? (parts?.replicaIdentity ?? own) : own,
    hasPrimaryKey: row.has_primary_key,
    identityColumns: row.identity_columns,
    rowSecurity: row.row_security,
    schemaUsable: row.schema_usable,
    estimatedRows: parts
      ? parts.estimatedRows
      : row.estimated_rows === null
        ? null
        : Math.round(Number(row.estimated_rows)),
  };
}

/** Facts of the tables that exist among those named, as `role` would see them; without such a role its rights are null. */
export async function readTables(
  client: SqlClient,
  tables: readonly UpstreamTable[],
  role: string | null,
): Promise<TableFacts[]> {
  if (tables.length === 0) return [];
  const rows = await client.query<TableRow>(TABLES, [tables.map((t) => t.schema), tables.map((t) => t.name), role]);
  const [first] = rows;
  if (first === undefined) return [];
  const oids = rows.map((row) => row.oid);
  const parted = readPartitions(client, oids);
  const [columns, publications, heirs, partitions, costs, hypertables, ancestors] = await Promise.all([
    client.query<ColumnRow>(COLUMNS, [oids]),
    readTablePublications(client, oids, first.version_num),
    readHeirs(client, oids),
    parted,
    parted.then((found) => readWriteCosts(client, oids, found)),
    readHypertables(client),
    readAncestors(client, oids),
  ]);
  const byTable = new Map<number, ColumnFacts[]>(oids.map((oid) => [oid, []]));
  for (const row of columns) byTable.get(row.oid)?.push(column(row));
  return rows.map((row) => {
    const inherited = heirs.get(row.oid) ?? { count: 0, first: [] };
    const more = {
      columns: byTable.get(row.oid) ?? [],
      publications: publications.get(row.oid) ?? [],
      heirs: inherited,
      ...(costs.get(row.oid) ?? { rowBytes: null, written: null }),
      hypertable: hypertables.has(row.oid) || inherited.first.some(({ schema }) => isTimescale(schema)),
      partitionOf: ancestors.get(row.oid) ?? [],
    };
    return table(row, more, partitions.get(row.oid));
  });
}

/** What is told by name of what a selection leaves out. */
const FIRST_EXCLUDED = 4;

/** The tables a selection means today, and what it leaves out. */
export async function readSelection(
  client: SqlClient,
  selection: TableSelection,
): Promise<{ tables: UpstreamTable[]; facts: SelectionFacts }> {
  const found = await listTables(client, selection);
  const { excludes } = selector(selection);
  const excluded = found.filter(excludes);
  return {
    tables: excluded.length === 0 ? found : found.filter((table) => !excludes(table)),
    facts: {
      excluded: { count: excluded.length, first: excluded.slice(0, FIRST_EXCLUDED) },
      unmatched: unmatched(selection, found),
    },
  };
}

/** Names of schemas, in one list whatever they are selected by; null: every schema. */
async function schemasOf(client: SqlClient, selection: TableSelection): Promise<string[] | null> {
  if (selection.kind !== 'schemas') return null;
  if (selection.globs === undefined) return selection.schemas;
  const { schema } = selector(selection);
  const all = await client.query<{ name: string }>('SELECT nspname::text AS name FROM pg_catalog.pg_namespace');
  return all.map(({ name }) => name).filter(schema);
}

/**
 * What a selection selects, excluded or not. Schemas and all: permanent tables, their partitions, and from Postgres 13 on the
 * partitioned tables as well, without those that belong to an extension and TimescaleDB's chunks.
 */
export async function listTables(client: SqlClient, selection: TableSelection): Promise<UpstreamTable[]> {
  if (selection.kind === 'list') return selection.tables.map(({ schema, name }) => ({ schema, name }));
  const schemas = await schemasOf(client, selection);
  const chunks = await readChunks(client);
  const found = await client.query<UpstreamTable & { oid: number }>(
    `SELECT c.oid, n.nspname::text AS schema, c.relname::text AS name
     FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE (c.relkind = 'r' OR (c.relkind = 'p' AND pg_catalog.current_setting('server_version_num')::int >= ${VIA_ROOT_SERVER}))
       AND c.relpersistence = 'p'
       AND n.nspname !~ '^(pg_|_timescaledb_)' AND n.nspname <> 'information_schema'
       AND ($1::text[] IS NULL OR n.nspname = ANY ($1::text[]))
       AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                       WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
     ORDER BY 2, 3`,
    [schemas],
  );
  return found.filter(({ oid }) => !chunks.has(oid)).map(({ schema, name }) => ({ schema, name }));
}

/** Owners and schemas for whose future tables the role already gets SELECT. */
export async function readDefaultPrivileges(
  client: SqlClient,
  role: string,
): Promise<{ owner: string; schema: string }[]> {
  return client.query(
    `SELECT DISTINCT pg_catalog.pg_get_userbyid(d.defaclrole)::text AS owner, n.nspname::text AS schema
     FROM pg_catalog.pg_default_acl d
     JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
     CROSS JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) AS a
     JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
     WHERE d.defaclobjtype = 'r' AND a.privilege_type = 'SELECT' AND r.rolname = $1
     ORDER BY 1, 2`,
    [role],
  );
}
