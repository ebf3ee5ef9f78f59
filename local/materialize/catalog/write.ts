import { selectItems } from './rows';
import { insert, nextId, type Store } from './store';
import type { CreateSql } from './definitions/render';
import type { CatalogItem, ItemType, NewName } from './types';

export interface NewItem {
  /** Given when it was needed before, for the text of the definition. */
  id?: string;
  name: NewName;
  type: ItemType;
  subtype?: string;
  ownerId: string;
  clusterId?: string;
  connectionId?: string;
  sourceId?: string;
  definition?: unknown;
  sql?: CreateSql;
  /** Ids it depends on. */
  uses?: string[];
}

/** Writes the rows every item has. */
export async function insertItem(on: Store, item: NewItem): Promise<CatalogItem> {
  const id = item.id ?? (await nextId(on, 'item'));
  await insert(on, 'mz_store.items', {
    id,
    schema_id: item.name.schemaId,
    name: item.name.name,
    type: item.type,
    subtype: item.subtype,
    owner_id: item.ownerId,
    cluster_id: item.clusterId,
    connection_id: item.connectionId,
    source_id: item.sourceId,
    definition: JSON.stringify(item.definition ?? {}),
    create_sql: item.sql?.createSql,
    redacted_create_sql: item.sql?.redactedCreateSql,
  });
  await depend(on, id, item.uses ?? []);
  return readItem(on, id);
}

export async function depend(on: Store, id: string, uses: string[]): Promise<void> {
  await on.query(
    'INSERT INTO mz_store.dependencies SELECT $1, used FROM unnest($2::text[]) AS used ON CONFLICT DO NOTHING',
    [id, uses],
  );
}

export async function readItem(on: Store, id: string): Promise<CatalogItem> {
  return (await finder(on, [id]))(id);
}

/** Reads the items behind ids once, for rendering. */
export async function finder(on: Store, ids: string[]): Promise<(id: string) => CatalogItem> {
  const items = await on.query<CatalogItem>(`${selectItems()} WHERE i.id = ANY($1)`, [ids]);
  return findAmong(items);
}

export function findAmong(items: CatalogItem[]): (id: string) => CatalogItem {
  const found = new Map(items.map((item) => [item.id, item]));
  return (id) => {
    const item = found.get(id);
    if (item === undefined) throw new Error(`the catalog has no item ${id}`);
    return item;
  };
}

/** What was kept of an item when it was defined. */
export async function definitionOf<Definition>(on: Store, id: string): Promise<Definition> {
  const [row] = await on.query<{ definition: Definition }>('SELECT definition FROM mz_store.items WHERE id = $1', [id]);
  if (row === undefined) throw new Error(`the catalog has no item ${id}`);
  return row.definition;
}

/** Describes a column of an item. */
export const insertColumn = (
  on: Store,
  id: string,
  position: number,
  column: { name: string; nullable: boolean; type: string; type_oid: number },
): Promise<void> => insert(on, 'mz_store.columns', { id, position, ...column, type_mod: -1 });
