import { notSupported, MzError } from '../contract';
import type { CatalogItem, ObjectRef } from '../catalog';
import type { DdlContext } from '../environment';
import type { ItemKind, Name } from '../sql/ast';
import { ITEM_TYPES } from './drop';
import { kindWords } from './privileges';

/** An object a statement names by its kind, with the words errors use for it. */
export interface Resolved {
  ref: ObjectRef;
  /** `CLUSTER theirs`, `SOURCE materialize.shop.orders`. */
  owned: string;
  /** `CLUSTER "theirs"`, `SCHEMA "materialize.shop"`. */
  label: string;
  item: CatalogItem | null;
}

const named = (kind: string, ref: ObjectRef, name: string, item: CatalogItem | null = null): Resolved => ({
  ref,
  owned: `${kind} ${name}`,
  label: `${kind} "${name}"`,
  item,
});

/** Finds the object or throws Materialize's `unknown …`. TABLE stands for everything that can be selected from. */
export async function resolveObject(
  context: DdlContext,
  kind: ItemKind,
  name: Name,
  anyRelation = false,
): Promise<Resolved> {
  const { catalog, session } = context;
  const [first = ''] = name;
  switch (kind) {
    case 'CLUSTER':
      return named(kind, { kind: 'cluster', id: (await catalog.resolveCluster(first)).id }, first);
    case 'DATABASE':
      return named(kind, { kind: 'database', id: await catalog.databaseId(first) }, first);
    case 'ROLE':
      return named(kind, { kind: 'role', id: (await catalog.resolveRole(first)).id }, first);
    case 'SCHEMA': {
      const schema = await catalog.resolveSchema(name, session);
      return named(kind, { kind: 'schema', id: schema.id }, `${schema.database}.${schema.name}`);
    }
    default: {
      const type = ITEM_TYPES[kind];
      if (type === undefined) throw notSupported(`naming a ${kind} here`);
      const item = await catalog.resolveItem(name, session, anyRelation ? undefined : [type]);
      const ref: ObjectRef = { kind: item.type, id: item.id };
      return named(kindWords(item.type), ref, `${item.database}.${item.schema}.${item.name}`, item);
    }
  }
}

/** The relation and the 1-based place of one of its columns. */
export async function resolveColumn(context: DdlContext, name: Name): Promise<{ object: Resolved; position: number }> {
  const column = name[name.length - 1] ?? '';
  const object = await resolveObject(context, 'TABLE', name.slice(0, -1), true);
  const { rows } = await context.environment.store.query<{ position: string }>(
    'SELECT position::text FROM mz_catalog.mz_columns WHERE id = $1 AND name = $2',
    [object.ref.id, column],
  );
  const position = rows[0]?.position;
  if (position === undefined) throw new MzError('XX000', `column "${name.join('.')}" does not exist`);
  return { object, position: Number(position) };
}
