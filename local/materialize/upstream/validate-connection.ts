import type { Client } from 'pg';
import { MzError, type UpstreamConnection } from '../contract';
import { withUpstream } from './connect';

/** The snapshot's temporary slot and the lasting one. */
const SLOTS_NEEDED = 2;

interface ServerSettings {
  wal_level: string;
  max_wal_senders: string;
  free_slots: string;
}

/**
 * wal_level, max_wal_senders, two free slots: of a connection (58000), and again in everything that adds tables (XX000).
 * Neither free senders nor the role's REPLICATION.
 */
export async function checkSettings(client: Client, code: '58000' | 'XX000'): Promise<void> {
  const { rows } = await client.query<ServerSettings>(`
    SELECT current_setting('wal_level') AS wal_level, current_setting('max_wal_senders') AS max_wal_senders,
      current_setting('max_replication_slots')::int8 - (SELECT count(*) FROM pg_catalog.pg_replication_slots) AS free_slots`);
  const settings = rows[0]!;
  if (settings.wal_level !== 'logical') {
    throw new MzError(code, `server must have wal_level >= logical, but has ${settings.wal_level}`);
  }
  if (Number(settings.max_wal_senders) < 1) {
    throw new MzError(code, 'replication disabled on server', { hint: 'set max_wal_senders to a value > 0' });
  }
  if (Number(settings.free_slots) < SLOTS_NEEDED) {
    // No detail and no hint: so it was recorded, although the reference knows both.
    throw new MzError(code, 'PostgreSQL server has insufficient number of replication slots available');
  }
}

/** What Materialize checks in CREATE, ALTER and VALIDATE CONNECTION: reachable, and its settings. */
export async function validateConnection(c: UpstreamConnection): Promise<void> {
  const refusal = (message: string): MzError => new MzError('58000', message);
  await withUpstream(c, refusal, (client) => checkSettings(client, '58000'));
}

/** How CREATE SOURCE wraps whatever the upstream connection answered. */
export const connectionError = (detail: string): MzError =>
  new MzError('XX000', 'failed to connect to PostgreSQL database', { detail });
