import { MzError } from '../../contract';
import type { Catalog } from '../catalog';
import { byId, nextId, type Store } from '../store';
import type { CatalogCluster, CatalogReplica } from '../types';

interface ClusterRow {
  id: string;
  name: string;
  owner_id: string;
  managed: boolean;
  size: string | null;
  replication_factor: number | null;
}

type Clusters = Pick<
  Catalog,
  'findCluster' | 'resolveCluster' | 'cluster' | 'addCluster' | 'alterCluster' | 'replicaFor' | 'sourcesIn'
>;

/** Refuses names kept for the system. */
export function checkClusterName(name: string): void {
  if (!/^(mz_|pg_)/.test(name)) return;
  throw new MzError('XX000', `cluster name "${name}" is reserved`, {
    detail: 'The prefixes "mz_" and "pg_" are reserved for system clusters.',
  });
}

export function clusters(store: Store): Clusters {
  async function replicas(clusterId: string, on: Store = store): Promise<CatalogReplica[]> {
    const rows = await on.query<{ id: string; name: string; size: string }>(
      'SELECT id, name, size FROM mz_store.replicas WHERE cluster_id = $1',
      [clusterId],
    );
    return rows.map((row) => ({ ...row, clusterId })).sort(byId);
  }

  async function read(column: 'id' | 'name', value: string, on: Store = store): Promise<CatalogCluster | null> {
    const [row] = await on.query<ClusterRow>(`SELECT * FROM mz_store.clusters WHERE ${column} = $1`, [value]);
    if (row === undefined) return null;
    return {
      id: row.id,
      name: row.name,
      ownerId: row.owner_id,
      managed: row.managed,
      size: row.size,
      replicationFactor: row.replication_factor,
      replicas: await replicas(row.id, on),
    };
  }

  async function checkSize(size: string): Promise<void> {
    const rows = await store.query<{ size: string }>('SELECT size FROM mz_store.cluster_sizes ORDER BY position');
    const sizes = rows.map((row) => row.size);
    if (sizes.includes(size)) return;
    throw new MzError('XX000', `unknown cluster replica size ${size}`, {
      hint: `Valid cluster replica sizes are: ${sizes.join(', ')}`,
    });
  }

  async function addReplica(on: Store, cluster: CatalogCluster, name: string, size: string): Promise<CatalogReplica> {
    const id = await nextId(on, 'replica');
    await on.query('INSERT INTO mz_store.replicas (id, cluster_id, name, size, owner_id) VALUES ($1, $2, $3, $4, $5)', [
      id,
      cluster.id,
      name,
      size,
      cluster.ownerId,
    ]);
    return { id, name, size, clusterId: cluster.id };
  }

  async function existing(column: 'id' | 'name', value: string, on?: Store): Promise<CatalogCluster> {
    const cluster = await read(column, value, on);
    if (cluster === null) throw new MzError('XX000', `unknown cluster '${value}'`);
    return cluster;
  }

  return {
    findCluster: (name) => read('name', name),
    resolveCluster: (name) => existing('name', name),
    cluster: (id) => existing('id', id),

    async addCluster({ name, size, replicationFactor, ownerId }) {
      checkClusterName(name);
      await checkSize(size);
      if ((await read('name', name)) !== null) throw new MzError('XX000', `cluster '${name}' already exists`);
      return store.transaction(async (on) => {
        const id = await nextId(on, 'cluster');
        await on.query('INSERT INTO mz_store.clusters VALUES ($1, $2, $3, true, $4, $5)', [
          id,
          name,
          ownerId,
          size,
          replicationFactor,
        ]);
        const cluster = await existing('id', id, on);
        for (let n = 1; n <= replicationFactor; n += 1) await addReplica(on, cluster, `r${n}`, size);
        return existing('id', id, on);
      });
    },

    async alterCluster(id, change) {
      if (change.size !== undefined) await checkSize(change.size);
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
        await on.query('UPDATE mz_store.clusters SET size = $2, replication_factor = $3 WHERE id = $1', [
          id,
          size,
          factor,
        ]);
        return { cluster: await existing('id', id, on), added, removed };
      });
    },

    replicaFor: async (clusterId) => (await replicas(clusterId))[0] ?? null,

    async sourcesIn(clusterId) {
      const rows = await store.query<{ id: string }>(
        `SELECT id FROM mz_store.items WHERE cluster_id = $1 AND type = 'source' AND subtype = 'postgres'`,
        [clusterId],
      );
      return rows.sort(byId).map((row) => row.id);
    },
  };
}
