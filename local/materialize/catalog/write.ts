import { type ItemRow, selectItems, toItem } from './rows';
import { nextId, type Store } from './store';
import type { CreateSql, NamedItem } from './definitions/render';
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
  await on.query(
    `INSERT INTO mz_store.items (id, oid, schema_id, name, type, subtype, owner_id, cluster_id, connection_id, source_id,
       definition, create_sql, redacted_create_sql)
     VALUES ($1, nextval('mz_store.oids'), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      id,
      item.name.schemaId,
      item.name.name,
      item.type,
      item.subtype ?? null,
      item.ownerId,
      item.clusterId ?? null,
      item.connectionId ?? null,
      item.sourceId ?? null,
      JSON.stringify(item.definition ?? {}),
      item.sql?.createSql ?? null,
      item.sql?.redactedCreateSql ?? null,
    ],
  );
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
  const [row] = await on.query<ItemRow>(`${selectItems} WHERE i.id = $1`, [id]);
  if (row === undefined) throw new Error(`the catalog has no item ${id}`);
  return toItem(row);
}

/** Reads the items behind ids once, for rendering. */
export async function finder(on: Store, ids: string[]): Promise<(id: string) => NamedItem> {
  const rows = await on.query<ItemRow>(`${selectItems} WHERE i.id = ANY($1)`, [ids]);
  const found = new Map(rows.map((row) => [row.id, toItem(row)]));
  return (id) => {
    const item = found.get(id);
    if (item === undefined) throw new Error(`the catalog has no item ${id}`);
    return item;
  };
}
