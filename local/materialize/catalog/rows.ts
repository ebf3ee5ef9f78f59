import type { CatalogItem, CatalogSchema, ItemType } from './types';

/** Query of items with their full names; add WHERE. */
export const selectItems = `SELECT i.id, i.oid, i.type, i.subtype, i.name, i.owner_id, i.cluster_id, i.connection_id, i.source_id,
  i.create_sql, i.redacted_create_sql, s.id AS schema_id, s.name AS schema_name, coalesce(d.name, '') AS database_name
  FROM mz_store.items i JOIN mz_store.schemas s ON s.id = i.schema_id LEFT JOIN mz_store.databases d ON d.id = s.database_id`;

export interface ItemRow {
  id: string;
  oid: number;
  type: ItemType;
  subtype: string | null;
  name: string;
  owner_id: string;
  cluster_id: string | null;
  connection_id: string | null;
  source_id: string | null;
  create_sql: string | null;
  redacted_create_sql: string | null;
  schema_id: string;
  schema_name: string;
  database_name: string;
}

export const toItem = (row: ItemRow): CatalogItem => ({
  id: row.id,
  oid: Number(row.oid),
  type: row.type,
  subtype: row.subtype,
  database: row.database_name,
  schemaId: row.schema_id,
  schema: row.schema_name,
  name: row.name,
  ownerId: row.owner_id,
  clusterId: row.cluster_id,
  connectionId: row.connection_id,
  sourceId: row.source_id,
  createSql: row.create_sql,
  redactedCreateSql: row.redacted_create_sql,
});

export const selectSchemas = `SELECT s.id, s.oid, coalesce(d.name, '') AS database_name, s.name, s.owner_id
  FROM mz_store.schemas s LEFT JOIN mz_store.databases d ON d.id = s.database_id`;

export interface SchemaRow {
  id: string;
  oid: number;
  database_name: string;
  name: string;
  owner_id: string;
}

export const toSchema = (row: SchemaRow): CatalogSchema => ({
  id: row.id,
  oid: Number(row.oid),
  database: row.database_name,
  name: row.name,
  ownerId: row.owner_id,
});

/** As in notices and full-name errors: `materialize.shop.orders`, `mz_catalog.mz_sources`. */
export const fullName = (item: { database: string; schema: string; name: string }): string =>
  [item.database, item.schema, item.name].filter((part) => part !== '').join('.');

/** As in errors: `materialized view`. */
export const typeText = (type: ItemType): string => type.replace('-', ' ');
