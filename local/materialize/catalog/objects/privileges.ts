import { MzError } from '../../contract';
import type { Catalog } from '../catalog';
import { nextId, quoteIdent, type Store } from '../store';
import type { CatalogRole, ObjectKind, ObjectRef } from '../types';

type Privileges = Pick<
  Catalog,
  'findRole' | 'resolveRole' | 'roleById' | 'addRole' | 'grant' | 'revoke' | 'hasPrivilege' | 'ownerOf' | 'changeOwner'
>;

/** Table of the store that holds objects of a kind. */
export const tableOf = (kind: ObjectKind): string | null => {
  if (kind === 'system' || kind === 'role') return null;
  if (kind === 'cluster' || kind === 'schema' || kind === 'database') return `mz_store.${kind}s`;
  return 'mz_store.items';
};

/** Roles, owners and privileges. Roles are roles of the store as well, so that `current_user` is the client's. */
export function privileges(store: Store): Privileges {
  async function read(column: 'id' | 'name', value: string): Promise<CatalogRole | null> {
    const [row] = await store.query<CatalogRole & { oid: number }>(
      `SELECT id, name, superuser FROM mz_store.roles WHERE ${column} = $1`,
      [value],
    );
    return row === undefined ? null : { id: row.id, name: row.name, superuser: row.superuser };
  }

  async function existing(column: 'id' | 'name', value: string): Promise<CatalogRole> {
    const role = await read(column, value);
    if (role === null) throw new MzError('XX000', `unknown role '${value}'`);
    return role;
  }

  return {
    findRole: (name) => read('name', name),
    resolveRole: (name) => existing('name', name),
    roleById: (id) => existing('id', id),

    async addRole(name, options = {}) {
      if ((await read('name', name)) !== null) throw new MzError('XX000', `role '${name}' already exists`);
      return store.transaction(async (on) => {
        const id = await nextId(on, 'role');
        const superuser = options.superuser ?? false;
        await on.query(`INSERT INTO mz_store.roles VALUES ($1, nextval('mz_store.oids'), $2, $3)`, [
          id,
          name,
          superuser,
        ]);
        await makeStoreRole(on, name);
        return { id, name, superuser };
      });
    },

    async grant(object, granted, roleId, grantorId) {
      await store.query(
        `INSERT INTO mz_store.grants SELECT $1, $2, privilege, $4, $5 FROM unnest($3::text[]) AS privilege
         ON CONFLICT DO NOTHING`,
        [object.kind, object.id ?? '', granted, roleId, grantorId],
      );
    },

    async revoke(object, revoked, roleId) {
      await store.query(
        'DELETE FROM mz_store.grants WHERE kind = $1 AND id = $2 AND privilege = ANY($3) AND grantee = $4',
        [object.kind, object.id ?? '', revoked, roleId],
      );
    },

    async hasPrivilege(role, object, privilege) {
      const [row] = await store.query<{ has: boolean }>('SELECT mz_store.has($1, $2, $3, $4) AS has', [
        role,
        object.kind,
        object.id ?? '',
        privilege,
      ]);
      return row!.has;
    },

    async ownerOf(object) {
      const table = tableOf(object.kind);
      if (table === null) return null;
      const [row] = await store.query<{ owner_id: string }>(`SELECT owner_id FROM ${table} WHERE id = $1`, [object.id]);
      return row?.owner_id ?? null;
    },

    async changeOwner(object: ObjectRef, roleId) {
      const table = tableOf(object.kind);
      if (table === null) throw new Error(`${object.kind} has no owner`);
      await store.query(`UPDATE ${table} SET owner_id = $2 WHERE id = $1`, [object.id, roleId]);
    },
  };
}

/** Who may do what is decided in front of the store, so its roles are free to read. */
export async function makeStoreRole(on: Store, name: string): Promise<void> {
  const [known] = await on.query('SELECT FROM pg_roles WHERE rolname = $1', [name]);
  if (known === undefined) await on.query(`CREATE ROLE ${quoteIdent(name)} LOGIN SUPERUSER`);
}
