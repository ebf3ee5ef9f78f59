import type { ItemType } from './types';

/** Query of items with their full names, each row a CatalogItem and what `more` adds to it; add WHERE. */
export const selectItems = (more = ''): string => `SELECT ${more} i.id, i.oid, i.type, i.subtype, i.name,
  coalesce(d.name, '') AS database, s.id AS "schemaId", s.name AS schema, i.owner_id AS "ownerId",
  i.cluster_id AS "clusterId", i.connection_id AS "connectionId", i.source_id AS "sourceId",
  i.create_sql AS "createSql", i.redacted_create_sql AS "redactedCreateSql"
  FROM mz_store.items i JOIN mz_store.schemas s ON s.id = i.schema_id LEFT JOIN mz_store.databases d ON d.id = s.database_id`;

/** Query of schemas, each row a CatalogSchema; add WHERE. */
export const selectSchemas = `SELECT s.id, s.oid, coalesce(d.name, '') AS database, s.name, s.owner_id AS "ownerId"
  FROM mz_store.schemas s LEFT JOIN mz_store.databases d ON d.id = s.database_id`;

/** As in notices and full-name errors: `materialize.shop.orders`, `mz_catalog.mz_sources`. */
export const fullName = (item: { database: string; schema: string; name: string }): string =>
  [item.database, item.schema, item.name].filter((part) => part !== '').join('.');

/** As in errors: `materialized view`. */
export const typeText = (type: ItemType): string => type.replace('-', ' ');
