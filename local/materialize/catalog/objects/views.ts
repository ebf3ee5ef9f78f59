import { MzError } from '../../contract';
import { indexSql, viewSql } from '../definitions/render';
import { nextId, quoteIdent, relationName, type Store } from '../store';
import type { CatalogItem, CatalogSession, NewName } from '../types';
import { insertItem, readItem } from '../write';

const systemPath = ['mz_catalog', 'pg_catalog'];

/** Relations the store itself keeps: views, materialized views (kept as views: always fresh), tables; and indexes. */
export function views(store: Store) {
  /** Ids of the items a relation of the store reads. */
  async function usedItems(on: Store, relation: NewName): Promise<string[]> {
    const rows = await on.query<{ id: string }>(
      `SELECT DISTINCT i.id FROM pg_rewrite r
         JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
         JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN mz_store.schemas s ON s.name = n.nspname JOIN mz_store.items i ON i.schema_id = s.id AND i.name = c.relname
       WHERE r.ev_class = $1::regclass AND c.oid <> r.ev_class`,
      [relationName(relation)],
    );
    return rows.map((row) => row.id);
  }

  async function describeColumns(on: Store, id: string, relation: NewName): Promise<void> {
    await on.query(
      `INSERT INTO mz_store.columns (id, position, name, nullable, type, type_oid, type_mod)
       SELECT $1, a.attnum, a.attname, NOT a.attnotnull, replace(format_type(a.atttypid, NULL), 'mz_catalog.', ''),
         coalesce(m.oid, a.atttypid), -1
       FROM pg_attribute a LEFT JOIN mz_store.type_oids m ON m.store_oid = a.atttypid
       WHERE a.attrelid = $2::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
      [id, relationName(relation)],
    );
  }

  return {
    /** CREATE VIEW / MATERIALIZED VIEW; `query` is the SELECT, which the store itself checks. */
    addView: (view: {
      name: NewName;
      ownerId: string;
      query: string;
      columns?: string[];
      materializedIn?: string;
      session: CatalogSession;
    }): Promise<CatalogItem> =>
      store.transaction(async (on) => {
        const { name, ownerId, query, columns, materializedIn, session } = view;
        const searchPath = [...session.searchPath, ...systemPath].map(quoteIdent).join(', ');
        await on.query(`SET LOCAL search_path = ${searchPath}`);
        const list = columns === undefined ? '' : ` (${columns.map(quoteIdent).join(', ')})`;
        await on.query(`CREATE VIEW ${relationName(name)}${list} AS ${query}`);
        await on.query('SET LOCAL search_path = pg_catalog');
        const id = await nextId(on, 'item');
        const item = await insertItem(on, {
          id,
          name,
          type: materializedIn === undefined ? 'view' : 'materialized-view',
          ownerId,
          clusterId: materializedIn,
          definition: { query: `${query};`, columns },
          sql: viewSql(name, query, materializedIn ?? null),
          uses: await usedItems(on, name),
        });
        await describeColumns(on, id, name);
        return item;
      }),

    addIndex: (index: {
      name: NewName;
      ownerId: string;
      onId: string;
      clusterId: string;
      /** As SHOW INDEXES has them. */
      columns: string[];
      /** The same as SQL: names quoted where they need it, or expressions. */
      key: string[];
    }): Promise<CatalogItem> =>
      store.transaction(async (on) => {
        const { name, ownerId, onId, clusterId, columns, key } = index;
        const sql = indexSql(name, clusterId, await readItem(on, onId), key);
        const definition = { on: onId, columns, key };
        return insertItem(on, { name, type: 'index', ownerId, clusterId, definition, sql, uses: [onId] });
      }),

    /** A plain CREATE TABLE (columns as written in SQL). */
    addTable: (table: {
      name: NewName;
      ownerId: string;
      columnsSql: string;
      createSql: string;
    }): Promise<CatalogItem> =>
      store.transaction(async (on) => {
        const { name, ownerId, columnsSql, createSql } = table;
        if (columnsSql.trim() === '') throw new MzError('42601', 'a table needs columns');
        await on.query('SET LOCAL search_path = mz_catalog, pg_catalog');
        await on.query(`CREATE TABLE ${relationName(name)} (${columnsSql})`);
        const sql = { createSql, redactedCreateSql: createSql };
        const item = await insertItem(on, { name, type: 'table', ownerId, sql });
        await describeColumns(on, item.id, name);
        return item;
      }),
  };
}
