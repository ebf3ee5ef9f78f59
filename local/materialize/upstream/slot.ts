import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import type { UpstreamConnection } from '../contract';
import { connectUpstream } from './connect';

const hex = (): string => randomUUID().replaceAll('-', '');

/** The lasting slot's name, chosen at CREATE SOURCE; the slot itself is made when the dataflow first runs. */
export const newSlotName = (): string => `materialize_${hex()}`;

/** The temporary slot that exists as long as a snapshot. */
export const newSnapshotSlotName = (): string => `mzsnapshot_${hex()}`;

export interface SlotState {
  activePid: number | null;
  confirmedFlushLsn: string | null;
  walStatus: string | null;
}

/** The slot as upstream knows it; null when there is none. */
export async function readSlot(client: Client, slot: string): Promise<SlotState | null> {
  const { rows } = await client.query<{ pid: number | null; confirmed: string | null; wal_status: string | null }>(
    `SELECT active_pid AS pid, confirmed_flush_lsn::text AS confirmed, to_jsonb(s) ->> 'wal_status' AS wal_status
     FROM pg_catalog.pg_replication_slots s WHERE slot_name = $1`,
    [slot],
  );
  const row = rows[0];
  return row === undefined ? null : { activePid: row.pid, confirmedFlushLsn: row.confirmed, walStatus: row.wal_status };
}

/** Ends whoever holds the slot, and drops it. True when it is gone or never was. */
async function tryToDrop(c: UpstreamConnection, slot: string): Promise<boolean> {
  const client = await connectUpstream(c);
  try {
    const state = await readSlot(client, slot);
    if (state === null) return true;
    if (state.activePid !== null) await client.query('SELECT pg_terminate_backend($1)', [state.activePid]);
    await client.query('SELECT pg_drop_replication_slot($1)', [slot]);
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

const RETRY_MS = 200;

/**
 * Drops the upstream slot as Materialize does after DROP SOURCE: terminates its walsender, drops, tries again for
 * `giveUpAfter` milliseconds. Answers whether it is gone.
 */
export async function dropSlot(
  c: UpstreamConnection,
  slot: string,
  giveUpAfter = 60_000,
  signal?: AbortSignal,
): Promise<boolean> {
  const deadline = Date.now() + giveUpAfter;
  for (;;) {
    try {
      if (await tryToDrop(c, slot)) return true;
    } catch {
      // Still held, or upstream is away: both may pass.
    }
    if (Date.now() > deadline || signal?.aborted === true) return false;
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}
