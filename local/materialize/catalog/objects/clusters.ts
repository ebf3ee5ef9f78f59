import { MzError } from '../../contract';
import { byId, insert, nextId, type Store } from '../store';
import type { CatalogCluster, CatalogReplica } from '../types';

/** Refuses names kept for the system. */
export function checkClusterName(name: string): void {
  if (!/^(mz_|pg_)/.test(name)) return;
  throw new MzError('XX000', `cluster name "${name}" is reserved`, {
    detail: 'The prefixes "mz_" and "pg_" are reserved for system clusters.',
  });
}

/** `unknown cluster replica size x`, with those there are. */
export async function checkSize(store: Store, size: string): Promise<void> {
  const rows = await store.query<{ size: string }>('SELECT size FROM mz_store.cluster_sizes ORDER BY position');
  const sizes = rows.map((row) => row.size);
  if (sizes.includes(size)) return;
  throw new MzError('XX000', `unknown cluster replica size ${size}`, {
    hint: `Valid cluster replica sizes are: ${sizes.join(', ')}`,
  });
}

export async function addReplica(
  on: Store,
  cluster: Pick<CatalogCluster, 'id' | 'ownerId'>,
  name: string,
  size: string,
): Promise<CatalogReplica> {
  const id = await nextId(on, 'replica');
  await insert(on, 'mz_store.replicas', { id, cluster_id: cluster.id, name, size, owner_id: cluster.ownerId });
  return { id, name, size, clusterId: cluster.id };
}

export function clusters(store: Store) {
  async function replicas(clusterId: string, on: Store = store): Promise<CatalogReplica[]> {
    const rows = await on.query<CatalogReplica>(
      'SELECT id, name, size, cluster_id AS "clusterId" FROM mz_store.replicas WHERE cluster_id = $1',
      [clusterId],
    );
    return rows.sort(byId);
  }

  async function read(column: 'id' | 'name', value: string, on: Store = store): Promise<CatalogCluster | null> {
    const [row] = await on.query<Omit<CatalogCluster, 'replicas'>>(
      `SELECT id, name, owner_id AS "ownerId", managed, size, replication_factor AS "replicationFactor"
       FROM mz_store.clusters WHERE ${column} = $1`,
      [value],
    );
    return row === undefined ? null : { ...row, replicas: await replicas(row.id, on) };
  }

  async function existing(column: 'id' | 'name', value: string, on?: Store): Promise<CatalogCluster> {
    const cluster = await read(column, value, on);
    if (cluster === null) throw new MzError('XX000', `unknown cluster '${value}'`);
    return cluster;
  }

  return {
    cluster: (id: string) => existing('id', id),
    findCluster: (name: string) => read('name', name),
    /** `unknown cluster 'x'`. */
    resolveCluster: (name: string) => existing('name', name),

    /** `unknown cluster replica size x` with the hint; the name check (`is reserved`, exists) is here too. */
    async addCluster(cluster: {
      name: string;
      size: string;
      replicationFactor: number;
      ownerId: string;
      schedule?: string;
      strategy?: object | null;
    }): Promise<CatalogCluster> {
      const { name, size, replicationFactor: factor, ownerId } = cluster;
      checkClusterName(name);
      await checkSize(store, size);
      if ((await read('name', name)) !== null) throw new MzError('XX000', `cluster '${name}' already exists`);
      return store.transaction(async (on) => {
        const id = await nextId(on, 'cluster');
        const { schedule, strategy } = cluster;
        const row = {
          id,
          name,
          owner_id: ownerId,
          managed: true,
          size,
          replication_factor: factor,
          schedule,
          strategy,
        };
        await insert(on, 'mz_store.clusters', row);
        const made = await existing('id', id, on);
        for (let n = 1; n <= factor; n += 1) await addReplica(on, made, `r${n}`, size);
        return existing('id', id, on);
      });
    },

    /** A new size replaces every replica; a new factor adds or removes the last ones. Equal values change nothing. */
    async alterCluster(
      id: string,
      change: { size?: string; replicationFactor?: number; schedule?: string; strategy?: object | null },
    ): Promise<{ cluster: CatalogCluster; added: CatalogReplica[]; removed: CatalogReplica[] }> {
      if (change.size !== undefined) await checkSize(store, change.size);
      return store.transaction(async (on) => {
        const before = await existing('id', id, on);
        const size = change.size ?? before.size ?? '';
        const factor = change.replicationFactor ?? before.replicationFactor ?? 0;
        const removed = before.replicas.filter((replica, index) => replica.size !== size || index >= factor);
        for (const replica of removed) await on.query('DELETE FROM mz_store.replicas WHERE id = $1', [replica.id]);
        const kept = before.replicas.filter((replica) => !removed.includes(replica)).map((replica) => replica.name);
        const added: CatalogReplica[] = [];
        for (let n = 1; n <= factor; n += 1) {
          if (!kept.includes(`r${n}`)) added.push(await addReplica(on, before, `r${n}`, size));
        }
        if (change.schedule !== undefined)
          await on.query('UPDATE mz_store.clusters SET schedule = $2 WHERE id = $1', [id, change.schedule]);
        if (change.strategy !== undefined)
          await on.query('UPDATE mz_store.clusters SET strategy = $2 WHERE id = $1', [id, change.strategy]);
        const resize = 'UPDATE mz_store.clusters SET size = $2, replication_factor = $3 WHERE id = $1';
        await on.query(resize, [id, size, factor]);
        return { cluster: await existing('id', id, on), added, removed };
      });
    },

    /** The replica sources of this cluster run on: the one with the lowest id, null without any. */
    replicaFor: async (clusterId: string): Promise<CatalogReplica | null> => (await replicas(clusterId))[0] ?? null,

    /** Its AUTO SCALING STRATEGY, null without one. */
    async strategyOf(clusterId: string): Promise<object | null> {
      const rows = await store.query<{ strategy: object | null }>(
        'SELECT strategy FROM mz_store.clusters WHERE id = $1',
        [clusterId],
      );
      return rows[0]?.strategy ?? null;
    },

    /** Ids of the Postgres sources in this cluster. */
    async sourcesIn(clusterId: string): Promise<string[]> {
      const rows = await store.query<{ id: string }>(
        `SELECT id FROM mz_store.items WHERE cluster_id = $1 AND type = 'source' AND subtype = 'postgres'`,
        [clusterId],
      );
      return rows.sort(byId).map((row) => row.id);
    },
  };
}
