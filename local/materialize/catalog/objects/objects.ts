import { MzError } from '../../contract';
import type { Catalog } from '../catalog';
import { checkClusterName } from './clusters';
import { tableOf } from './privileges';
import { rerender } from '../definitions/rerender';
import { type ItemRow, type SchemaRow, selectItems, selectSchemas, toItem, toSchema } from '../rows';
import { nextId, quoteIdent, relationName, type Store } from '../store';

type Objects = Pick<Catalog, 'addSchema' | 'rename' | 'comment' | 'systemSettings' | 'setSystem'>;

/** What applies to objects of every kind, schemas, and the system's settings. */
export function objects(store: Store): Objects {
  return {
    async addSchema(database, name, ownerId) {
      const [taken] = await store.query(
        `${selectSchemas} WHERE s.name = $2 AND (d.name = $1 OR s.database_id IS NULL)`,
        [database, name],
      );
      if (taken !== undefined) throw new MzError('XX000', `schema '${name}' already exists`);
      return store.transaction(async (on) => {
        const id = await nextId(on, 'schema');
        await on.query(
          `INSERT INTO mz_store.schemas SELECT $1, nextval('mz_store.oids'), d.id, $3, $4 FROM mz_store.databases d WHERE d.name = $2`,
          [id, database, name, ownerId],
        );
        await on.query(`CREATE SCHEMA ${quoteIdent(name)}`);
        const [row] = await on.query<SchemaRow>(`${selectSchemas} WHERE s.id = $1`, [id]);
        return toSchema(row!);
      });
    },

    rename: ({ kind, id }, name) =>
      store.transaction(async (on) => {
        const table = tableOf(kind);
        if (table === null) throw new Error(`${kind} cannot be renamed`);
        if (kind === 'cluster') checkClusterName(name);
        if (table === 'mz_store.items') {
          const [row] = await on.query<ItemRow>(`${selectItems} WHERE i.id = $1`, [id]);
          const item = toItem(row!);
          await on.query(`ALTER TABLE IF EXISTS ${relationName(item)} RENAME TO ${quoteIdent(name)}`);
        } else if (kind === 'schema') {
          const [row] = await on.query<SchemaRow>(`${selectSchemas} WHERE s.id = $1`, [id]);
          await on.query(`ALTER SCHEMA ${quoteIdent(row!.name)} RENAME TO ${quoteIdent(name)}`);
        }
        await on.query(`UPDATE ${table} SET name = $2 WHERE id = $1`, [id, name]);
        await rerender(on);
      }),

    async comment({ kind, id }, column, text) {
      await store.transaction(async (on) => {
        await on.query(
          'DELETE FROM mz_store.comments WHERE id = $1 AND object_type = $2 AND object_sub_id IS NOT DISTINCT FROM $3',
          [id, kind, column],
        );
        if (text === null) return;
        await on.query('INSERT INTO mz_store.comments VALUES ($1, $2, $3, $4)', [id, kind, column, text]);
      });
    },

    async systemSettings() {
      const rows = await store.query<{ name: string; value: string }>(
        'SELECT name, value FROM mz_store.system_settings',
      );
      return Object.fromEntries(rows.map((row) => [row.name, row.value]));
    },

    async setSystem(name, value) {
      await store.query('DELETE FROM mz_store.system_settings WHERE name = $1', [name]);
      if (value !== null) await store.query('INSERT INTO mz_store.system_settings VALUES ($1, $2)', [name, value]);
    },
  };
}
