import { MzError } from '../contract';
import type { CatalogCluster, CatalogItem, CatalogSchema, NewName, ObjectRef, Privilege } from '../catalog';
import { flag, type DdlContext } from '../environment';

/** An object with the way errors name it. */
export interface Guarded {
  ref: ObjectRef;
  /** As in `permission denied for …`: `SCHEMA "materialize.shop"`. */
  label: string;
}

export const system: Guarded = { ref: { kind: 'system', id: null }, label: 'SYSTEM' };

export const guardedSchema = (schema: { id: string; database: string; name: string }): Guarded => ({
  ref: { kind: 'schema', id: schema.id },
  label: `SCHEMA "${schema.database}.${schema.name}"`,
});

export const guardedCluster = (cluster: CatalogCluster): Guarded => ({
  ref: { kind: 'cluster', id: cluster.id },
  label: `CLUSTER "${cluster.name}"`,
});

/** `MATERIALIZED VIEW` of `materialized-view`. */
export const kindWords = (type: string): string => type.replace('-', ' ').toUpperCase();

export const guardedItem = (item: CatalogItem): Guarded => ({
  ref: { kind: item.type, id: item.id },
  label: `${kindWords(item.type)} "${item.database}.${item.schema}.${item.name}"`,
});

export const checksPrivileges = (context: DdlContext): boolean =>
  flag(context.environment, 'enable_rbac_checks') && !context.role.superuser;

/** Refuses with 42501 when the session's role lacks the privilege and checks are on. */
export async function requirePrivilege(context: DdlContext, object: Guarded, privilege: Privilege): Promise<void> {
  if (!checksPrivileges(context)) return;
  const { role, catalog } = context;
  if (await catalog.hasPrivilege(role.name, object.ref, privilege)) return;
  throw new MzError('42501', `permission denied for ${object.label}`, {
    detail: `The '${role.name}' role needs ${privilege} privileges on ${object.label}`,
  });
}

/** Refuses with `must be owner of …`; `label` without quotes, as in `CLUSTER theirs`. */
export async function requireOwner(context: DdlContext, ref: ObjectRef, label: string): Promise<void> {
  if (!checksPrivileges(context)) return;
  if ((await context.catalog.ownerOf(ref)) === context.role.id) return;
  throw new MzError('42501', `must be owner of ${label}`);
}

export const requireItemOwner = (context: DdlContext, item: CatalogItem): Promise<void> =>
  requireOwner(
    context,
    { kind: item.type, id: item.id },
    `${kindWords(item.type)} ${item.database}.${item.schema}.${item.name}`,
  );

export const requireSchemaOwner = (context: DdlContext, schema: CatalogSchema): Promise<void> =>
  requireOwner(context, { kind: 'schema', id: schema.id }, `SCHEMA ${schema.database}.${schema.name}`);

/** What every new item needs: CREATE on its schema. */
export const requireCreateIn = (context: DdlContext, name: NewName): Promise<void> =>
  requirePrivilege(context, guardedSchema({ id: name.schemaId, database: name.database, name: name.schema }), 'CREATE');
