import type { Pool } from 'pg';
import { aggregate, zeroCounters, type Counters } from './counters';

const COUNTED = `messages_received, bytes_received, updates_staged, updates_committed, rehydration_latency,
  snapshot_records_known, snapshot_records_staged, snapshot_committed, offset_known, offset_committed`;

/** All rows in one statement: a source may have thousands of tables, and all of them change when it starts anew. */
const WRITE = `
  INSERT INTO mz_internal.mz_source_statistics (id, replica_id, records_indexed, bytes_indexed, ${COUNTED})
  SELECT id, replica_id, '0', '0', ${COUNTED}
  FROM jsonb_populate_recordset(NULL::mz_internal.mz_source_statistics, $1)
  ON CONFLICT (id, replica_id) DO UPDATE SET (${COUNTED}) =
    ROW (${COUNTED.replace(/\w+/g, 'excluded.$&')})`;

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

const counted = (c: Counters) => ({
  messages_received: String(c.messagesReceived),
  bytes_received: String(c.bytesReceived),
  updates_staged: String(c.updatesStaged),
  updates_committed: String(c.updatesCommitted),
  rehydration_latency: c.rehydrationMs === null ? null : `${c.rehydrationMs} milliseconds`,
  snapshot_records_known: c.snapshotKnown === null ? null : String(c.snapshotKnown),
  snapshot_records_staged: c.snapshotStaged === null ? null : String(c.snapshotStaged),
  snapshot_committed: c.snapshotCommitted,
  offset_known: String(c.offsetKnown),
  offset_committed: String(c.offsetCommitted),
});

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
    const rows = [...shown, [this.sourceId, own] as const].map(([id, counters]) => ({
      ...{ id, replica_id: this.replicaId },
      ...counted(counters),
    }));
    const texts = rows.map((row) => JSON.stringify(row));
    const changed = texts.filter((text, at) => this.reported.get(rows[at]!.id) !== text);
    if (changed.length === 0) return;
    await this.store.query(WRITE, [`[${changed.join(',')}]`]);
    rows.forEach(({ id }, at) => this.reported.set(id, texts[at]!));
  }
}
