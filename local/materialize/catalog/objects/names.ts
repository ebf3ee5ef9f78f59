import { MzError } from '../../contract';
import { fullName, selectItems, selectSchemas, typeText } from '../rows';
import type { Store } from '../store';
import type { CatalogItem, CatalogSchema, CatalogSession, ItemType, NameParts, NewName } from '../types';

const systemSchemas = ['mz_catalog', 'pg_catalog'];

const unknown = (what: string, parts: NameParts): MzError =>
  new MzError('XX000', `unknown ${what} '${parts.join('.')}'`);

/** From names as written to objects, as a session's database and search path see them. */
export function names(store: Store) {
  async function findSchema(database: string, name: string): Promise<CatalogSchema | null> {
    const [schema] = await store.query<CatalogSchema>(
      `${selectSchemas} WHERE s.name = $2 AND (d.name = $1 OR s.database_id IS NULL)`,
      [database, name],
    );
    return schema ?? null;
  }

  async function databaseId(name: string): Promise<string> {
    const [row] = await store.query<{ id: string }>('SELECT id FROM mz_store.databases WHERE name = $1', [name]);
    if (row === undefined) throw unknown('database', [name]);
    return row.id;
  }

  /** `unknown database 'x'`, `unknown schema 'x'` (the parts as written). No parts: the first existing of the path. */
  async function resolveSchema(parts: NameParts, session: CatalogSession): Promise<CatalogSchema> {
    const name = parts.at(-1);
    if (name === undefined) {
      for (const candidate of session.searchPath) {
        const schema = await findSchema(session.database, candidate);
        if (schema !== null) return schema;
      }
      throw new MzError('XX000', 'no schema has been selected to create in');
    }
    const database = parts.at(-2) ?? session.database;
    if (parts.length > 1) await databaseId(database);
    const schema = await findSchema(database, name);
    if (schema === null) throw unknown('schema', parts);
    return schema;
  }

  /** The item that holds this name already, or null. */
  async function findByName({ schemaId, name }: Pick<NewName, 'schemaId' | 'name'>): Promise<CatalogItem | null> {
    const values = [schemaId, name];
    const [item] = await store.query<CatalogItem>(`${selectItems()} WHERE i.schema_id = $1 AND i.name = $2`, values);
    return item ?? null;
  }

  async function findItem(parts: NameParts, session: CatalogSession): Promise<CatalogItem | null> {
    const name = parts.at(-1) ?? '';
    const database = parts.length > 2 ? parts.at(-3)! : session.database;
    const schemas = parts.length > 1 ? [parts.at(-2)!] : [...session.searchPath, ...systemSchemas];
    for (const candidate of schemas) {
      const schema = await findSchema(database, candidate);
      const item = schema === null ? null : await findByName({ schemaId: schema.id, name });
      if (item !== null) return item;
    }
    return null;
  }

  return {
    findSchema,
    databaseId,
    resolveSchema,
    findByName,
    findItem,

    /** The schema a new item goes to; says nothing about whether the name is taken. */
    async resolveNewName(parts: NameParts, session: CatalogSession): Promise<NewName> {
      const schema = await resolveSchema(parts.slice(0, -1), session);
      return { database: schema.database, schemaId: schema.id, schema: schema.name, name: parts.at(-1) ?? '' };
    },

    /** `unknown catalog item 'x'`; also for a name in an unknown schema. With `types`: `x is not a source` etc. */
    async resolveItem(parts: NameParts, session: CatalogSession, types?: ItemType[]): Promise<CatalogItem> {
      const item = await findItem(parts, session);
      if (item === null) throw unknown('catalog item', parts);
      if (types !== undefined && !types.includes(item.type)) {
        const article = types[0] === 'index' ? 'an' : 'a';
        throw new MzError('XX000', `${fullName(item)} is not ${article} ${typeText(types[0]!)}`);
      }
      return item;
    },

    async item(id: string): Promise<CatalogItem> {
      const [item] = await store.query<CatalogItem>(`${selectItems()} WHERE i.id = $1`, [id]);
      if (item === undefined) throw unknown('catalog item', [id]);
      return item;
    },

    /** The shortest name this session would resolve to the item: `orders`, `shop.orders`. Unquoted, as in errors. */
    minimalName(item: NewName, session: CatalogSession): string {
      if (item.database !== session.database && item.database !== '') return fullName(item);
      return session.searchPath.includes(item.schema) ? item.name : `${item.schema}.${item.name}`;
    },
  };
}
