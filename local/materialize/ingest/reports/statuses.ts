import type { Pool } from 'pg';

export type Status = 'starting' | 'running' | 'paused' | 'stalled' | 'dropped';

/** `{"hints": [...], "namespaced": {...}}`, only the parts there are. */
export interface StatusDetails {
  hints?: string[];
  namespaced?: Record<string, string>;
}

export interface StatusEvent {
  id: string;
  status: Status;
  error?: string;
  details?: StatusDetails;
  replicaId: string | null;
}

/** Texts of the storage controller, not of the source. */
export const REPLICA_DROPPED = 'The replica running this source has been dropped';
export const NO_REPLICA = 'There is currently no replica running this source';

const RETRACT_HINT = 'retracting the errored value may resume the source';

/** The whole source failed: its tables show this error through the status view. */
export const sourceStalled = (id: string, message: string, replicaId: string | null): StatusEvent => ({
  id,
  status: 'stalled',
  error: `postgres: ${message}`,
  details: { namespaced: { postgres: message } },
  replicaId,
});

/** One table is lost; the source goes on. */
export const tableStalled = (id: string, message: string, replicaId: string | null): StatusEvent => ({
  id,
  status: 'stalled',
  error: `postgres: ${message}`,
  details: { hints: [RETRACT_HINT], namespaced: { postgres: message } },
  replicaId,
});

/** Appends to mz_internal.mz_source_status_history, which knows milliseconds: each call's events come after the last's. */
export class StatusHistory {
  private last = 0;

  constructor(private readonly store: Pool) {}

  async record(events: StatusEvent[]): Promise<void> {
    if (events.length === 0) return;
    this.last = Math.max(Date.now(), this.last + 1);
    await this.store.query(INSERT, [
      new Date(this.last).toISOString(),
      events.map(({ id }) => id),
      events.map(({ status }) => status),
      events.map(({ error }) => error ?? null),
      events.map(({ details }) => (details === undefined ? null : JSON.stringify(details))),
      events.map(({ replicaId }) => replicaId),
    ]);
  }
}

const INSERT = `
  INSERT INTO mz_internal.mz_source_status_history (occurred_at, source_id, status, error, details, replica_id)
  SELECT $1::timestamptz, id, status, error, details::jsonb, replica
  FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS e (id, status, error, details, replica)`;

/** Events kept per source when it is taken up again after a restart. */
const KEPT_EVENTS = 5;

export async function truncateStatuses(store: Pool, ids: string[]): Promise<void> {
  await store.query(
    `DELETE FROM mz_internal.mz_source_status_history h USING (
       SELECT ctid AS at, row_number() OVER (PARTITION BY source_id ORDER BY occurred_at DESC) AS n
       FROM mz_internal.mz_source_status_history WHERE source_id = ANY ($1)) old
     WHERE h.ctid = old.at AND old.n > $2`,
    [ids, KEPT_EVENTS],
  );
}
