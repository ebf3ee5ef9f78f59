import { MzError, type UpstreamConnection } from '../../contract';
import { connectionSql, usedBy } from '../definitions/render';
import { byId, insert, type Store } from '../store';
import type { CatalogItem, ConnectionOptions, NewName, OptionValue } from '../types';
import { definitionOf, depend, finder, insertItem, readItem } from '../write';

const sslModes: Record<string, UpstreamConnection['sslMode']> = {
  disable: 'disable',
  require: 'require',
  required: 'require',
  verify_ca: 'verify_ca',
  'verify-ca': 'verify_ca',
  verify_full: 'verify_full',
  'verify-full': 'verify_full',
};

/** Secrets and connections. */
export function connections(store: Store) {
  async function connectionOptions(id: string): Promise<ConnectionOptions> {
    return (await definitionOf<{ options: ConnectionOptions }>(store, id)).options;
  }

  async function valueOf(value: OptionValue | undefined): Promise<string | null> {
    if (value === undefined) return null;
    if ('text' in value) return value.text;
    if ('number' in value) return String(value.number);
    if ('itemId' in value) throw new Error(`item ${value.itemId} is no text`);
    const [row] = await store.query<{ value: Buffer }>('SELECT value FROM mz_store.secrets WHERE id = $1', [
      value.secretId,
    ]);
    if (row === undefined) throw new Error(`the catalog has no secret ${value.secretId}`);
    return row.value.toString('utf8');
  }

  return {
    connectionOptions,

    // The caller has made sure that names are free, here and in all that adds items.
    addSecret: ({ name, ownerId, value }: { name: NewName; ownerId: string; value: Buffer }): Promise<CatalogItem> =>
      store.transaction(async (on) => {
        const item = await insertItem(on, { name, type: 'secret', ownerId });
        await insert(on, 'mz_store.secrets', { id: item.id, value });
        return item;
      }),

    async alterSecret(id: string, value: Buffer): Promise<void> {
      await store.query('UPDATE mz_store.secrets SET value = $2 WHERE id = $1', [id, value]);
    },

    addConnection: (added: {
      name: NewName;
      ownerId: string;
      type: 'postgres';
      options: ConnectionOptions;
    }): Promise<CatalogItem> =>
      store.transaction(async (on) => {
        const { name, ownerId, type, options } = added;
        const uses = usedBy(options);
        const sql = connectionSql(name, options, await finder(on, uses));
        const definition = { options };
        return insertItem(on, { name, type: 'connection', subtype: type, ownerId, definition, sql, uses });
      }),

    alterConnection: (id: string, options: ConnectionOptions): Promise<void> =>
      store.transaction(async (on) => {
        const uses = usedBy(options);
        const sql = connectionSql(await readItem(on, id), options, await finder(on, uses));
        await on.query(
          'UPDATE mz_store.items SET definition = $2, create_sql = $3, redacted_create_sql = $4 WHERE id = $1',
          [id, JSON.stringify({ options }), sql.createSql, sql.redactedCreateSql],
        );
        await on.query('DELETE FROM mz_store.dependencies WHERE object_id = $1', [id]);
        await depend(on, id, uses);
      }),

    /** The connection with its secrets read; `options` in place of the stored ones for validation before a change. */
    async upstreamConnection(idOrOptions: string | ConnectionOptions): Promise<UpstreamConnection> {
      const options = typeof idOrOptions === 'string' ? await connectionOptions(idOrOptions) : idOrOptions;
      const required = async (name: string): Promise<string> => {
        const value = await valueOf(options[name]);
        if (value === null) throw new MzError('XX000', `${name} option is required`);
        return value;
      };
      const mode = (await valueOf(options['SSL MODE'])) ?? 'disable';
      const sslMode = sslModes[mode.toLowerCase()];
      if (sslMode === undefined) throw new MzError('XX000', `invalid CONNECTION: unknown SSL MODE "${mode}"`);
      return {
        host: await required('HOST'),
        port: Number((await valueOf(options['PORT'])) ?? 5432),
        user: await required('USER'),
        password: await valueOf(options['PASSWORD']),
        database: await required('DATABASE'),
        sslMode,
        certificateAuthority: await valueOf(options['SSL CERTIFICATE AUTHORITY']),
      };
    },

    /** Ids of Postgres sources whose connection is, or uses, this item. */
    async sourcesUsing(itemId: string): Promise<string[]> {
      const rows = await store.query<{ id: string }>(
        `SELECT DISTINCT i.id FROM mz_internal.mz_object_transitive_dependencies d JOIN mz_store.items i ON i.id = d.object_id
         WHERE d.referenced_object_id = $1 AND i.type = 'source' AND i.subtype = 'postgres'`,
        [itemId],
      );
      return rows.sort(byId).map((row) => row.id);
    },
  };
}
