import type { Pool, PoolClient } from 'pg';
import { cut, ident } from '../upstream';
import type { TableError } from './errors';
import { formatLsn, parseLsn, type Lsn } from './stream/lsn';

/** What the store knows of a table: its snapshot, and where in upstream's WAL that was taken. */
export interface StoredTable {
  committed: boolean;
  /** Changes committed upstream before this are in the snapshot. */
  snapshotLsn: Lsn;
  definite: boolean;
}

const INSTALL = `
  CREATE SCHEMA IF NOT EXISTS mz_store;
  CREATE TABLE IF NOT EXISTS mz_store.ingest_sources (source_id text PRIMARY KEY, applied_lsn pg_lsn);
  CREATE TABLE IF NOT EXISTS mz_store.ingest_tables (table_id text PRIMARY KEY, snapshot_lsn pg_lsn NOT NULL)`;

export const installIngestTables = async (store: Pool): Promise<void> => {
  await store.query(INSTALL);
};

/**
 * Everything before this is in the store, for all tables whose snapshot was taken earlier; null before the first one.
 * Waits for a transaction of an earlier run that is still being committed: ask this before anything else.
 */
export async function appliedLsn(store: Pool, sourceId: string): Promise<Lsn | null> {
  await store.query('INSERT INTO mz_store.ingest_sources VALUES ($1) ON CONFLICT DO NOTHING', [sourceId]);
  const { rows } = await store.query<{ lsn: string | null }>(
    'SELECT applied_lsn::text AS lsn FROM mz_store.ingest_sources WHERE source_id = $1 FOR UPDATE',
    [sourceId],
  );
  const lsn = rows[0]?.lsn ?? null;
  return lsn === null ? null : parseLsn(lsn);
}

interface TableRow {
  id: string;
  committed: boolean;
  definite: boolean;
  lsn: string | null;
}

export async function storedTables(store: Pool, ids: string[]): Promise<Map<string, StoredTable>> {
  const { rows } = await store.query<TableRow>(
    `SELECT s.id, s.committed, s.definite, t.snapshot_lsn::text AS lsn
     FROM mz_store.table_state s LEFT JOIN mz_store.ingest_tables t ON t.table_id = s.id WHERE s.id = ANY ($1)`,
    [ids],
  );
  return new Map(
    rows.map(({ id, committed, lsn, definite }) => [
      id,
      { committed, snapshotLsn: lsn === null ? 0n : parseLsn(lsn), definite },
    ]),
  );
}

type Queryable = Pick<PoolClient, 'query'>;

export async function setAppliedLsn(client: Queryable, sourceId: string, lsn: Lsn): Promise<void> {
  await client.query(
    `INSERT INTO mz_store.ingest_sources VALUES ($1, $2::pg_lsn)
     ON CONFLICT (source_id) DO UPDATE SET applied_lsn = excluded.applied_lsn`,
    [sourceId, formatLsn(lsn)],
  );
}

export async function setCommitted(client: Queryable, tableId: string, snapshotLsn: Lsn): Promise<void> {
  await client.query(
    `INSERT INTO mz_store.ingest_tables VALUES ($1, $2::pg_lsn)
     ON CONFLICT (table_id) DO UPDATE SET snapshot_lsn = excluded.snapshot_lsn`,
    [tableId, formatLsn(snapshotLsn)],
  );
  await client.query(
    `INSERT INTO mz_store.table_state (id, committed, definite) VALUES ($1, true, false)
     ON CONFLICT (id) DO UPDATE SET committed = true`,
    [tableId],
  );
}

/** Notes a table's permanent error; the first one stays. */
export async function setTableError(client: Queryable, tableId: string, error: TableError): Promise<void> {
  await client.query(
    `UPDATE mz_store.table_state SET error = $2, definite = $3 WHERE id = $1 AND definite IS NOT TRUE`,
    [tableId, error.message, !error.readable],
  );
}

/** A row that cannot be held comes (positive) or goes (negative). */
export async function countUnreadable(
  client: Queryable,
  tableId: string,
  { line, message, count }: { line: string; message: string; count: number },
): Promise<void> {
  await client.query(
    `INSERT INTO mz_store.unreadable_rows VALUES ($1, $2, $3, $4)
     ON CONFLICT (table_id, line) DO UPDATE SET count = unreadable_rows.count + excluded.count`,
    [tableId, line, message, count],
  );
  await client.query('DELETE FROM mz_store.unreadable_rows WHERE table_id = $1 AND line = $2 AND count = 0', [
    tableId,
    line,
  ]);
}

export async function forgetTable(client: Queryable, tableId: string): Promise<void> {
  await client.query('DELETE FROM mz_store.unreadable_rows WHERE table_id = $1', [tableId]);
  await client.query('DELETE FROM mz_store.ingest_tables WHERE table_id = $1', [tableId]);
}

export async function forgetSource(client: Queryable, sourceId: string): Promise<void> {
  await client.query('DELETE FROM mz_store.ingest_sources WHERE source_id = $1', [sourceId]);
}

/** Values must print in the store as they did upstream, and nothing may cut a long snapshot short. */
const BEGIN = `BEGIN; SET LOCAL datestyle = 'ISO,MDY'; SET LOCAL intervalstyle = 'postgres'; SET LOCAL timezone = 'UTC';
  SET LOCAL extra_float_digits = 3; SET LOCAL bytea_output = 'hex'; SET LOCAL statement_timeout = 0;
  SET LOCAL idle_in_transaction_session_timeout = 0`;

/** A transaction in the store that lasts over several calls; cut when `signal` aborts. */
export class StoreTransaction {
  private done = false;
  private readonly abort: () => void;

  private constructor(
    readonly client: PoolClient,
    private readonly signal: AbortSignal,
  ) {
    this.abort = () => cut(client);
    client.on('error', ignore);
    signal.addEventListener('abort', this.abort, { once: true });
  }

  static async begin(store: Pool, signal: AbortSignal): Promise<StoreTransaction> {
    signal.throwIfAborted();
    const transaction = new StoreTransaction(await store.connect(), signal);
    try {
      if (signal.aborted) throw new Error('stopped');
      await transaction.client.query(BEGIN);
      return transaction;
    } catch (error) {
      transaction.discard();
      throw error;
    }
  }

  async commit(): Promise<void> {
    await this.client.query('COMMIT');
    this.finish(false);
  }

  /** Rolls back by closing the connection; harmless after a commit. */
  discard(): void {
    if (!this.done) this.finish(true);
  }

  private finish(destroy: boolean): void {
    this.done = true;
    this.signal.removeEventListener('abort', this.abort);
    this.client.off('error', ignore);
    if (destroy) this.client.on('error', ignore);
    this.client.release(destroy);
  }
}

const ignore = (): void => undefined;

/** The table's physical name in the store. */
export const physical = (tableId: string): string => `mz_store.${ident(tableId)}`;
