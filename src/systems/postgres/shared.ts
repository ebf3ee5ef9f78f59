import { type Added, ofKind } from '../../core/destroy/added';
import type { Identity } from '../../core/objects/replica-identity/entries';
import type { DestroySource } from '../../core/destroy/types';
import type { SqlClient } from '../sql-client';
import type { UpstreamTable } from './tables';
import { IDENTITIES } from './tables/identities';
import { readAncestors } from './tables/partitions';
import { readTablePublications } from './tables/publications';

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

/** What tells which publications publish the table `c`, all tables at once: a table's own question would read all of each. */
const PUBLISHABLE = `c.oid, c.relpersistence = 'p' AS logged, c.relkind = 'p' AS partitioned,
            pg_catalog.current_setting('server_version_num')::int AS version_num`;

interface Publishable {
  oid: number;
  logged: boolean;
  partitioned: boolean;
  version_num: number;
}

/**
 * Also those that publish a partition under the name of what it is a partition of; a partitioned table itself is published by
 * those alone that go by its name. In the order of their names.
 */
async function publishersOf(
  client: SqlClient,
  tables: readonly Publishable[],
): Promise<(table: Publishable) => { name: string; strictly: boolean }[]> {
  const [first] = tables;
  if (first === undefined) return () => [];
  const oids = tables.map(({ oid }) => oid);
  const [found, byRoot] = await Promise.all([
    readTablePublications(client, oids, first.version_num),
    client.query<{ name: string }>(
      `SELECT p.pubname::text AS name FROM pg_catalog.pg_publication p
       WHERE (pg_catalog.to_jsonb(p) ->> 'pubviaroot')::bool`,
    ),
  ]);
  const roots = new Set(byRoot.map(({ name }) => name));
  return ({ oid, logged, partitioned }) =>
    (found.get(oid) ?? []).flatMap(({ name, publishes }) =>
      logged && (!partitioned || roots.has(name)) ? [{ name, strictly: publishes.update || publishes.delete }] : [],
    );
}

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
    UpstreamTable &
      Publishable & {
        identity: keyof typeof IDENTITIES;
        primary_key: boolean;
        indexes: DestroySource['tables'][number]['indexes'];
      }
  >(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, c.relreplident::text AS identity,
            EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary) AS primary_key,
            ${INDEXES} AS indexes, ${PUBLISHABLE}
     FROM ${WANTED} ORDER BY 1, 2`,
    parameters(tables),
  );
  const [publishers, ancestors] = await Promise.all([
    publishersOf(client, rows),
    readAncestors(
      client,
      rows.map(({ oid }) => oid),
    ),
  ]);
  return rows.map((row) => {
    const by = publishers(row);
    const partitionOf = ancestors.get(row.oid);
    return {
      ...{ schema: row.schema, name: row.name, indexes: row.indexes, hasPrimaryKey: row.primary_key },
      identity: IDENTITIES[row.identity],
      publishedBy: by.map(({ name }) => name),
      strictlyPublishedBy: by.filter(({ strictly }) => strictly).map(({ name }) => name),
      ...(partitionOf === undefined ? {} : { partitionOf }),
    };
  });
}

/** What tables log now, as `REPLICA IDENTITY` would have to say to bring it back. Full ones are left out. */
export async function readWeakIdentities(
  client: SqlClient,
  tables: readonly UpstreamTable[],
): Promise<(UpstreamTable & { before: Identity; index: string | null; columns?: string[]; publishedBy?: string[] })[]> {
  if (tables.length === 0) return [];
  const rows = await client.query<
    UpstreamTable & Publishable & { identity: keyof typeof IDENTITIES; index: string | null; columns: string[] | null }
  >(
    `SELECT n.nspname::text AS schema, c.relname::text AS name, c.relreplident::text AS identity,
            ${PUBLISHABLE},
            x.relname::text AS index, CASE WHEN x.oid IS NOT NULL THEN ${columnsOf('i')} END AS columns
     FROM ${WANTED}
     LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisreplident AND c.relreplident = 'i'
     LEFT JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
     WHERE c.relreplident <> 'f' ORDER BY 1, 2`,
    parameters(tables),
  );
  const publishers = await publishersOf(client, rows);
  return rows.flatMap((row) => {
    const { schema, name, identity, index, columns } = row;
    const before = IDENTITIES[identity];
    if (before === 'full') return [];
    const publishedBy = publishers(row).map((publication) => publication.name);
    const more = { ...(columns === null ? {} : { columns }), ...(publishedBy.length > 0 ? { publishedBy } : {}) };
    return [{ schema, name, before, index, ...more }];
  });
}

type Privilege = Extract<Added, { kind: 'usage' | 'select' | 'future' }>;

interface Place {
  privilege: 'USAGE' | 'SELECT';
  acl: string;
  from: string;
  /** The table, or the owner of future tables. */
  third: (added: Privilege) => string;
}

/** Where each kind of privilege stands, in which access list. */
const PRIVILEGES: Record<Privilege['kind'], Place> = {
  usage: { privilege: 'USAGE', acl: 'n.nspacl', from: '', third: () => '' },
  select: {
    ...{ privilege: 'SELECT', acl: 'c.relacl' },
    from: 'JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.third',
    third: (added) => (added.kind === 'select' ? added.name : ''),
  },
  future: {
    ...{ privilege: 'SELECT', acl: 'd.defaclacl' },
    from: `JOIN pg_catalog.pg_default_acl d ON d.defaclnamespace = n.oid AND d.defaclobjtype = 'r'
             AND pg_catalog.pg_get_userbyid(d.defaclrole) = wanted.third`,
    third: (added) => (added.kind === 'future' ? added.owner : ''),
  },
};

/**
 * Of the recorded privileges, those that were given and are still there, by explicit entries of the access lists, not by what
 * the role may do in other ways. Roles and tables may be gone by now.
 */
export async function readHeldPrivileges(client: SqlClient, recorded: readonly Added[]): Promise<Added[]> {
  const held = new Set<Added>();
  for (const kind of ['usage', 'select', 'future'] as const) {
    const { privilege, acl, from, third } = PRIVILEGES[kind];
    const entries = ofKind<Privilege['kind']>(recorded, kind);
    if (entries.length === 0) continue;
    const rows = await client.query<{ place: string }>(
      `SELECT wanted.place
       FROM ROWS FROM (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[]), pg_catalog.unnest($3::text[]))
         WITH ORDINALITY AS wanted(role, schema, third, place)
       JOIN pg_catalog.pg_roles r ON r.rolname = wanted.role AND r.rolname <> current_user
       JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.schema ${from}
       WHERE EXISTS (SELECT FROM pg_catalog.aclexplode(${acl}) AS a
                     WHERE a.grantee = r.oid AND a.privilege_type = '${privilege}')`,
      [entries.map(({ role }) => role), entries.map(({ schema }) => schema), entries.map(third)],
    );
    for (const { place } of rows) {
      const entry = entries[Number(place) - 1];
      if (entry) held.add(entry);
    }
  }
  return recorded.filter((added) => held.has(added));
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
