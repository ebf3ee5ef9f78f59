import type { PublicationFacts } from '../../core/objects/publication/facts';
import type { SourceFacts } from '../../core/plan/facts';
import { isOurs } from '../../core/plan/ownership';
import type { SqlClient } from '../sql-client';
import { MARKS_FOUND, managedServer } from './managed';
import { ABOVE, MEMBER_OF } from './role';

const MEGABYTE = 1024n * 1024n;

/** The first row of an answer that always has one. */
export function only<R>(rows: R[]): R {
  const [row] = rows;
  if (row === undefined) throw new Error('a query that always has a row had none');
  return row;
}

/** `SHOW wal_level`, which proves what an API only promises. */
export async function readWalLevel(client: SqlClient): Promise<string> {
  return only(await client.query<{ wal_level: string }>('SHOW wal_level')).wal_level;
}

export type ServerFacts = Pick<
  SourceFacts,
  | 'versionNum'
  | 'managed'
  | 'standby'
  | 'primary'
  | 'readOnly'
  | 'walLevel'
  | 'maxReplicationSlots'
  | 'usedReplicationSlots'
  | 'maxWalSenders'
  | 'usedWalSenders'
  | 'maxSlotWalKeepSize'
  | 'idleSlotTimeoutMs'
  | 'slots'
  | 'user'
>;

/** Bytes the server keeps for a slot; null: no cap (or a version before 13, which has none). */
export function slotCap(megabytes: string | null): string | null {
  return megabytes === null || megabytes === '-1' ? null : String(BigInt(megabytes) * MEGABYTE);
}

/** How long a slot may be idle before a checkpoint invalidates it, from 18 on; null: no limit. */
export const IDLE_SLOT_MS = `(SELECT nullif(g.setting::float8 * CASE g.unit WHEN 's' THEN 1000 WHEN 'min' THEN 60000 END, 0)
              FROM pg_catalog.pg_settings g WHERE g.name = 'idle_replication_slot_timeout')`;

/**
 * Version, settings and counts, and what the connected role may do. Settings as a session of this login begins with them, not
 * as ours has set them. Neon's own physical slot counts as used.
 */
export async function readServer(client: SqlClient): Promise<ServerFacts> {
  const row = only(
    await client.query<{
      version_num: number;
      wal_level: string;
      max_slots: number;
      used_slots: number;
      max_senders: number;
      used_senders: number;
      keep_megabytes: string | null;
      idle_slot_ms: number | null;
      slots: string[];
      name: string;
      superuser: boolean;
      replication: boolean;
      bypass_rls: boolean;
      create_role: boolean;
      can_create: boolean;
      member_of: string[];
      marks: string[];
      standby: boolean;
      primary: string | null;
      read_only: boolean;
    }>(`
      ${ABOVE('current_user')}
      SELECT pg_catalog.current_setting('server_version_num')::int AS version_num, ${MARKS_FOUND} AS marks,
             pg_catalog.pg_is_in_recovery() AS standby,
             (SELECT w.sender_host || ':' || w.sender_port FROM pg_catalog.pg_stat_wal_receiver w) AS primary,
             pg_catalog.current_setting('default_transaction_read_only')::bool AS read_only,
             ${MEMBER_OF} AS member_of,
             pg_catalog.current_setting('wal_level') AS wal_level,
             pg_catalog.current_setting('max_replication_slots')::int AS max_slots,
             (SELECT pg_catalog.count(*)::int FROM pg_catalog.pg_replication_slots) AS used_slots,
             pg_catalog.current_setting('max_wal_senders')::int AS max_senders,
             (SELECT pg_catalog.count(*)::int FROM pg_catalog.pg_stat_replication) AS used_senders,
             (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'max_slot_wal_keep_size') AS keep_megabytes,
             ${IDLE_SLOT_MS} AS idle_slot_ms,
             ARRAY(SELECT slot_name::text FROM pg_catalog.pg_replication_slots
                   WHERE slot_type = 'logical' AND database = pg_catalog.current_database() ORDER BY 1) AS slots,
             r.rolname::text AS name, r.rolsuper AS superuser, r.rolreplication AS replication,
             r.rolbypassrls AS bypass_rls,             r.rolcreaterole AS create_role,
             pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS can_create
      FROM pg_catalog.pg_roles r WHERE r.rolname = current_user`),
  );
  return {
    versionNum: row.version_num,
    managed: managedServer(row.marks),
    standby: row.standby,
    primary: row.primary,
    readOnly: row.read_only,
    walLevel: row.wal_level,
    maxReplicationSlots: row.max_slots,
    usedReplicationSlots: row.used_slots,
    maxWalSenders: row.max_senders,
    usedWalSenders: row.used_senders,
    maxSlotWalKeepSize: slotCap(row.keep_megabytes),
    idleSlotTimeoutMs: row.idle_slot_ms,
    slots: row.slots,
    user: {
      name: row.name,
      superuser: row.superuser,
      replication: row.replication,
      bypassRls: row.bypass_rls,
      createRole: row.create_role,
      canCreateInDatabase: row.can_create,
      memberOf: row.member_of,
    },
  };
}

