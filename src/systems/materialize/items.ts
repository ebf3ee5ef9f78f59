import type { ConnectionFacts } from '../../core/objects/connection/facts';
import type { ItemName } from '../../core/sql/items';
import { parseConnection } from '../../core/sql/parse-create';
import type { SqlClient } from '../sql-client';

/** Joins that resolve an item `x` by its full name, given as $1 database, $2 schema, $3 name. Ids are never kept. */
export const BY_NAME = `
  JOIN mz_catalog.mz_schemas n ON n.id = x.schema_id
  JOIN mz_catalog.mz_databases d ON d.id = n.database_id
  WHERE d.name = $1 AND n.name = $2 AND x.name = $3`;

/** The comment on `x` itself: ids of clusters and items look alike, and columns have comments, too. */
export const commentJoin = (type: string): string => `
  LEFT JOIN mz_catalog.mz_roles o ON o.id = x.owner_id
  LEFT JOIN mz_internal.mz_comments k ON k.id = x.id AND k.object_type = '${type}' AND k.object_sub_id IS NULL`;

/**
 * An object's owner says what its comment is: only on what our own login owns does it say whose the object is.
 * That catalogs' queries take current_user beside columns is documented, not recorded.
 */
export const COMMENT = `CASE WHEN o.name = current_user THEN k.comment END AS comment`;

export const nameParameters = (name: ItemName): string[] => [name.database, name.schema, name.name];

/** Whether database and schema exist, and the schema's comment. */
export async function readSchema(
  client: SqlClient,
  database: string,
  schema: string,
): Promise<{ databaseExists: boolean; exists: boolean; comment: string | null }> {
  const rows = await client.query<{ id: string | null; comment: string | null }>(
    `SELECT x.id, ${COMMENT} FROM mz_catalog.mz_databases d
     LEFT JOIN mz_catalog.mz_schemas x ON x.database_id = d.id AND x.name = $2 ${commentJoin('schema')}
     WHERE d.name = $1`,
    [database, schema],
  );
  const [row] = rows;
  return { databaseExists: row !== undefined, exists: (row?.id ?? null) !== null, comment: row?.comment ?? null };
}

/** A secret by name; its value cannot be read by anybody. */
export async function readSecret(
  client: SqlClient,
  name: ItemName,
): Promise<{ id: string; comment: string | null } | null> {
  const [row] = await client.query<{ id: string; comment: string | null }>(
    `SELECT x.id, ${COMMENT} FROM mz_catalog.mz_secrets x ${commentJoin('secret')} ${BY_NAME}`,
    nameParameters(name),
  );
  return row ?? null;
}

/** A connection with its options as the catalog's CREATE statement tells them. */
export async function readConnection(client: SqlClient, name: ItemName): Promise<ConnectionFacts | null> {
  const [row] = await client.query<{ id: string; comment: string | null; create_sql: string }>(
    `SELECT x.id, ${COMMENT}, x.create_sql FROM mz_catalog.mz_connections x ${commentJoin('connection')} ${BY_NAME}`,
    nameParameters(name),
  );
  if (row === undefined) return null;
  return { id: row.id, comment: row.comment, createSql: row.create_sql, ...parseConnection(row.create_sql) };
}
