import { MzError, type UpstreamConnection } from '../../contract';
import type { Catalog } from '../catalog';
import { connectionSql } from '../definitions/render';
import { byId, nextId, type Store } from '../store';
import type { ConnectionOptions, OptionValue } from '../types';
import { depend, finder, insertItem, readItem } from '../write';

type Connections = Pick<
  Catalog,
  | 'addSecret'
  | 'alterSecret'
  | 'addConnection'
  | 'alterConnection'
  | 'connectionOptions'
  | 'upstreamConnection'
  | 'sourcesUsing'
>;

const usedBy = (options: ConnectionOptions): string[] =>
  Object.values(options).flatMap((value) =>
    'secretId' in value ? [value.secretId] : 'itemId' in value ? [value.itemId] : [],
  );

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
export function connections(store: Store): Connections {
  async function connectionOptions(id: string): Promise<ConnectionOptions> {
    const [row] = await store.query<{ definition: { options: ConnectionOptions } }>(
      'SELECT definition FROM mz_store.items WHERE id = $1',
      [id],
    );
    if (row === undefined) throw new Error(`the catalog has no connection ${id}`);
    return row.definition.options;
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

    addSecret: ({ name, ownerId, value }) =>
      store.transaction(async (on) => {
        const item = await insertItem(on, { name, type: 'secret', ownerId });
        await on.query('INSERT INTO mz_store.secrets VALUES ($1, $2)', [item.id, value]);
        return item;
      }),

    async alterSecret(id, value) {
      await store.query('UPDATE mz_store.secrets SET value = $2 WHERE id = $1', [id, value]);
    },

    addConnection: ({ name, ownerId, type, options }) =>
      store.transaction(async (on) => {
        const id = await nextId(on, 'item');
        const uses = usedBy(options);
        const sql = connectionSql(name, options, await finder(on, uses));
        return insertItem(on, {
          id,
          name,
          type: 'connection',
          subtype: type,
          ownerId,
          definition: { options },
          sql,
          uses,
        });
      }),

    alterConnection: (id, options) =>
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

    async upstreamConnection(idOrOptions) {
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

    async sourcesUsing(itemId) {
      const rows = await store.query<{ id: string }>(
        `SELECT DISTINCT i.id FROM mz_internal.mz_object_transitive_dependencies d JOIN mz_store.items i ON i.id = d.object_id
         WHERE d.referenced_object_id = $1 AND i.type = 'source' AND i.subtype = 'postgres'`,
        [itemId],
      );
      return rows.sort(byId).map((row) => row.id);
    },
  };
}
