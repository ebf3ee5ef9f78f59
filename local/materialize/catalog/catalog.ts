import type { UpstreamConnection } from '../contract';
import type {
  AddedTable,
  CatalogCluster,
  CatalogItem,
  CatalogReplica,
  CatalogRole,
  CatalogSchema,
  CatalogSession,
  ConnectionOptions,
  ItemType,
  NameParts,
  NewIngestedTable,
  NewName,
  NewSource,
  ObjectRef,
  Privilege,
  RemovedObject,
  StoredSource,
} from './types';

/**
 * Definitions of the stand-in, kept in the backing store (schema `mz_store`), from which the relations of `mz_catalog`
 * and `mz_internal` are derived. Every method is one transaction; callers serialize DDL among themselves. Methods named
 * `resolve…` throw Materialize's own error when nothing is found, `find…` answer null.
 *
 * The catalog also makes and removes what stands for an object in the store: the schema of a schema, the table
 * `mz_store."<id>"` with its row in `mz_store.table_state` (committed false) and the view over it for an ingested table,
 * the view of a view, the store role of a role.
 */
export interface Catalog {
  /** Type OID of the backing store → type OID of Materialize, for rewriting RowDescription; others are equal. */
  readonly typeOids: ReadonlyMap<number, number>;

  // names
  /** `unknown database 'x'`, `unknown schema 'x'` (the parts as written). No parts: the first existing of the path. */
  resolveSchema(parts: NameParts, session: CatalogSession): Promise<CatalogSchema>;
  /** The schema a new item goes to; says nothing about whether the name is taken. */
  resolveNewName(parts: NameParts, session: CatalogSession): Promise<NewName>;
  findItem(parts: NameParts, session: CatalogSession): Promise<CatalogItem | null>;
  /** `unknown catalog item 'x'`; also for a name in an unknown schema. With `types`: `x is not a source` etc. */
  resolveItem(parts: NameParts, session: CatalogSession, types?: ItemType[]): Promise<CatalogItem>;
  /** The item that holds this name already, or null. */
  findByName(name: NewName): Promise<CatalogItem | null>;
  item(id: string): Promise<CatalogItem>;
  /** The shortest name this session would resolve to the item: `orders`, `shop.orders`. Unquoted, as in errors. */
  minimalName(item: NewName, session: CatalogSession): string;
  findSchema(database: string, name: string): Promise<CatalogSchema | null>;
  findCluster(name: string): Promise<CatalogCluster | null>;
  /** `unknown cluster 'x'`. */
  resolveCluster(name: string): Promise<CatalogCluster>;
  cluster(id: string): Promise<CatalogCluster>;
  findRole(name: string): Promise<CatalogRole | null>;
  /** `unknown role 'x'`. */
  resolveRole(name: string): Promise<CatalogRole>;
  roleById(id: string): Promise<CatalogRole>;
  databaseId(name: string): Promise<string>;

  // schemas, roles, clusters
  addSchema(database: string, name: string, ownerId: string): Promise<CatalogSchema>;
  addRole(name: string, options?: { superuser?: boolean }): Promise<CatalogRole>;
  /** `unknown cluster replica size x` with the hint; the name check (`is reserved`, exists) is here too. */
  addCluster(cluster: {
    name: string;
    size: string;
    replicationFactor: number;
    ownerId: string;
  }): Promise<CatalogCluster>;
  /** A new size replaces every replica; a new factor adds or removes the last ones. Equal values change nothing. */
  alterCluster(
    id: string,
    change: { size?: string; replicationFactor?: number },
  ): Promise<{ cluster: CatalogCluster; added: CatalogReplica[]; removed: CatalogReplica[] }>;
  rename(object: ObjectRef, name: string): Promise<void>;
  changeOwner(object: ObjectRef, roleId: string): Promise<void>;
  /** The replica sources of this cluster run on: the one with the lowest id, null without any. */
  replicaFor(clusterId: string): Promise<CatalogReplica | null>;
  /** Ids of the Postgres sources in this cluster. */
  sourcesIn(clusterId: string): Promise<string[]>;

