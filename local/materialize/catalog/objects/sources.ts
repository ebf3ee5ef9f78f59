import type { Catalog } from '../catalog';
import { insertIngested } from './ingested';
import {
  type NamedItem,
  progressSql,
  type SourceDefinition,
  sourceSql,
  sourceTableSql,
  subsourceSql,
} from '../definitions/render';
import { type ItemRow, selectItems, toItem } from '../rows';
import { byId, nextId, quoteIdent, relationName, type Store } from '../store';
import type { AddedTable, CatalogItem, NewIngestedTable, NewName, StoredSource, UpstreamTable } from '../types';
import { finder, insertItem, readItem } from '../write';

type Sources = Pick<Catalog, 'addSource' | 'addSubsources' | 'addSourceTable' | 'storedSource' | 'storedSources'>;

const byName = (a: NewIngestedTable, b: NewIngestedTable): number => (a.name.name < b.name.name ? -1 : 1);

/** Postgres sources with their subsources and tables. */
export function sources(store: Store): Sources {
  async function addProgress(on: Store, id: string, name: NewName, ownerId: string): Promise<CatalogItem> {
    await on.query(`CREATE TABLE mz_store.${quoteIdent(id)} (lsn mz_catalog.uint8)`);
    await on.query(`CREATE VIEW ${relationName(name)} AS SELECT lsn FROM mz_store.${quoteIdent(id)}`);
    await on.query(
      `INSERT INTO mz_store.columns (id, position, name, nullable, type, type_oid, type_mod)
       VALUES ($1, 1, 'lsn', true, 'uint8', 16464, -1)`,
      [id],
    );
    return insertItem(on, {
      id,
      name,
      type: 'source',
      subtype: 'progress',
      ownerId,
      sql: progressSql(name),
      uses: ['s70'],
    });
  }

  async function addSubsource(
    on: Store,
    table: NewIngestedTable,
    source: CatalogItem,
    ownerId: string,
  ): Promise<AddedTable> {
    return insertIngested(on, table, {
      id: await nextId(on, 'item'),
      kind: 'subsource',
      source,
      clusterId: source.clusterId ?? '',
      ownerId,
      sql: subsourceSql(table, source),
    });
  }

  async function stored(item: CatalogItem): Promise<StoredSource> {
    const [row] = await store.query<{ definition: SourceDefinition }>(
      'SELECT definition FROM mz_store.items WHERE id = $1',
      [item.id],
    );
    const tables = await store.query<ItemRow & { upstream: UpstreamTable }>(
      `${selectItems.replace('SELECT i.id', 'SELECT t.upstream, i.id')} JOIN mz_store.ingested_tables t ON t.id = i.id
       WHERE t.source_id = $1`,
      [item.id],
    );
    return {
      item,
      slot: row!.definition.slot,
      publication: row!.definition.publication,
      timelineId: row!.definition.timelineId,
      connectionId: item.connectionId ?? '',
      clusterId: item.clusterId ?? '',
      tables: tables.sort(byId).map((table) => ({ item: toItem(table), upstream: table.upstream })),
    };
  }

  return {
    addSource: (source) =>
      store.transaction(async (on) => {
        const progressId = source.progress === null ? null : await nextId(on, 'item');
        const progress =
          source.progress === null || progressId === null
            ? null
            : await addProgress(on, progressId, source.progress, source.ownerId);
        const definition: SourceDefinition = {
          publication: source.publication,
          slot: source.slot,
          timelineId: source.timelineId,
          upstreamDatabase: source.upstreamDatabase,
          textColumns: source.textColumns ?? [],
          excludeColumns: source.excludeColumns ?? [],
          progressId,
        };
        const connection: NamedItem = (await finder(on, [source.connectionId]))(source.connectionId);
        const item = await insertItem(on, {
          name: source.name,
          type: 'source',
          subtype: 'postgres',
          ownerId: source.ownerId,
          clusterId: source.clusterId,
          connectionId: source.connectionId,
          definition,
          sql: sourceSql(source.name, definition, source.clusterId, connection, progress),
          uses: [source.connectionId, ...(progressId === null ? [] : [progressId])],
        });
        await on.query('INSERT INTO mz_internal.mz_postgres_sources VALUES ($1, $2, $3)', [
          item.id,
          source.slot,
          source.timelineId,
        ]);
        for (const reference of source.references) {
          await on.query(
            'INSERT INTO mz_internal.mz_source_references (source_id, namespace, name, columns) VALUES ($1, $2, $3, $4)',
            [item.id, reference.namespace, reference.name, reference.columns],
          );
        }
        const subsources: AddedTable[] = [];
        for (const table of [...source.subsources].sort(byName)) {
          subsources.push(await addSubsource(on, table, item, source.ownerId));
        }
        return { source: item, progress, subsources };
      }),

    addSubsources: (sourceId, tables, ownerId) =>
      store.transaction(async (on) => {
        const source = await readItem(on, sourceId);
        const added: AddedTable[] = [];
        for (const table of [...tables].sort(byName)) added.push(await addSubsource(on, table, source, ownerId));
        return added;
      }),

    addSourceTable: (sourceId, table, ownerId) =>
      store.transaction(async (on) => {
        const source = await readItem(on, sourceId);
        return insertIngested(on, table, {
          id: await nextId(on, 'item'),
          kind: 'table',
          source,
          clusterId: source.clusterId ?? '',
          ownerId,
          sql: sourceTableSql(table, source),
        });
      }),

    storedSource: async (id) => stored(await readItem(store, id)),

    async storedSources() {
      const rows = await store.query<ItemRow>(`${selectItems} WHERE i.type = 'source' AND i.subtype = 'postgres'`);
      return Promise.all(rows.sort(byId).map((row) => stored(toItem(row))));
    },
  };
}
