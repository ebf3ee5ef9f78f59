import type { Pool } from 'pg';

/** Materialize keeps one second of history readable. */
const RETAINED_MS = 1000;

/**
 * `mz_internal.mz_frontiers`: milliseconds since the epoch, zero until an object's snapshot is committed.
 * A frontier that has moved never falls back.
 */
export async function addFrontiers(store: Pool, ids: string[]): Promise<void> {
  await store.query(
    `INSERT INTO mz_internal.mz_frontiers (object_id, read_frontier, write_frontier)
     SELECT id, '0', '0' FROM unnest($1::text[]) AS i (id)
     WHERE NOT EXISTS (SELECT 1 FROM mz_internal.mz_frontiers f WHERE f.object_id = i.id)`,
    [ids],
  );
}

/** Everything upstream committed until `at` (milliseconds) is in the store. */
export async function advanceFrontiers(store: Pick<Pool, 'query'>, ids: string[], at: number): Promise<void> {
  await store.query(
    `UPDATE mz_internal.mz_frontiers SET read_frontier = $2, write_frontier = $3 WHERE object_id = ANY ($1)`,
    [ids, String(at - RETAINED_MS), String(at)],
  );
}

/** The progress relation moves during a snapshot already, but cannot be read yet. */
export async function advanceWriteFrontier(store: Pool, id: string, at: number): Promise<void> {
  await store.query('UPDATE mz_internal.mz_frontiers SET write_frontier = $2 WHERE object_id = $1', [id, String(at)]);
}

export async function removeFrontiers(store: Pool, ids: string[]): Promise<void> {
  await store.query('DELETE FROM mz_internal.mz_frontiers WHERE object_id = ANY ($1)', [ids]);
}
