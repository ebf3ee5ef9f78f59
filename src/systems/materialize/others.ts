import { readMark } from '../../core/plan/ownership';
import { parseConnection, parseSource } from '../../core/sql/parse-create';
import type { TableName } from '../../core/sql/upstream';
import type { SqlClient } from '../sql-client';
import { commentJoin } from './items';
import { findChildren, upstreamOf } from './source';

/** A connection to some Postgres, and what reads over it. */
export interface UpstreamConnection {
  name: string;
  /** By its mark; null where people made it. */
  pipeline: string | null;
  host: string;
  port: number;
  user: string;
  database: string;
  sources: { id: string; name: string; pipeline: string | null; publication: string }[];
}

const NAME = `d.name AS database, n.name AS schema, x.name`;
const OF_USERS = `
  JOIN mz_catalog.mz_schemas n ON n.id = x.schema_id
  JOIN mz_catalog.mz_databases d ON d.id = n.database_id
  WHERE x.type = 'postgres' AND x.id LIKE 'u%' ORDER BY 1, 2, 3`;

interface Row {
  id: string;
  database: string;
  schema: string;
  name: string;
  comment: string | null;
  create_sql: string | null;
}

const fullName = ({ database, schema, name }: Row): string => `${database}.${schema}.${name}`;
const pipelineOf = ({ comment }: Row): string | null => readMark(comment)?.pipeline ?? null;

/** Every connection of this Materialize to a Postgres, whoever made it. */
export async function readUpstreamConnections(client: SqlClient): Promise<UpstreamConnection[]> {
  const connections = await client.query<Row>(
    `SELECT ${NAME}, x.id, k.comment, x.create_sql FROM mz_catalog.mz_connections x ${commentJoin('connection')} ${OF_USERS}`,
  );
  const sources = await client.query<Row & { connection_id: string | null }>(
    `SELECT ${NAME}, x.id, x.connection_id, k.comment, x.create_sql
     FROM mz_catalog.mz_sources x ${commentJoin('source')} ${OF_USERS}`,
  );
  return connections.map((row) => {
    const { host, port, user, database } = parseConnection(row.create_sql ?? '');
    return {
      ...{ name: fullName(row), pipeline: pipelineOf(row), host, port, user, database },
      sources: sources
        .filter((source) => source.connection_id === row.id)
        .map((source) => ({
          ...{ id: source.id, name: fullName(source), pipeline: pipelineOf(source) },
          publication: parseSource(source.create_sql ?? '').publication ?? '',
        })),
    };
  });
}

/** Upstream tables that a source reads. */
export const readUpstreamTables = async (client: SqlClient, sourceId: string): Promise<TableName[]> =>
  (await findChildren(client, sourceId)).map(upstreamOf);
