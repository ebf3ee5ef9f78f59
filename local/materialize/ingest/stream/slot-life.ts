import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from 'pg';
import { readSlot } from '../../upstream';
import { DefiniteError, TransientError, upstream } from '../errors';
import { parseLsn, type Lsn } from './lsn';

const INVALIDATED = 'replication slot has been invalidated because it exceeded the maximum reserved size';
const POLL_MS = 50;

/**
 * Makes sure the lasting slot is there and nobody else holds it, and answers the LSN from which it can stream. Creating
 * it waits for every writing transaction upstream. `applied` is how far the store is; a slot that begins later has been
 * recreated, and the changes between are lost.
 */
export async function takeSlot(
  metadata: Client,
  replication: Client,
  slot: string,
  applied: Lsn | null,
  signal: AbortSignal,
): Promise<Lsn> {
  for (;;) {
    const state = await upstream(readSlot(metadata, slot));
    if (state === null) return overcompacted(await createSlot(replication, slot), applied);
    if (state.walStatus === 'lost') throw new DefiniteError(INVALIDATED);
    if (state.activePid === null && state.confirmedFlushLsn !== null) {
      return overcompacted(parseLsn(state.confirmedFlushLsn), applied);
    }
    // A stale walsender of an earlier run; one that was still creating the slot takes it along.
    if (state.activePid !== null) {
      await upstream(metadata.query('SELECT pg_terminate_backend($1)', [state.activePid]));
    }
    await pause(POLL_MS, undefined, { signal });
  }
}

function overcompacted(available: Lsn, applied: Lsn | null): Lsn {
  if (applied === null) return available;
  if (applied >= available) return applied;
  const text = `slot overcompacted. Requested LSN ${applied} but only LSNs >= ${available} are available`;
  throw new TransientError(text);
}

async function createSlot(replication: Client, slot: string): Promise<Lsn> {
  const command = `CREATE_REPLICATION_SLOT ${slot} LOGICAL pgoutput NOEXPORT_SNAPSHOT`;
  const { rows } = await upstream(replication.query<{ consistent_point: string }>(command));
  return parseLsn(rows[0]!.consistent_point);
}

/** The temporary slot of a snapshot: it lives as long as the connection, its snapshot until the next command there. */
export async function createSnapshotSlot(replication: Client, slot: string): Promise<{ lsn: Lsn; snapshot: string }> {
  const command = `CREATE_REPLICATION_SLOT ${slot} TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT`;
  const { rows } = await upstream(replication.query<{ consistent_point: string; snapshot_name: string }>(command));
  return { lsn: parseLsn(rows[0]!.consistent_point), snapshot: rows[0]!.snapshot_name };
}
