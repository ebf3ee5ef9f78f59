import { narrowed, unpublished } from '../../core/objects/publication/differences';
import type { ColumnRef } from '../../core/spec/types';
import type { SlotReading, SourceReading, WatchMemory } from '../../core/watch/types';
import type { SqlClient } from '../sql-client';
import { readBlockers, readWriters } from './activity';
import { AURORA_FUNCTION } from './managed';
import { IDLE_SLOT_MS, only, readPublication, slotCap } from './server';
import { readStandbyReading } from './standby';
import { readPartitionChanges } from './tables/partition-changes';
import { readReplicaIdentities } from './tables/partitions';
import type { UpstreamTable } from './tables';
import { readWrites } from './writes';

interface SlotRow {
  active: boolean;
  restart_lsn: string | null;
  confirmed_flush_lsn: string | null;
  retained: string | null;
  unconfirmed: string | null;
  wal_status: string | null;
  safe_wal_size: string | null;
  inactive_since: string | null;
  invalidation_reason: string | null;
}

const ABSENT = {
  exists: false,
  active: false,
  walStatus: null,
  restartLsn: null,
  confirmedFlushLsn: null,
  retainedBytes: null,
  unconfirmedBytes: null,
  safeWalSize: null,
  inactiveSince: null,
  invalidationReason: null,
};

/** A standby writes no WAL and refuses to say where it would: what it has replayed counts there. */
const HERE = `CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn()
                   ELSE pg_catalog.pg_current_wal_lsn() END`;

/**
 * Neon tells its timeline, which a restore of a branch replaces; a compute's own WAL may go back when it is replaced.
 * Aurora knows neither. Elsewhere a server made anew has another identifier, and flushed WAL is never taken back. The
 * timeline of a failover is Materialize's own to judge, as it can be told that failovers are fine.
 */
const SERVER = `
  SELECT pg_catalog.pg_is_in_recovery() AS standby,
         CASE WHEN own.neon <> '' THEN 'timeline ' || own.neon
              WHEN own.aurora THEN NULL
              ELSE (SELECT 'system ' || system_identifier FROM pg_catalog.pg_control_system()) END AS history,
         CASE WHEN own.neon <> '' OR own.aurora OR pg_catalog.pg_is_in_recovery() THEN NULL
              ELSE pg_catalog.pg_current_wal_flush_lsn()::text END AS flushed
  FROM (SELECT coalesce(pg_catalog.current_setting('neon.timeline_id', true), '') AS neon,
               EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.proname = '${AURORA_FUNCTION}'
                       AND p.pronamespace = 'pg_catalog'::pg_catalog.regnamespace) AS aurora) AS own`;

/**
 * Columns by version: wal_status and safe_wal_size from 13, the last two from 17. 16 calls every lost slot conflicting, also
 * where no standby is and its WAL is gone.
 */
const SLOT = `SELECT s.active, s.restart_lsn::text, s.confirmed_flush_lsn::text,
            pg_catalog.pg_wal_lsn_diff(${HERE}, s.restart_lsn)::text AS retained,
            pg_catalog.pg_wal_lsn_diff(${HERE}, s.confirmed_flush_lsn)::text AS unconfirmed,
            pg_catalog.to_jsonb(s) ->> 'wal_status' AS wal_status,
            pg_catalog.to_jsonb(s) ->> 'safe_wal_size' AS safe_wal_size,
            (pg_catalog.to_jsonb(s) ->> 'inactive_since')::timestamptz AS inactive_since,
            coalesce(pg_catalog.to_jsonb(s) ->> 'invalidation_reason',
                     CASE WHEN pg_catalog.pg_is_in_recovery() AND pg_catalog.to_jsonb(s) ->> 'conflicting' = 'true'
                          THEN 'conflict with recovery' END) AS invalidation_reason
     FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = $1`;

/** One row of pg_replication_slots; `exists: false` only when it was read and has no such row. */
export async function readSlot(client: SqlClient, slot: string): Promise<SlotReading> {
  const [row] = await client.query<SlotRow>(SLOT, [slot]);
  return slotReading(slot, row);
}

