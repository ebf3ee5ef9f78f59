import { MzError } from '../../contract';
import type { Catalog } from '../catalog';
import { indexSql, viewSql } from '../definitions/render';
import { nextId, quoteIdent, relationName, type Store } from '../store';
import type { NewName } from '../types';
import { finder, insertItem, readItem } from '../write';

type Views = Pick<Catalog, 'addView' | 'addIndex' | 'addTable'>;

const systemPath = ['mz_catalog', 'pg_catalog'];

/** Relations the store itself keeps: views, materialized views (kept as views: always fresh), tables; and indexes. */
export function views(store: Store): Views {
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
    addView: ({ name, ownerId, query, columns, materializedIn, session }) =>
      store.transaction(async (on) => {
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

    addIndex: ({ name, ownerId, onId, clusterId, columns, key }) =>
      store.transaction(async (on) => {
        const relation = (await finder(on, [onId]))(onId);
        return insertItem(on, {
          name,
          type: 'index',
          ownerId,
          clusterId,
          definition: { on: onId, columns, key },
          sql: indexSql(name, clusterId, relation, key),
          uses: [onId],
        });
      }),

    addTable: ({ name, ownerId, columnsSql, createSql }) =>
      store.transaction(async (on) => {
        if (columnsSql.trim() === '') throw new MzError('42601', 'a table needs columns');
        await on.query('SET LOCAL search_path = mz_catalog, pg_catalog');
        await on.query(`CREATE TABLE ${relationName(name)} (${columnsSql})`);
        const item = await insertItem(on, {
          name,
          type: 'table',
          ownerId,
          sql: { createSql, redactedCreateSql: createSql },
        });
        await describeColumns(on, item.id, name);
        return readItem(on, item.id);
      }),
  };
}
