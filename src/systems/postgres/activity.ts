import type { OpenTransaction } from '../../core/objects/source/facts';
import type { Blocker } from '../../core/snapshot/types';
import { unquoteIdent } from '../../core/sql/quote';
import { rollbackPrepared, terminateBackend } from '../../core/sql/upstream';
import type { SqlClient } from '../sql-client';
import { only } from './server';

/** Enough to name who is in the way without filling a result. */
const AT_MOST = 20;
/** The oldest is what counts; the next ones are what it looks like after that one. */
const WRITERS = 3;

export interface CopyProgress {
  pid: number;
  schema: string;
  name: string;
  tuples: number;
  /** Decimal string. */
  bytes: string;
}

interface CopyRow {
  pid: number;
  schema: string | null;
  name: string | null;
  query: string | null;
  tuples: string;
  bytes: string;
}

const FROM_TABLE = /\bFROM\s+(?:ONLY\s+)?("(?:[^"]|"")+"|[\w$]+)\.("(?:[^"]|"")+"|[\w$]+)/i;

/**
 * COPY … TO of the replication role under way, per backend and table: Materialize gives parts of one table to several.
 * A COPY of a query has no relation in the view, so its text tells. Nothing before Postgres 14, which has no such view.
 */
export async function readCopyProgress(client: SqlClient, role: string): Promise<CopyProgress[]> {
  const { seen } = only(
    await client.query<{ seen: boolean }>(
      `SELECT pg_catalog.to_regclass('pg_catalog.pg_stat_progress_copy') IS NOT NULL AS seen`,
    ),
  );
  if (!seen) return [];
  const rows = await client.query<CopyRow>(
    `SELECT p.pid, n.nspname::text AS schema, c.relname::text AS name, a.query,
            p.tuples_processed::text AS tuples, p.bytes_processed::text AS bytes
     FROM pg_catalog.pg_stat_progress_copy p
     JOIN pg_catalog.pg_stat_activity a ON a.pid = p.pid
     LEFT JOIN pg_catalog.pg_class c ON c.oid = p.relid
     LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE a.usename = $1 AND p.datname = pg_catalog.current_database() AND p.command = 'COPY TO'
     ORDER BY p.pid`,
    [role],
  );
  return rows.flatMap((row) => {
    const [, schema, name] = row.schema === null ? (FROM_TABLE.exec(row.query ?? '') ?? []) : [];
    const found = { schema: row.schema ?? unquoteIdent(schema ?? ''), name: row.name ?? unquoteIdent(name ?? '') };
    if (found.name === '') return [];
    return [{ pid: row.pid, ...found, tuples: Number(row.tuples), bytes: row.bytes }];
  });
}

/** Temporary slots of snapshots under way: one exists exactly while Materialize copies. Names only. */
export async function readSnapshotSlots(client: SqlClient): Promise<string[]> {
  const rows = await client.query<{ slot: string }>(
    `SELECT slot_name::text AS slot FROM pg_catalog.pg_replication_slots
     WHERE temporary AND slot_name LIKE 'mzsnapshot\\_%' ORDER BY 1`,
  );
  return rows.map((row) => row.slot);
}

interface HolderRow {
  pid: number | null;
  gid: string | null;
  user: string | null;
  application: string | null;
  database: string | null;
  age: number | null;
  writing: boolean;
}

/** Sessions with a transaction open. Other roles' start times are hidden from roles without pg_read_all_stats. */
const SESSIONS = `
  SELECT a.pid, NULL::text AS gid, a.usename::text AS user, a.application_name AS application, a.datname::text AS database,
         extract(epoch FROM pg_catalog.clock_timestamp() - a.xact_start)::float8 AS age, a.backend_xid IS NOT NULL AS writing
  FROM pg_catalog.pg_stat_activity a`;

const PREPARED = `
  SELECT NULL::int AS pid, x.gid, x.owner::text AS user, '' AS application, x.database::text AS database,
         extract(epoch FROM pg_catalog.clock_timestamp() - x.prepared)::float8 AS age, true AS writing
  FROM pg_catalog.pg_prepared_xacts x`;

/** Transactions that write, or are old: the slot's creation waits for every one that has written, in any database. */
export async function readOpenTransactions(client: SqlClient): Promise<OpenTransaction[]> {
  const rows = await client.query<HolderRow>(
    `(${SESSIONS}
      WHERE a.pid <> pg_catalog.pg_backend_pid() AND coalesce(a.backend_type, 'client backend') <> 'walsender'
        AND (a.backend_xid IS NOT NULL OR a.xact_start < pg_catalog.clock_timestamp() - interval '1 minute'))
     UNION ALL (${PREPARED})
     ORDER BY age DESC NULLS LAST LIMIT ${AT_MOST}`,
  );
  return rows.map((row) => ({
    kind: row.gid === null ? 'session' : 'prepared',
    pid: row.pid,
    gid: row.gid,
    user: row.user ?? '',
    application: row.application ?? '',
    database: row.database ?? '',
    ageSeconds: Math.max(0, Math.round(row.age ?? 0)),
    writing: row.writing,
  }));
}

/**
 * Who holds up sessions of the replication role (its CREATE_REPLICATION_SLOT, its COPYs, its schema checks), by the
 * server's own lock table: pg_blocking_pids answers 0 for a prepared transaction, which the locks then name. It stops the lock
 * table for a moment, so only sessions that wait for a lock (or whose waiting we may not see) are asked about.
 */
export async function readBlockers(client: SqlClient, role: string): Promise<Blocker[]> {
  const rows = await client.query<HolderRow>(
    `WITH waiting AS (
       SELECT w.pid, pg_catalog.pg_blocking_pids(w.pid) AS by FROM pg_catalog.pg_stat_activity w
       WHERE w.usename = $1 AND coalesce(w.wait_event_type, 'Lock') = 'Lock'
     ), held AS (
       SELECT g.transactionid, pg_catalog.split_part(g.virtualtransaction, '/', 2) AS owner_xid
       FROM waiting w
       JOIN pg_catalog.pg_locks l ON l.pid = w.pid AND NOT l.granted
       JOIN pg_catalog.pg_locks g ON g.granted AND g.pid IS NULL AND g.locktype = l.locktype
         AND g.transactionid IS NOT DISTINCT FROM l.transactionid
         AND g.database IS NOT DISTINCT FROM l.database AND g.relation IS NOT DISTINCT FROM l.relation
       WHERE 0 = ANY (w.by)
     )
     (${SESSIONS} WHERE a.pid IN (SELECT pg_catalog.unnest(by) FROM waiting))
     UNION ALL
     (${PREPARED} WHERE x.transaction::text IN (SELECT owner_xid FROM held UNION SELECT transactionid::text FROM held))
     ORDER BY age DESC NULLS LAST LIMIT ${AT_MOST}`,
    [role],
  );
  return rows.map(blocker);
}

/** Transactions that have written, oldest first, in any database: decoding starts over from the begin of the oldest. */
export async function readWriters(client: SqlClient): Promise<Blocker[]> {
  const rows = await client.query<HolderRow>(
    `(${SESSIONS} WHERE a.pid <> pg_catalog.pg_backend_pid() AND a.backend_xid IS NOT NULL)
     UNION ALL (${PREPARED})
     ORDER BY age DESC NULLS LAST LIMIT ${WRITERS}`,
  );
  return rows.map(blocker);
}

const blocker = (row: HolderRow): Blocker => ({
  kind: row.gid === null ? 'session' : 'prepared',
  pid: row.pid,
  gid: row.gid,
  user: row.user ?? '',
  application: row.application ?? '',
  ageSeconds: Math.max(0, Math.round(row.age ?? 0)),
  remedy: `${row.gid === null ? terminateBackend(row.pid ?? 0) : rollbackPrepared(row.gid)};`,
});

/** Who has locks on a table, as `app (pid 12, psql)`; a vacuum says so itself. Bounded. */
export async function readLockHolders(client: SqlClient, table: { schema: string; name: string }): Promise<string[]> {
  const rows = await client.query<{ pid: number | null; user: string | null; what: string | null }>(
    `SELECT DISTINCT l.pid, a.usename::text AS user,
            coalesce(nullif(a.application_name, ''), CASE a.backend_type WHEN 'client backend' THEN NULL ELSE a.backend_type END) AS what
     FROM pg_catalog.pg_locks l
     JOIN pg_catalog.pg_class c ON c.oid = l.relation
     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
     WHERE l.granted AND n.nspname = $1 AND c.relname = $2 AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
       AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
     ORDER BY 1 LIMIT ${WRITERS}`,
    [table.schema, table.name],
  );
  return rows.map(({ pid, user, what }) =>
    pid === null
      ? 'a prepared transaction'
      : `${user ?? 'a process of the server'} (pid ${pid}${what ? `, ${what}` : ''})`,
  );
}
