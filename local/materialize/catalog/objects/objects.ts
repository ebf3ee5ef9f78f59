import { MzError } from '../../contract';
import { rerender } from '../definitions/rerender';
import { selectItems, selectSchemas } from '../rows';
import { insert, nextId, quoteIdent, relationName, type Store } from '../store';
import type { CatalogItem, CatalogSchema, ObjectRef } from '../types';
import { checkClusterName } from './clusters';
import { tableOf } from './privileges';

/** What applies to objects of every kind, schemas, and the system's settings. */
export function objects(store: Store) {
  return {
    async addSchema(database: string, name: string, ownerId: string): Promise<CatalogSchema> {
      const [taken] = await store.query(
        `${selectSchemas} WHERE s.name = $2 AND (d.name = $1 OR s.database_id IS NULL)`,
        [database, name],
      );
      if (taken !== undefined) throw new MzError('XX000', `schema '${name}' already exists`);
      return store.transaction(async (on) => {
        const id = await nextId(on, 'schema');
        await on.query(
          `INSERT INTO mz_store.schemas (id, database_id, name, owner_id)
           SELECT $1, d.id, $3, $4 FROM mz_store.databases d WHERE d.name = $2`,
          [id, database, name, ownerId],
        );
        await on.query(`CREATE SCHEMA ${quoteIdent(name)}`);
        const [schema] = await on.query<CatalogSchema>(`${selectSchemas} WHERE s.id = $1`, [id]);
        return schema!;
      });
    },

    rename: ({ kind, id }: ObjectRef, name: string): Promise<void> =>
      store.transaction(async (on) => {
        const table = tableOf(kind);
        if (table === null) throw new Error(`${kind} cannot be renamed`);
        if (kind === 'cluster') checkClusterName(name);
        if (table === 'mz_store.items') {
          const [item] = await on.query<CatalogItem>(`${selectItems()} WHERE i.id = $1`, [id]);
          await on.query(`ALTER TABLE IF EXISTS ${relationName(item!)} RENAME TO ${quoteIdent(name)}`);
        } else if (kind === 'schema') {
          const [schema] = await on.query<CatalogSchema>(`${selectSchemas} WHERE s.id = $1`, [id]);
          await on.query(`ALTER SCHEMA ${quoteIdent(schema!.name)} RENAME TO ${quoteIdent(name)}`);
        }
        await on.query(`UPDATE ${table} SET name = $2 WHERE id = $1`, [id, name]);
        await rerender(on);
      }),

    /** Null removes the comment. `column` is the 1-based position. */
    async comment({ kind, id }: ObjectRef, column: number | null, text: string | null): Promise<void> {
      await store.transaction(async (on) => {
        await on.query(
          'DELETE FROM mz_store.comments WHERE id = $1 AND object_type = $2 AND object_sub_id IS NOT DISTINCT FROM $3',
          [id, kind, column],
        );
        if (text === null) return;
        await insert(on, 'mz_store.comments', { id, object_type: kind, object_sub_id: column, comment: text });
      });
    },

    /** Settings by ALTER SYSTEM, kept over restarts. */
    async systemSettings(): Promise<Record<string, string>> {
      const rows = await store.query<{ name: string; value: string }>(
        'SELECT name, value FROM mz_store.system_settings',
      );
      return Object.fromEntries(rows.map((row) => [row.name, row.value]));
    },

    async setSystem(name: string, value: string | null): Promise<void> {
      await store.query('DELETE FROM mz_store.system_settings WHERE name = $1', [name]);
      if (value !== null) await insert(store, 'mz_store.system_settings', { name, value });
    },
  };
}
