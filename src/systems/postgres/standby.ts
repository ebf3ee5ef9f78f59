import { LOG_RUNNING, logStandbySnapshot } from '../../core/objects/logical-replication/statements';
import type { StandbyFacts } from '../../core/objects/logical-replication/standby';
import type { StandbyReading } from '../../core/watch/types';
import type { SqlClient } from '../sql-client';
import { only } from './server';

/** Which system a server is a copy of; null where it does not say. */
const SYSTEM = `SELECT system_identifier::text AS system FROM pg_catalog.pg_control_system()`;

/** Of the standby: what it does for a slot of its own. Its slot on the primary it names itself, where it is connected. */
const STANDBY = `
  SELECT pg_catalog.pg_is_in_recovery() AS standby,
         pg_catalog.current_setting('server_version_num')::int AS version_num,
         pg_catalog.current_setting('hot_standby_feedback')::bool AS feedback,
         nullif(pg_catalog.current_setting('primary_slot_name', true), '') AS slot,
         pg_catalog.pg_last_wal_replay_lsn()::text AS replayed,
         (${SYSTEM}) AS system`;

interface StandbyRow {
  standby: boolean;
  version_num: number;
  feedback: boolean;
  slot: string | null;
  replayed: string | null;
  system: string | null;
}

/** Of the primary. */
const PRIMARY = `
  SELECT pg_catalog.pg_is_in_recovery() AS standby, (${SYSTEM}) AS system,
         CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
              ELSE pg_catalog.pg_current_wal_flush_lsn() END::text AS flushed`;

interface PrimaryRow {
  standby: boolean;
  system: string | null;
  flushed: string | null;
}

const sameSystem = ({ system: one }: StandbyRow, { system: other }: PrimaryRow): boolean | null =>
  one === null || other === null ? null : one === other;

/** Null before 16, which has no such function. */
const MAY_LOG_RUNNING = `
  SELECT (SELECT pg_catalog.has_function_privilege(p.oid, 'EXECUTE') FROM pg_catalog.pg_proc p
          WHERE p.proname = '${LOG_RUNNING}' AND p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace) AS may`;

/** The pair that a file names: its primary, and the server that Materialize reads. Reads only. */
export async function readStandbyFacts(primary: SqlClient, replica: SqlClient): Promise<StandbyFacts> {
  const [own, of, privileges] = await Promise.all([
    replica.query<StandbyRow>(STANDBY).then(only),
    primary.query<PrimaryRow>(PRIMARY).then(only),
    primary.query<{ may: boolean | null }>(MAY_LOG_RUNNING).then(only),
  ]);
  return {
    standby: own.standby,
    versionNum: own.version_num,
    sameSystem: sameSystem(own, of),
    feedback: own.feedback,
    physicalSlot: own.slot,
    mayLogRunning: privileges.may === true,
  };
}

/** The pair as a check reads it. */
export async function readStandbyReading(primary: SqlClient, replica: SqlClient): Promise<StandbyReading> {
  // How far the primary is first: what the standby has replayed by then is asked after it.
  const of = only(await primary.query<PrimaryRow>(PRIMARY));
  const own = only(await replica.query<StandbyRow>(STANDBY));
  return {
    primary: { standby: of.standby, flushedLsn: of.flushed },
    sameSystem: sameSystem(own, of),
    replayedLsn: own.replayed,
    feedback: own.feedback,
  };
}

/** Where the WAL ends that no crash takes back: a change that was answered is before it. Of a primary. */
export async function readFlushedLsn(primary: SqlClient): Promise<string> {
  return only(await primary.query<{ lsn: string }>('SELECT pg_catalog.pg_current_wal_flush_lsn()::text AS lsn')).lsn;
}

/** Bytes of WAL before `lsn` that a standby has not replayed; 0 on a server that is none any more. */
export async function readUnreplayed(replica: SqlClient, lsn: string): Promise<bigint> {
  const { bytes } = only(
    await replica.query<{ bytes: string | null }>(
      `SELECT CASE WHEN pg_catalog.pg_is_in_recovery()
                   THEN pg_catalog.pg_wal_lsn_diff($1::pg_lsn, pg_catalog.pg_last_wal_replay_lsn()) END::text AS bytes`,
      [lsn],
    ),
  );
  return BigInt(bytes ?? '0');
}

/** Slots of this database that are being made: on a standby each waits until the primary logs what runs. */
export async function countWaitingSlots(replica: SqlClient): Promise<number> {
  const rows = await replica.query(
    `SELECT FROM pg_catalog.pg_replication_slots
     WHERE slot_type = 'logical' AND database = pg_catalog.current_database() AND active
       AND confirmed_flush_lsn IS NULL`,
  );
  return rows.length;
}

/** Whether this login may end sessions of `role`, by what it is a member of for good. */
export async function maySignal(client: SqlClient, role: string): Promise<boolean> {
  const rows = await client.query(
    `SELECT FROM pg_catalog.pg_roles r
     WHERE (r.rolname = current_user AND r.rolsuper)
        OR (r.rolname IN ('pg_signal_backend', $1) AND pg_catalog.pg_has_role(r.oid, 'USAGE')) LIMIT 1`,
    [role],
  );
  return rows.length > 0;
}

/** Has a primary log what runs, where this login may. */
export async function logRunning(primary: SqlClient): Promise<void> {
  const { may } = only(await primary.query<{ may: boolean | null }>(MAY_LOG_RUNNING));
  if (may === true) await primary.query(logStandbySnapshot());
}