interface PublicationRow {
  owner: string;
  owned_by_us: boolean;
  all_tables: boolean;
  publishes: PublicationFacts['publishes'];
  via_root: boolean;
  generated_columns: boolean | null;
  comment: string | null;
  mine: boolean;
  tables: PublicationFacts['tables'];
}

/** Columns that older versions lack are read through jsonb: lists and filters came with 15, viaroot with 13, generated columns with 18. */
const PUBLICATION = `
  SELECT pg_catalog.pg_get_userbyid(p.pubowner)::text AS owner, pg_catalog.pg_has_role(p.pubowner, 'USAGE') AS owned_by_us,
         p.puballtables AS all_tables,
         pg_catalog.json_build_object('insert', p.pubinsert, 'update', p.pubupdate, 'delete', p.pubdelete,
                           'truncate', p.pubtruncate) AS publishes,
         coalesce((pg_catalog.to_jsonb(p) ->> 'pubviaroot')::bool, false) AS via_root,
         pg_catalog.to_jsonb(p) ->> 'pubgencols' = 's' AS generated_columns,
         pg_catalog.obj_description(p.oid, 'pg_publication') AS comment,
         pg_catalog.pg_get_userbyid(p.pubowner) = current_user AS mine,
         coalesce((
           SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
                    'schema', t.schemaname, 'name', t.tablename,
                    'columns', CASE WHEN pg_catalog.to_jsonb(r) ->> 'prattrs' IS NOT NULL THEN pg_catalog.to_jsonb(t) -> 'attnames' END,
                    'filtered', pg_catalog.to_jsonb(t) ->> 'rowfilter' IS NOT NULL) ORDER BY t.schemaname, t.tablename)
           FROM pg_catalog.pg_publication_tables t
           JOIN pg_catalog.pg_namespace n ON n.nspname = t.schemaname
           JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = t.tablename
           LEFT JOIN pg_catalog.pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = c.oid
           WHERE t.pubname = p.pubname), '[]') AS tables
  FROM pg_catalog.pg_publication p WHERE p.pubname = $1`;

/** What a publication publishes; null when there is none of that name. Works from Postgres 11. */
export async function readPublication(client: SqlClient, name: string): Promise<PublicationFacts | null> {
  const [row] = await client.query<PublicationRow>(PUBLICATION, [name]);
  if (row === undefined) return null;
  const { owner, publishes, tables } = row;
  // Whoever owns a publication says what its comment is: only our own login's word counts as a record of ours.
  const comment = row.mine ? row.comment : null;
  const flags = {
    ownedByUs: row.owned_by_us,
    allTables: row.all_tables,
    viaRoot: row.via_root,
    generatedColumns: row.generated_columns,
  };
  return { name, owner, publishes, comment, tables, ...flags };
}

/** Publications of other logins that claim to be this pipeline's, by name and owner: what they say counts for nothing. */
export async function readClaims(client: SqlClient, pipeline: string): Promise<{ name: string; owner: string }[]> {
  const rows = await client.query<{ name: string; owner: string; comment: string }>(
    `SELECT p.pubname::text AS name, pg_catalog.pg_get_userbyid(p.pubowner)::text AS owner,
            pg_catalog.obj_description(p.oid, 'pg_publication') AS comment
     FROM pg_catalog.pg_publication p
     WHERE pg_catalog.pg_get_userbyid(p.pubowner) <> current_user AND pg_catalog.obj_description(p.oid, 'pg_publication') LIKE '{%'
     ORDER BY 1`,
  );
  return rows
    .filter(({ comment }) => isOurs(comment, pipeline))
    .slice(0, MOST_CLAIMS)
    .map(({ name, owner }) => ({ name, owner }));
}

/** Anybody may make as many as they like. */
const MOST_CLAIMS = 20;

/** Every publication of our own login in this database whose comment says that it is this pipeline's. */
export async function readOwnPublications(client: SqlClient, pipeline: string): Promise<PublicationFacts[]> {
  const commented = await client.query<{ name: string; comment: string }>(
    `SELECT p.pubname::text AS name, pg_catalog.obj_description(p.oid, 'pg_publication') AS comment
     FROM pg_catalog.pg_publication p
     WHERE pg_catalog.pg_get_userbyid(p.pubowner) = current_user AND pg_catalog.obj_description(p.oid, 'pg_publication') IS NOT NULL
     ORDER BY 1`,
  );
  const found: PublicationFacts[] = [];
  for (const { name, comment } of commented) {
    const facts = isOurs(comment, pipeline) ? await readPublication(client, name) : null;
    if (facts !== null && isOurs(facts.comment, pipeline)) found.push(facts);
  }
  return found;
}
