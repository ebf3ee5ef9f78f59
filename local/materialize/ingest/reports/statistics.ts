import type { Pool } from 'pg';
import { aggregate, zeroCounters, type Counters } from './counters';

const COLUMNS = `messages_received, bytes_received, updates_staged, updates_committed, rehydration_latency,
  snapshot_records_known, snapshot_records_staged, snapshot_committed, offset_known, offset_committed`;

const LOAD = `SELECT id, messages_received::text AS messages, bytes_received::text AS bytes,
    updates_committed::text AS committed, snapshot_records_known::text AS known, snapshot_records_staged::text AS staged,
    snapshot_committed, offset_known::text, offset_committed::text
  FROM mz_internal.mz_source_statistics WHERE id = ANY ($1) AND replica_id = $2`;

interface StoredRow {
  id: string;
  messages: string;
  bytes: string;
  committed: string;
  known: string | null;
  staged: string | null;
  snapshot_committed: boolean;
  offset_known: string | null;
  offset_committed: string | null;
}

const values = (c: Counters): (string | boolean | null)[] => [
  String(c.messagesReceived),
  String(c.bytesReceived),
  String(c.updatesStaged),
  String(c.updatesCommitted),
  c.rehydrationMs === null ? null : `${c.rehydrationMs} milliseconds`,
  c.snapshotKnown === null ? null : String(c.snapshotKnown),
  c.snapshotStaged === null ? null : String(c.snapshotStaged),
  c.snapshotCommitted,
  String(c.offsetKnown),
  String(c.offsetCommitted),
];

/**
 * The statistics of one source on one replica. Counters move at once, rows in mz_source_statistics follow at each
 * `report`; an object's first row is all zero, whatever has happened meanwhile.
 */
export class SourceStatistics {
  private readonly counters = new Map<string, Counters>();
  private readonly reported = new Map<string, string>();

  constructor(
    private readonly store: Pool,
    private readonly sourceId: string,
    readonly replicaId: string,
  ) {}

  /** The table's counters, to be written to. */
  of(tableId: string): Counters {
    const existing = this.counters.get(tableId);
    if (existing !== undefined) return existing;
    const fresh = zeroCounters();
    this.counters.set(tableId, fresh);
    return fresh;
  }

  /** Takes up the rows of an earlier process for the same replica. */
  async load(ids: string[]): Promise<void> {
    const { rows } = await this.store.query<StoredRow>(LOAD, [ids, this.replicaId]);
    for (const row of rows) {
      this.reported.set(row.id, '');
      if (row.id === this.sourceId) continue;
      this.counters.set(row.id, {
        messagesReceived: Number(row.messages),
        bytesReceived: Number(row.bytes),
        updatesStaged: Number(row.committed),
        updatesCommitted: Number(row.committed),
        rehydrationMs: null,
        snapshotKnown: row.known === null ? null : Number(row.known),
        snapshotStaged: row.staged === null ? null : Number(row.staged),
        snapshotCommitted: row.snapshot_committed,
        offsetKnown: BigInt(row.offset_known ?? 0),
        offsetCommitted: BigInt(row.offset_committed ?? 0),
      });
    }
  }

  /** The table is gone; its rows go too. */
  async forget(ids: string[]): Promise<void> {
    for (const id of ids) {
      this.counters.delete(id);
      this.reported.delete(id);
    }
    await this.store.query('DELETE FROM mz_internal.mz_source_statistics WHERE id = ANY ($1)', [ids]);
  }

  /** Writes what changed since the last report. */
  async report(): Promise<void> {
    const shown = [...this.counters].map(([id, counters]): [string, Counters] => [
      id,
      this.reported.has(id) ? counters : zeroCounters(),
    ]);
    const own = this.reported.has(this.sourceId) ? aggregate(shown.map(([, counters]) => counters)) : zeroCounters();
    for (const [id, counters] of [...shown, [this.sourceId, own] as const]) {
      const row = values(counters);
      const text = JSON.stringify(row);
      if (this.reported.get(id) === text) continue;
      await this.write(id, row);
      this.reported.set(id, text);
    }
  }

  private async write(id: string, row: (string | boolean | null)[]): Promise<void> {
    const parameters = [id, this.replicaId, ...row];
    const updated = await this.store.query(
      `UPDATE mz_internal.mz_source_statistics SET (${COLUMNS}) = ROW (${placeholders(3, row.length)})
       WHERE id = $1 AND replica_id = $2`,
      parameters,
    );
    if (updated.rowCount !== 0) return;
    await this.store.query(
      `INSERT INTO mz_internal.mz_source_statistics (id, replica_id, records_indexed, bytes_indexed, ${COLUMNS})
       VALUES ($1, $2, '0', '0', ${placeholders(3, row.length)})`,
      parameters,
    );
  }
}

const placeholders = (first: number, count: number): string =>
  Array.from({ length: count }, (_, i) => `$${first + i}`).join(', ');
