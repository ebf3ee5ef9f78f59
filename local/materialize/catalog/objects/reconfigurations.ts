import { MzError } from '../../contract';
import { byId, type Store } from '../store';
import type { CatalogReplica } from '../types';
import { addReplica, checkSize } from './clusters';

/** How a change in the background ends. */
export type Outcome = 'finalized' | 'timed-out' | 'cancelled' | 'resource-exhausted';

/** A change of a cluster under way: old and new replicas side by side until the cut-over. */
export interface Reconfiguration {
  clusterId: string;
  size: string;
}

/** Credits an hour of all that users' clusters run, but for one of them, as text and number. */
const OTHERS = `SELECT coalesce(sum(z.credits_per_hour), 0)::text AS current FROM mz_store.replicas r
  JOIN mz_store.cluster_sizes z ON z.size = r.size WHERE r.cluster_id LIKE 'u%' AND r.cluster_id IS DISTINCT FROM $1`;

export function reconfigurations(store: Store) {
  const inProgress = (clusterId?: string): Promise<Reconfiguration[]> =>
    store.query<Reconfiguration>(
      `SELECT cluster_id AS "clusterId", size FROM mz_store.reconfigurations
       WHERE status = 'in-progress' AND ($1::text IS NULL OR cluster_id = $1)`,
      [clusterId ?? null],
    );

  return {
    /** Those under way, of one cluster or of all. */
    inProgress,

    /** Refuses with 53000 what would cost more than the region's limit; both sizes of a change count. */
    async requireCredits(clusterId: string | null, sizes: string[], limit: string): Promise<void> {
      const [row] = await store.query<{ current: string; desired: string; over: boolean }>(
        `WITH others AS (${OTHERS}), more AS (
           SELECT coalesce(sum(z.credits_per_hour), 0) AS credits FROM unnest($2::text[]) AS wanted (size)
           JOIN mz_store.cluster_sizes z USING (size))
         SELECT current, (current::numeric + credits)::text AS desired, current::numeric + credits > $3::numeric AS over
         FROM others, more`,
        [clusterId, sizes, limit],
      );
      if (row?.over !== true) return;
      const numbers = `desired: ${row.desired}, limit: ${limit}, current: ${row.current}`;
      const message = `creating cluster replica would violate max_credit_consumption_rate limit (${numbers})`;
      throw new MzError('53000', message, {
        hint: 'Drop an existing cluster replica or contact support to request a limit increase.',
      });
    },

    checkSize: (size: string) => checkSize(store, size),

    /** New replicas beside the old ones, which go on; what was under way before is replaced. */
    beginResize: (clusterId: string, size: string): Promise<void> =>
      store.transaction(async (on) => {
        const [cluster] = await on.query<{ size: string; ownerId: string; factor: number }>(
          `SELECT size, owner_id AS "ownerId", replication_factor AS factor FROM mz_store.clusters WHERE id = $1`,
          [clusterId],
        );
        const { size: before, ownerId, factor } = cluster!;
        const replicas = await on.query<CatalogReplica>(
          'SELECT id, name, size, cluster_id AS "clusterId" FROM mz_store.replicas WHERE cluster_id = $1',
          [clusterId],
        );
        // Names go on counting over what is there, and over what is replaced.
        const last = Math.max(0, ...replicas.map(({ name }) => Number(name.slice(1)) || 0));
        const abandoned = replicas.filter((replica) => replica.size !== before);
        for (let n = 1; n <= factor; n += 1) await addReplica(on, { id: clusterId, ownerId }, `r${last + n}`, size);
        await on.query('DELETE FROM mz_store.replicas WHERE id = ANY ($1)', [abandoned.map(({ id }) => id)]);
        await on.query(
          `INSERT INTO mz_store.reconfigurations VALUES ($1, 'in-progress', clock_timestamp() + interval '24 hours', $2, $3)
           ON CONFLICT (cluster_id) DO UPDATE SET status = excluded.status, deadline = excluded.deadline,
             size = excluded.size, replication_factor = excluded.replication_factor`,
          [clusterId, size, factor],
        );
      }),

    /** Ends what is under way: the new size is the cluster's, or the new replicas go. */
    settleResize: (clusterId: string, outcome: Outcome): Promise<void> =>
      store.transaction(async (on) => {
        const [change] = await on.query<{ size: string }>(
          `UPDATE mz_store.reconfigurations SET status = $2 WHERE cluster_id = $1 AND status = 'in-progress' RETURNING size`,
          [clusterId, outcome],
        );
        if (change === undefined) return;
        if (outcome === 'finalized') {
          await on.query('UPDATE mz_store.clusters SET size = $2 WHERE id = $1', [clusterId, change.size]);
        }
        await on.query(
          `DELETE FROM mz_store.replicas r USING mz_store.clusters c
           WHERE r.cluster_id = $1 AND c.id = r.cluster_id AND r.size IS DISTINCT FROM c.size`,
          [clusterId],
        );
      }),

    /** Sizes of a cluster's replicas, oldest first. */
    async sizesOf(clusterId: string): Promise<string[]> {
      const rows = await store.query<{ id: string; size: string }>(
        'SELECT id, size FROM mz_store.replicas WHERE cluster_id = $1',
        [clusterId],
      );
      return rows.sort(byId).map(({ size }) => size);
    },
  };
}
