import type { Client } from 'pg';
import { MzError, type UpstreamTable } from '../contract';
import { describeTables, hasTables, publicationExists } from './describe';
import { connectionError } from './validate-connection';

/** What one publication offers, read at one moment. */
export interface PublicationDescription {
  publication: string;
  /** Upstream database, first part of every reference. */
  database: string;
  /** Upstream timeline, for mz_postgres_sources; null where the role may not read it. */
  timelineId: string | null;
  /** Upstream is in recovery: a standby. */
  standby: boolean;
  tables: UpstreamTable[];
}

/** Prefix of all refusals of CREATE SOURCE and its kin. */
export const sourceError = (message: string, extra: { detail?: string; hint?: string } = {}): MzError =>
  new MzError('XX000', `POSTGRES source validation: ${message}`, extra);

async function readTimeline(client: Client): Promise<string | null> {
  try {
    const { rows } = await client.query<{ timeline: string }>(
      'SELECT timeline_id::text AS timeline FROM pg_catalog.pg_control_checkpoint()',
    );
    return rows[0]?.timeline ?? null;
  } catch {
    return null;
  }
}

export async function isInRecovery(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ standby: boolean }>('SELECT pg_catalog.pg_is_in_recovery() AS standby');
  return rows[0]?.standby === true;
}

/**
 * Reads the publication, or of its tables those called `only`. Throws MzError when it is missing, or nothing of what was
 * asked for is in it.
 */
export async function describePublication(
  client: Client,
  { database, publication, only }: { database: string; publication: string; only?: string[] },
): Promise<PublicationDescription> {
  if (!(await publicationExists(client, publication))) {
    throw connectionError(`publication ${publication} does not exist`);
  }
  const tables = await describeTables(client, publication, { names: only });
  if (tables.length === 0 && !(only && (await hasTables(client, publication)))) {
    throw sourceError(`PUBLICATION ${publication} is empty`);
  }
  const standby = await isInRecovery(client);
  return { publication, database, timelineId: await readTimeline(client), standby, tables };
}
