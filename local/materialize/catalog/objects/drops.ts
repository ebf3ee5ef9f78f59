import { MzError } from '../../contract';
import { fullName, selectItems, typeText } from '../rows';
import { byId, quoteIdent, relationName, type Store } from '../store';
import type { CatalogCluster, CatalogItem, CatalogRole, CatalogSchema, CatalogSession, RemovedObject } from '../types';

const useCascade = { hint: 'Use DROP ... CASCADE to drop the dependent objects too.' };

/** What is kept of an item under its id, and the column that has it. */
const BY_ID = [
  ...['items', 'secrets', 'columns', 'ingested_tables'].map((table) => [`mz_store.${table}`, 'id'] as const),
  ['mz_store.dependencies', 'object_id'],
  ['mz_internal.mz_postgres_sources', 'id'],
  ['mz_internal.mz_source_references', 'source_id'],
  ['mz_internal.mz_frontiers', 'object_id'],
  ['mz_internal.mz_source_statistics', 'id'],
] as const;

const removedItem = (item: CatalogItem, requested: boolean): RemovedObject => ({
  kind: typeText(item.type).toUpperCase(),
  display: fullName(item),
  id: item.id,
  item,
  requested,
});

async function forget(on: Store, kind: string, id: string): Promise<void> {
  await on.query('DELETE FROM mz_store.comments WHERE id = $1 AND object_type = $2', [id, kind]);
  await on.query('DELETE FROM mz_store.grants WHERE id = $1 AND kind = $2', [id, kind]);
}

