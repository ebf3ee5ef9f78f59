import type { ChildFacts, SourceObjectFacts } from '../../core/objects/source/facts';
import type { ItemName } from '../../core/sql/items';
import { parseChild, parseSource } from '../../core/sql/parse-create';
import { unquoteIdent } from '../../core/sql/quote';
import type { SqlClient } from '../sql-client';
import { type Dependent, dependentsIn, readEdges } from './dependents';
import { BY_NAME, COMMENT, commentJoin, nameParameters } from './items';

export interface SourceRow {
  id: string;
  comment: string | null;
  cluster: string | null;
  connection_id: string | null;
  slot: string | null;
  status: string | null;
  error: string | null;
  create_sql: string | null;
}

export interface ChildRow {
  id: string;
  kind: 'subsource' | 'table';
  schema: string;
  name: string;
  upstream_schema: string | null;
  upstream_name: string | null;
  status: string | null;
  error: string | null;
  create_sql: string | null;
}

/** The source and its tables as ids: $1 is the source's id, read in the same session. */
export const OBJECTS = `
  objects AS (
    SELECT s.id FROM mz_catalog.mz_sources s WHERE s.id = $1
    UNION
    SELECT s.id FROM mz_internal.mz_object_dependencies dep
    JOIN mz_catalog.mz_sources s ON s.id = dep.object_id AND s.type = 'subsource' WHERE dep.referenced_object_id = $1
    UNION
    SELECT t.id FROM mz_catalog.mz_tables t WHERE t.source_id = $1
  )`;

export async function findSource(client: SqlClient, name: ItemName): Promise<SourceRow | null> {
  const [row] = await client.query<SourceRow>(
    `SELECT x.id, ${COMMENT}, c.name AS cluster, x.connection_id, p.replication_slot AS slot, st.status, st.error,
            x.create_sql
     FROM mz_catalog.mz_sources x
     LEFT JOIN mz_catalog.mz_clusters c ON c.id = x.cluster_id
     LEFT JOIN mz_internal.mz_postgres_sources p ON p.id = x.id
     LEFT JOIN mz_internal.mz_source_statuses st ON st.id = x.id ${commentJoin('source')} ${BY_NAME}`,
    nameParameters(name),
  );
  return row ?? null;
}

/** The columns of the tables of a source, by the table's id; asked by name, so that nothing has to be known before. */
export async function readColumns(client: SqlClient, source: ItemName): Promise<ReadonlyMap<string, string[]>> {
  const rows = await client.query<{ id: string; name: string }>(
    `WITH named AS (SELECT x.id FROM mz_catalog.mz_sources x ${BY_NAME}), children AS (
       SELECT t.id FROM mz_catalog.mz_tables t JOIN named ON named.id = t.source_id
       UNION
       SELECT s.id FROM mz_internal.mz_object_dependencies dep JOIN named ON named.id = dep.referenced_object_id
       JOIN mz_catalog.mz_sources s ON s.id = dep.object_id AND s.type = 'subsource'
     )
     SELECT c.id, c.name FROM mz_catalog.mz_columns c JOIN children ON children.id = c.id ORDER BY c.id, c.position`,
    nameParameters(source),
  );
  const columns = new Map<string, string[]>();
  for (const { id, name } of rows) columns.set(id, [...(columns.get(id) ?? []), name]);
  return columns;
}

/** How many columns each of them has. */
export async function countColumns(client: SqlClient, sourceId: string): Promise<ReadonlyMap<string, number>> {
  const rows = await client.query<{ id: string; columns: number }>(
    `WITH ${OBJECTS}
     SELECT c.id, count(*)::int AS columns FROM mz_catalog.mz_columns c JOIN objects ON objects.id = c.id GROUP BY c.id`,
    [sourceId],
  );
  return new Map(rows.map(({ id, columns }) => [id, columns]));
}

/** Tables of a source: subsources depend on it, source tables name it. Both may be there at once. */
export async function findChildren(client: SqlClient, sourceId: string): Promise<ChildRow[]> {
  const columns = `n.name AS schema, x.name, t.schema_name AS upstream_schema, t.table_name AS upstream_name,
            st.status, st.error, x.create_sql`;
  const joins = `
     JOIN mz_catalog.mz_schemas n ON n.id = x.schema_id
     LEFT JOIN mz_internal.mz_postgres_source_tables t ON t.id = x.id
     LEFT JOIN mz_internal.mz_source_statuses st ON st.id = x.id`;
  return client.query<ChildRow>(
    `SELECT x.id, 'subsource' AS kind, ${columns}
     FROM mz_internal.mz_object_dependencies dep
     JOIN mz_catalog.mz_sources x ON x.id = dep.object_id AND x.type = 'subsource' ${joins}
     WHERE dep.referenced_object_id = $1
     UNION ALL
     SELECT x.id, 'table' AS kind, ${columns}
     FROM mz_catalog.mz_tables x ${joins}
     WHERE x.source_id = $1
     ORDER BY 3, 4`,
    [sourceId],
  );
}

