import type { SlotReading, SourceReading } from '../../core/watch/types';
import type { SqlClient } from '../sql-client';
import { readBlockers, readWriters } from './activity';
import { only, readPublication, slotCap } from './server';
import { readReplicaIdentities, type UpstreamTable } from './tables';
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

/** Columns by version: wal_status and safe_wal_size from 13, the last two from 17. */
const SLOT = `SELECT s.active, s.restart_lsn::text, s.confirmed_flush_lsn::text,
            pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), s.restart_lsn)::text AS retained,
            pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_current_wal_lsn(), s.confirmed_flush_lsn)::text AS unconfirmed,
            pg_catalog.to_jsonb(s) ->> 'wal_status' AS wal_status,
            pg_catalog.to_jsonb(s) ->> 'safe_wal_size' AS safe_wal_size,
            (pg_catalog.to_jsonb(s) ->> 'inactive_since')::timestamptz AS inactive_since,
            pg_catalog.to_jsonb(s) ->> 'invalidation_reason' AS invalidation_reason
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
  input: { slot: string; publication: string; role: string; tables: readonly UpstreamTable[] },
): Promise<SourceReading> {
  const [servers, blockers, writers, publication, identities, writes] = await Promise.all([
    client.query<{
      lsn: string;
      keep: string | null;
      slots: SlotRow[];
      senders: SourceReading['walSenders'];
    }>(
      `SELECT pg_catalog.pg_current_wal_lsn()::text AS lsn,
              (SELECT setting FROM pg_catalog.pg_settings WHERE name = 'max_slot_wal_keep_size') AS keep,
              (SELECT coalesce(pg_catalog.json_agg(slot), '[]') FROM (${SLOT}) AS slot) AS slots,
              (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('pid', pid, 'state', coalesce(state, ''),
                                        'application', coalesce(application_name, '')) ORDER BY pid), '[]')
               FROM pg_catalog.pg_stat_replication WHERE coalesce(application_name, '') <> 'walproposer') AS senders`,
      [input.slot],
    ),
    readBlockers(client, input.role),
    readWriters(client),
    readPublication(client, input.publication),
    readReplicaIdentities(client, input.tables),
    readWrites(client, input.tables),
  ]);
  const server = only(servers);
  const { insert = false, update = false, delete: remove = false } = publication?.publishes ?? {};
  return {
    currentLsn: server.lsn,
    maxSlotWalKeepSize: slotCap(server.keep),
    slot: slotReading(input.slot, server.slots[0]),
    walSenders: server.senders,
    blockers,
    writers,
    publication: {
      exists: publication !== null,
      tables: (publication?.tables ?? []).map(({ schema, name }) => ({ schema, name })),
      publishesAll: insert && update && remove,
    },
    tables: identities,
    writes,
  };
}