function slotReading(slot: string, row: SlotRow | undefined): SlotReading {
  if (row === undefined) return { slot, ...ABSENT };
  return {
    slot,
    exists: true,
    active: row.active,
    walStatus: row.wal_status,
    restartLsn: row.restart_lsn,
    confirmedFlushLsn: row.confirmed_flush_lsn,
    retainedBytes: row.retained,
    unconfirmedBytes: row.unconfirmed,
    safeWalSize: row.safe_wal_size,
    inactiveSince: row.inactive_since === null ? null : new Date(row.inactive_since).toISOString(),
    invalidationReason: row.invalidation_reason,
  };
}

/** Slots Materialize made in this database, by its naming. */
export async function listMaterializeSlots(client: SqlClient): Promise<{ slot: string; active: boolean }[]> {
  return client.query(
    `SELECT slot_name::text AS slot, active FROM pg_catalog.pg_replication_slots
     WHERE slot_type = 'logical' AND NOT temporary AND database = pg_catalog.current_database()
       AND slot_name ~ '^materialize_[0-9a-f]{32}$' ORDER BY 1`,
  );
}

/** One look upstream for the check, in one round trip. Neon's own walsender is left out. */
export async function readSourceReading(
  client: SqlClient,
  input: {
    slot: string;
    publication: string;
    role: string;
    /** Null where nobody says which are replicated: then writes are proven of those that are published. */
    tables: readonly UpstreamTable[] | null;
    memory?: Pick<WatchMemory, 'partitions'> | null;
    excludeColumns?: readonly ColumnRef[];
    /** The server that Materialize reads, where `client` is its primary. */
    replica?: SqlClient | undefined;
  },
): Promise<SourceReading> {
  const { replica } = input;
  const tables = input.tables ?? [];
  const publishing = readPublication(client, input.publication);
  const [servers, blockers, writers, publication, identities, writes, partitions, pair] = await Promise.all([
    (replica ?? client).query<{
      lsn: string;
      keep: string | null;
      idle: number | null;
      slots: SlotRow[];
      senders: SourceReading['walSenders'];
      server: [{ standby: boolean; history: string | null; flushed: string | null }];
    }>(
      `SELECT (${HERE})::text AS lsn,
              (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'max_slot_wal_keep_size') AS keep,
              ${IDLE_SLOT_MS} AS idle,
              (SELECT coalesce(pg_catalog.json_agg(slot), '[]') FROM (${SLOT}) AS slot) AS slots,
              (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('pid', pid, 'state', coalesce(state, ''),
                                        'application', coalesce(application_name, '')) ORDER BY pid), '[]')
               FROM pg_catalog.pg_stat_replication WHERE coalesce(application_name, '') <> 'walproposer') AS senders,
              (SELECT pg_catalog.json_agg(server) FROM (${SERVER}) AS server) AS server`,
      [input.slot],
    ),
    readBlockers(replica ?? client, input.role),
    readWriters(client),
    publishing,
    readReplicaIdentities(client, tables, input.role, input.excludeColumns),
    input.tables ? readWrites(client, tables) : publishing.then((found) => readWrites(client, found?.tables ?? [])),
    readPartitionChanges(client, tables, input.memory ?? null),
    replica === undefined ? null : readStandbyReading(client, replica),
  ]);
  const server = only(servers);
  const [{ standby, history, flushed }] = server.server;
  return {
    currentLsn: server.lsn,
    server: { standby, history, flushedLsn: flushed },
    maxSlotWalKeepSize: slotCap(server.keep),
    idleSlotTimeoutMs: server.idle,
    slot: slotReading(input.slot, server.slots[0]),
    walSenders: server.senders,
    blockers,
    writers,
    publication: {
      exists: publication !== null,
      tables: (publication?.tables ?? []).map(({ schema, name }) => ({ schema, name })),
      leavesOut: publication === null ? [] : unpublished(publication),
      narrowed: publication === null ? [] : narrowed(tables, publication).map(({ schema, name }) => ({ schema, name })),
    },
    tables: identities,
    writes,
    ...(partitions === null ? {} : { partitions }),
    ...(pair === null ? {} : { pair }),
  };
}