/** DROP of everything, in the order Materialize lists what goes along: dependents, the object, its progress relation. */
export function drops(store: Store, minimalName: (item: CatalogItem, session: CatalogSession) => string) {
  const itemsWhere = (condition: string, value: string): Promise<CatalogItem[]> =>
    store.query<CatalogItem>(`${selectItems()} WHERE ${condition}`, [value]);

  /** Direct dependents in id order. */
  async function dependents(id: string): Promise<CatalogItem[]> {
    const using = 'SELECT object_id FROM mz_store.dependencies WHERE referenced_object_id = $1';
    return (await itemsWhere(`i.id IN (${using})`, id)).sort(byId);
  }

  async function progressOf(source: CatalogItem): Promise<CatalogItem[]> {
    if (source.subtype !== 'postgres') return [];
    return itemsWhere(`i.id = (SELECT definition->>'progressId' FROM mz_store.items WHERE id = $1)`, source.id);
  }

  /** Everything that goes with these items, each once. */
  async function closure(items: CatalogItem[]): Promise<CatalogItem[]> {
    const seen = new Set<string>();
    const order: CatalogItem[] = [];
    const visit = async (item: CatalogItem): Promise<void> => {
      if (seen.has(item.id)) return;
      seen.add(item.id);
      for (const dependent of await dependents(item.id)) await visit(dependent);
      order.push(item);
      for (const progress of await progressOf(item)) await visit(progress);
    };
    for (const item of items) await visit(item);
    return order;
  }

  async function remove(items: CatalogItem[]): Promise<void> {
    const ids = items.map((item) => item.id);
    // First and by itself: readers waiting for a snapshot hold locks on the relations until they see that it is gone.
    await store.query('DELETE FROM mz_store.table_state WHERE id = ANY($1)', [ids]);
    await store.transaction(async (on) => {
      for (const item of items) {
        const isView = item.type !== 'table' || item.sourceId !== null;
        if (['secret', 'connection', 'index'].includes(item.type)) continue;
        await on.query(`DROP ${isView ? 'VIEW' : 'TABLE'} IF EXISTS ${relationName(item)} CASCADE`);
        await on.query(`DROP TABLE IF EXISTS mz_store.${quoteIdent(item.id)}`);
      }
      for (const [table, id] of BY_ID) await on.query(`DELETE FROM ${table} WHERE ${id} = ANY($1)`, [ids]);
      // Clusters, schemas and items are numbered apart: an id alone does not say whose comment it is.
      const kinds = [...new Set(items.map((item) => item.type))];
      await on.query('DELETE FROM mz_store.comments WHERE id = ANY($1) AND object_type = ANY($2)', [ids, kinds]);
      await on.query('DELETE FROM mz_store.grants WHERE id = ANY($1) AND kind = ANY($2)', [ids, kinds]);
    });
  }

  return {
    dependents,

    /** `cannot drop source "x": still depended upon by …` without cascade. Removes rows, relations and tables. */
    async dropItems(
      items: CatalogItem[],
      { cascade, session }: { cascade: boolean; session: CatalogSession },
    ): Promise<RemovedObject[]> {
      const all = await closure(items);
      const requested = new Set(items.map((item) => item.id));
      const progress = new Set((await Promise.all(items.map(progressOf))).flat().map((item) => item.id));
      if (!cascade) {
        for (const item of items) {
          const [dependent] = (await dependents(item.id)).filter((candidate) => !requested.has(candidate.id));
          if (dependent === undefined || progress.has(item.id)) continue;
          throw new MzError(
            'XX000',
            `cannot drop ${typeText(item.type)} "${minimalName(item, session)}": still depended upon by ${typeText(dependent.type)} "${minimalName(dependent, session)}"`,
            useCascade,
          );
        }
      }
      await remove(all);
      return all.map((item) => removedItem(item, requested.has(item.id)));
    },

    /** `schema 'materialize.x' cannot be dropped without CASCADE while it contains objects`. */
    async dropSchema(schema: CatalogSchema, { cascade }: { cascade: boolean }): Promise<RemovedObject[]> {
      const contents = await itemsWhere('i.schema_id = $1', schema.id);
      contents.sort((a, b) => (a.name < b.name ? -1 : 1));
      if (contents.length > 0 && !cascade) {
        throw new MzError(
          'XX000',
          `schema '${schema.database}.${schema.name}' cannot be dropped without CASCADE while it contains objects`,
        );
      }
      const all = await closure(contents);
      await remove(all);
      await store.transaction(async (on) => {
        await on.query(`DROP SCHEMA IF EXISTS ${quoteIdent(schema.name)} CASCADE`);
        await on.query('DELETE FROM mz_store.schemas WHERE id = $1', [schema.id]);
        await forget(on, 'schema', schema.id);
      });
      return [
        ...all.map((item) => removedItem(item, false)),
        { kind: 'SCHEMA', display: `${schema.database}.${schema.name}`, id: schema.id, item: null, requested: true },
      ];
    },

    /** `cannot drop cluster "x" because other objects depend on it`. Replicas go with it and are listed. */
    async dropCluster(cluster: CatalogCluster, { cascade }: { cascade: boolean }): Promise<RemovedObject[]> {
      const bound = (await itemsWhere('i.cluster_id = $1', cluster.id)).sort(byId);
      if (bound.length > 0 && !cascade) {
        const why = 'because other objects depend on it';
        throw new MzError('XX000', `cannot drop cluster "${cluster.name}" ${why}`, useCascade);
      }
      const all = await closure(bound);
      await remove(all);
      await store.query('DELETE FROM mz_store.clusters WHERE id = $1', [cluster.id]);
      await forget(store, 'cluster', cluster.id);
      return [
        ...all.map((item) => removedItem(item, false)),
        ...cluster.replicas.map(({ name, id }) => {
          return { kind: 'CLUSTER REPLICA', display: name, id, item: null, requested: false };
        }),
        { kind: 'CLUSTER', display: cluster.name, id: cluster.id, item: null, requested: true },
      ];
    },

    async dropRole(role: CatalogRole): Promise<void> {
      await store.transaction(async (on) => {
        await on.query('DELETE FROM mz_store.grants WHERE grantee = $1', [role.id]);
        await on.query('DELETE FROM mz_store.roles WHERE id = $1', [role.id]);
        await on.query(`DROP ROLE IF EXISTS ${quoteIdent(role.name)}`);
      });
    },
  };
}