  // items; the caller has made sure that the name is free
  addSecret(secret: { name: NewName; ownerId: string; value: Buffer }): Promise<CatalogItem>;
  alterSecret(id: string, value: Buffer): Promise<void>;
  addConnection(connection: {
    name: NewName;
    ownerId: string;
    type: 'postgres';
    options: ConnectionOptions;
  }): Promise<CatalogItem>;
  alterConnection(id: string, options: ConnectionOptions): Promise<void>;
  connectionOptions(id: string): Promise<ConnectionOptions>;
  /** The connection with its secrets read; `options` in place of the stored ones for validation before a change. */
  upstreamConnection(idOrOptions: string | ConnectionOptions): Promise<UpstreamConnection>;
  /** Ids of Postgres sources whose connection is, or uses, this item. */
  sourcesUsing(itemId: string): Promise<string[]>;
  /** Ids: progress, source, then subsources by name, as Materialize numbers them. */
  addSource(
    source: NewSource,
  ): Promise<{ source: CatalogItem; progress: CatalogItem | null; subsources: AddedTable[] }>;
  /** ALTER SOURCE … ADD SUBSOURCE. */
  addSubsources(sourceId: string, tables: NewIngestedTable[], ownerId: string): Promise<AddedTable[]>;
  /** CREATE TABLE … FROM SOURCE. */
  addSourceTable(sourceId: string, table: NewIngestedTable, ownerId: string): Promise<AddedTable>;
  storedSource(id: string): Promise<StoredSource>;
  storedSources(): Promise<StoredSource[]>;
  /** CREATE VIEW / MATERIALIZED VIEW; `query` is the SELECT, which the store itself checks. */
  addView(view: {
    name: NewName;
    ownerId: string;
    query: string;
    columns?: string[];
    materializedIn?: string;
    session: CatalogSession;
  }): Promise<CatalogItem>;
  addIndex(index: {
    name: NewName;
    ownerId: string;
    onId: string;
    clusterId: string;
    /** As SHOW INDEXES has them. */
    columns: string[];
    /** The same as SQL: names quoted where they need it, or expressions. */
    key: string[];
  }): Promise<CatalogItem>;
  /** A plain CREATE TABLE (columns as written in SQL). */
  addTable(table: { name: NewName; ownerId: string; columnsSql: string; createSql: string }): Promise<CatalogItem>;
  /** Null removes the comment. `column` is the 1-based position. */
  comment(object: ObjectRef, column: number | null, text: string | null): Promise<void>;

  /** Answer of SHOW CREATE: the full name, and the definition with names instead of ids, over several lines. */
  showCreate(id: string): Promise<{ name: string; create_sql: string }>;

  // drops
  /** Direct dependents in id order. */
  dependents(id: string): Promise<CatalogItem[]>;
  /** `cannot drop source "x": still depended upon by …` without cascade. Removes rows, relations and tables. */
  dropItems(items: CatalogItem[], options: { cascade: boolean; session: CatalogSession }): Promise<RemovedObject[]>;
  /** `schema 'materialize.x' cannot be dropped without CASCADE while it contains objects`. */
  dropSchema(schema: CatalogSchema, options: { cascade: boolean }): Promise<RemovedObject[]>;
  /** `cannot drop cluster "x" because other objects depend on it`. Replicas go with it and are listed. */
  dropCluster(cluster: CatalogCluster, options: { cascade: boolean }): Promise<RemovedObject[]>;
  dropRole(role: CatalogRole): Promise<void>;

  // privileges
  grant(object: ObjectRef, privileges: Privilege[], roleId: string, grantorId: string): Promise<void>;
  revoke(object: ObjectRef, privileges: Privilege[], roleId: string): Promise<void>;
  /** By grant, by PUBLIC, as owner, or as superuser; whether checks are on is the caller's business. */
  hasPrivilege(role: string, object: ObjectRef, privilege: Privilege): Promise<boolean>;
  ownerOf(object: ObjectRef): Promise<string | null>;

  // system settings (ALTER SYSTEM), kept over restarts
  systemSettings(): Promise<Record<string, string>>;
  setSystem(name: string, value: string | null): Promise<void>;
}
