import { insertIngested } from './ingested';
import {
  type NamedItem,
  progressSql,
  type SourceDefinition,
  sourceSql,
  sourceTableSql,
  subsourceSql,
} from '../definitions/render';
import { selectItems } from '../rows';
import { byId, insert, nextId, quoteText, relationName, type Store } from '../store';
import type {
  AddedTable,
  CatalogItem,
  NewIngestedTable,
  NewName,
  NewSource,
  StoredSource,
  UpstreamTable,
} from '../types';
import { definitionOf, insertColumn, insertItem, readItem } from '../write';

const byName = (a: NewIngestedTable, b: NewIngestedTable): number => (a.name.name < b.name.name ? -1 : 1);

/** Postgres sources with their subsources and tables. */
export function sources(store: Store) {
  async function addProgress(on: Store, name: NewName, ownerId: string): Promise<CatalogItem> {
    const id = await nextId(on, 'item');
    await insertColumn(on, id, 1, { name: 'lsn', nullable: true, type: 'uint8', type_oid: 16464 });
    const kind = { type: 'source', subtype: 'progress' } as const;
    return insertItem(on, { id, name, ...kind, ownerId, sql: progressSql(name), uses: ['s70'] });
  }

  /** Its one row is how far the source has come. */
  const makeProgress = async (on: Store, name: NewName, sourceId: string): Promise<void> => {
    await on.query(`CREATE VIEW ${relationName(name)} AS SELECT mz_store.progress_of(${quoteText(sourceId)}) AS lsn`);
  };

  /** In the order of their names, as Materialize numbers them. */
  async function insertSubsources(
    on: Store,
    tables: NewIngestedTable[],
    source: CatalogItem,
    ownerId: string,
  ): Promise<AddedTable[]> {
    const added: AddedTable[] = [];
    for (const table of [...tables].sort(byName)) {
      added.push(
        await insertIngested(on, table, { kind: 'subsource', source, ownerId, sql: subsourceSql(table, source) }),
      );
    }
    return added;
  }

  async function stored(item: CatalogItem): Promise<StoredSource> {
    const { slot, publication, timelineId, standby = false } = await definitionOf<SourceDefinition>(store, item.id);
    const tables = await store.query<CatalogItem & { upstream: UpstreamTable }>(
      `${selectItems('t.upstream,')} JOIN mz_store.ingested_tables t ON t.id = i.id WHERE t.source_id = $1`,
      [item.id],
    );
    return {
      ...{ item, slot, publication, timelineId, standby },
      connectionId: item.connectionId ?? '',
      clusterId: item.clusterId ?? '',
      tables: tables.sort(byId).map(({ upstream, ...table }) => ({ item: table, upstream })),
    };
  }

  return {
    /** Ids: progress, source, then subsources by name, as Materialize numbers them. */
    addSource: (
      source: NewSource,
    ): Promise<{ source: CatalogItem; progress: CatalogItem | null; subsources: AddedTable[] }> =>
      store.transaction(async (on) => {
        const {
          name,
          ownerId,
          clusterId,
          connectionId,
          slot,
          timelineId,
          standby = false,
          publication,
          upstreamDatabase,
        } = source;
        const progress = source.progress && (await addProgress(on, source.progress, ownerId));
        const definition: SourceDefinition = {
          ...{ publication, slot, timelineId, standby, upstreamDatabase },
          textColumns: source.textColumns ?? [],
          excludeColumns: source.excludeColumns ?? [],
          progressId: progress?.id ?? null,
        };
        const connection: NamedItem = await readItem(on, connectionId);
        const item = await insertItem(on, {
          ...{ name, type: 'source', subtype: 'postgres', ownerId, clusterId, connectionId, definition },
          sql: sourceSql(name, definition, clusterId, connection, progress),
          uses: [connectionId, ...(progress === null ? [] : [progress.id])],
        });
        // Without a relation of its own for it, the source is that relation.
        await makeProgress(on, source.progress ?? name, item.id);
        const row = { id: item.id, replication_slot: slot, timeline_id: timelineId };
        await insert(on, 'mz_internal.mz_postgres_sources', row);
        for (const reference of source.references) {
          await insert(on, 'mz_internal.mz_source_references', { source_id: item.id, ...reference });
        }
        return { source: item, progress, subsources: await insertSubsources(on, source.subsources, item, ownerId) };
      }),

    /** ALTER SOURCE … ADD SUBSOURCE. */
    addSubsources: (sourceId: string, tables: NewIngestedTable[], ownerId: string): Promise<AddedTable[]> =>
      store.transaction(async (on) => insertSubsources(on, tables, await readItem(on, sourceId), ownerId)),

    /** CREATE TABLE … FROM SOURCE. */
    addSourceTable: (sourceId: string, table: NewIngestedTable, ownerId: string): Promise<AddedTable> =>
      store.transaction(async (on) => {
        const source = await readItem(on, sourceId);
        return insertIngested(on, table, { kind: 'table', source, ownerId, sql: sourceTableSql(table, source) });
      }),

    /** Where it reads from, without what it reads. */
    async originOf({ id, connectionId }: CatalogItem): Promise<{ connectionId: string; publication: string }> {
      const { publication } = await definitionOf<SourceDefinition>(store, id);
      return { connectionId: connectionId ?? '', publication };
    },

    async storedSources(): Promise<StoredSource[]> {
      const items = await store.query<CatalogItem>(
        `${selectItems()} WHERE i.type = 'source' AND i.subtype = 'postgres'`,
      );
      return Promise.all(items.sort(byId).map(stored));
    },
  };
}