/**
 * The upstream table of a child, as its own statement names it, which every version quotes alike. The relation quotes
 * names where SQL would up to 26.18 and holds them bare since: a table whose name has quotes of its own reads the same in
 * both, so it is asked only where no statement is shown.
 */
export function upstreamOf(row: Pick<ChildRow, 'name' | 'upstream_schema' | 'upstream_name' | 'create_sql'>): {
  schema: string;
  name: string;
} {
  const stated = parseChild(row.create_sql ?? '').upstream;
  if (stated !== null) return stated;
  if (row.upstream_schema === null || row.upstream_name === null) return { schema: '', name: row.name };
  return { schema: unquoteIdent(row.upstream_schema), name: unquoteIdent(row.upstream_name) };
}

/** Tables whose first copy is committed: the write frontier has left zero, or a replica that exists says so. */
async function readCommitted(client: SqlClient, sourceId: string): Promise<Set<string>> {
  const rows = await client.query<{ id: string; frontier: string | null; committed: boolean | null }>(
    `WITH ${OBJECTS}
     SELECT objects.id, max(f.write_frontier::text) AS frontier, bool_or(s.snapshot_committed) AS committed
     FROM objects
     LEFT JOIN mz_internal.mz_frontiers f ON f.object_id = objects.id
     LEFT JOIN (
       SELECT st.id, st.snapshot_committed FROM mz_internal.mz_source_statistics st
       JOIN mz_catalog.mz_cluster_replicas r ON r.id = st.replica_id
     ) s ON s.id = objects.id
     GROUP BY objects.id`,
    [sourceId],
  );
  return new Set(rows.filter((row) => Number(row.frontier ?? 0) > 0 || row.committed === true).map((row) => row.id));
}

/** `schema.table.column` of every column a source or its tables name under an option. */
function columnNames(
  fromSource: string[][],
  children: { upstream: ChildFacts['upstream']; columns: string[] }[],
): string[] {
  const schemaOf = new Map(children.toReversed().map(({ upstream }) => [upstream.name, upstream.schema]));
  const own = fromSource.flatMap((parts) => {
    const [column, table, schema] = parts.toReversed();
    const owner = schema ?? schemaOf.get(table ?? '');
    return owner === undefined ? [] : [[owner, table, column].join('.')];
  });
  const theirs = children.flatMap(({ upstream, columns }) =>
    columns.map((column) => [upstream.schema, upstream.name, column].join('.')),
  );
  return [...new Set([...own, ...theirs])].sort();
}

const plain = ({ id, name, type }: Dependent) => ({ id, name, type });

/** The source of that name with its tables of both syntaxes; null when there is none. */
export async function readSource(client: SqlClient, name: ItemName): Promise<SourceObjectFacts | null> {
  const row = await findSource(client, name);
  if (row === null) return null;
  const [found, edges, committed] = await Promise.all([
    findChildren(client, row.id),
    readEdges(client),
    readCommitted(client, row.id),
  ]);
  const definition = parseSource(row.create_sql ?? '');
  const children = found.map((child): ChildFacts => {
    const { textColumns, excludeColumns, excludeConstraints } = parseChild(child.create_sql ?? '');
    return {
      ...{ id: child.id, kind: child.kind, schema: child.schema, name: child.name, error: child.error },
      ...{ textColumns, excludeColumns },
      ...(excludeConstraints.length > 0 && { excludeConstraints }),
      upstream: upstreamOf(child),
      status: child.status ?? 'created',
      committed: committed.has(child.id),
      dependents: dependentsIn(edges, [child.id]).map(plain),
    };
  });
  const ids = new Set(children.map(({ id }) => id));
  const listed = (option: 'textColumns' | 'excludeColumns'): string[] =>
    columnNames(
      definition[option],
      children.map((child) => ({ upstream: child.upstream, columns: child[option] })),
    );
  return {
    id: row.id,
    comment: row.comment,
    cluster: row.cluster ?? '',
    connectionId: row.connection_id,
    publication: definition.publication,
    slot: row.slot,
    syntax: definition.exposesProgress ? 'subsources' : 'tables',
    textColumns: listed('textColumns'),
    excludeColumns: listed('excludeColumns'),
    status: row.status ?? 'created',
    error: row.error,
    children,
    dependents: dependentsIn(edges, [row.id])
      .filter(({ id }) => !ids.has(id))
      .map(plain),
    createSql: row.create_sql ?? '',
  };
}

/** Names of the sources, of whatever pipeline or person, that read through this slot. */
export async function readSlotReaders(client: SqlClient, slot: string): Promise<string[]> {
  const rows = await client.query<{ name: string }>(
    `SELECT s.name FROM mz_internal.mz_postgres_sources p JOIN mz_catalog.mz_sources s ON s.id = p.id
     WHERE p.replication_slot = $1 ORDER BY s.name`,
    [slot],
  );
  return rows.map(({ name }) => name);
}
