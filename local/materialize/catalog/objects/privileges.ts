import { MzError } from '../../contract';
import { insert, nextId, quoteIdent, type Store } from '../store';
import type { CatalogRole, ObjectKind, ObjectRef, Privilege } from '../types';

/** Table of the store that holds objects of a kind. */
export const tableOf = (kind: ObjectKind): string | null => {
  if (kind === 'system' || kind === 'role') return null;
  if (kind === 'cluster' || kind === 'schema' || kind === 'database') return `mz_store.${kind}s`;
  return 'mz_store.items';
};

/** Roles, owners and privileges. Roles are roles of the store as well, so that `current_user` is the client's. */
export function privileges(store: Store) {
  async function findRole(name: string): Promise<CatalogRole | null> {
    const [role] = await store.query<CatalogRole>('SELECT id, name, superuser FROM mz_store.roles WHERE name = $1', [
      name,
    ]);
    return role ?? null;
  }

  return {
    findRole,

    /** `unknown role 'x'`. */
    async resolveRole(name: string): Promise<CatalogRole> {
      const role = await findRole(name);
      if (role === null) throw new MzError('XX000', `unknown role '${name}'`);
      return role;
    },

    async addRole(name: string, { superuser = false } = {}): Promise<CatalogRole> {
      if ((await findRole(name)) !== null) throw new MzError('XX000', `role '${name}' already exists`);
      return store.transaction(async (on) => {
        const id = await nextId(on, 'role');
        await insert(on, 'mz_store.roles', { id, name, superuser });
        await makeStoreRole(on, name);
        return { id, name, superuser };
      });
    },

    async grant(object: ObjectRef, granted: Privilege[], roleId: string, grantorId: string): Promise<void> {
      await store.query(
        `INSERT INTO mz_store.grants SELECT $1, $2, privilege, $4, $5 FROM unnest($3::text[]) AS privilege
         ON CONFLICT DO NOTHING`,
        [object.kind, object.id ?? '', granted, roleId, grantorId],
      );
    },

    async revoke(object: ObjectRef, revoked: Privilege[], roleId: string): Promise<void> {
      await store.query(
        'DELETE FROM mz_store.grants WHERE kind = $1 AND id = $2 AND privilege = ANY($3) AND grantee = $4',
        [object.kind, object.id ?? '', revoked, roleId],
      );
    },

    /** By grant, by PUBLIC, as owner, or as superuser; whether checks are on is the caller's business. */
    async hasPrivilege(role: string, { kind, id }: ObjectRef, privilege: Privilege): Promise<boolean> {
      const values = [role, kind, id ?? '', privilege];
      const [row] = await store.query<{ has: boolean }>('SELECT mz_store.has($1, $2, $3, $4) AS has', values);
      return row!.has;
    },

    async ownerOf(object: ObjectRef): Promise<string | null> {
      const table = tableOf(object.kind);
      if (table === null) return null;
      const [row] = await store.query<{ owner_id: string }>(`SELECT owner_id FROM ${table} WHERE id = $1`, [object.id]);
      return row?.owner_id ?? null;
    },

    async changeOwner(object: ObjectRef, roleId: string): Promise<void> {
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
