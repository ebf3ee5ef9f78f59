import { groupedBy } from '../../core/grouped';
import type { DependentFacts } from '../../core/objects/source/facts';
import type { SqlClient } from '../sql-client';

interface EdgeRow {
  id: string;
  on: string;
  type: string;
  name: string;
  schema: string | null;
  database: string | null;
}

export interface Dependent extends DependentFacts {
  schema: string | null;
  bareName: string;
  database: string | null;
  /** Ids it is built on. */
  on: string[];
}

/** Everything built on these objects, directly or not, themselves left out; each after what it is built on. */
export async function readDependentsOf(client: SqlClient, roots: readonly string[]): Promise<Dependent[]> {
  return dependentsIn(await readEdges(client), roots);
}

/** What the objects of users are built on, by the id of either end. */
export interface Edges {
  below: ReadonlyMap<string, EdgeRow[]>;
  above: ReadonlyMap<string, EdgeRow[]>;
}

/** One read of all: Materialize has no recursive query that another server of this protocol would share. */
export async function readEdges(client: SqlClient): Promise<Edges> {
  const rows = await client.query<EdgeRow>(
    `SELECT dep.object_id AS id, dep.referenced_object_id AS "on", o.type, o.name, n.name AS schema, d.name AS database
     FROM mz_internal.mz_object_dependencies dep
     JOIN mz_catalog.mz_objects o ON o.id = dep.object_id
     LEFT JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id
     LEFT JOIN mz_catalog.mz_databases d ON d.id = n.database_id
     WHERE dep.object_id LIKE 'u%'`,
  );
  return { below: groupedBy(rows, ({ id }) => id), above: groupedBy(rows, ({ on }) => on) };
}

/** As `readDependentsOf`, from what was read. */
export function dependentsIn(edges: Edges, roots: readonly string[]): Dependent[] {
  const found = new Set(roots);
  // A set goes on over what is added to it meanwhile.
  for (const id of found) for (const edge of edges.above.get(id) ?? []) found.add(edge.id);
  for (const id of roots) found.delete(id);
  return inOrder([...found].flatMap((id) => dependent(edges.below.get(id) ?? [])));
}

function dependent(edges: EdgeRow[]): Dependent[] {
  const [first] = edges;
  if (!first) return [];
  const { id, type, name: bareName, schema, database } = first;
  const name = [database, schema, bareName].filter((part) => part !== null).join('.');
  return [{ id, type, name, bareName, schema, database, on: [...new Set(edges.map((edge) => edge.on))] }];
}

/** Ids grow, but a replaced view may be younger than what is built on it: dependencies decide, ids break ties. */
function inOrder(all: Dependent[]): Dependent[] {
  const byId = new Map(all.map((item) => [item.id, item]));
  // In the order in which they were added, each after what it is built on.
  const done = new Set<Dependent>();
  const begun = new Set<string>();
  const place = (item: Dependent): void => {
    if (begun.has(item.id)) return;
    begun.add(item.id);
    for (const on of item.on) {
      const below = byId.get(on);
      if (below) place(below);
    }
    done.add(item);
  };
  [...all].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1))).forEach(place);
  return [...done];
}

/** The progress relation a source has of its own; null in the syntax without one. */
export async function readProgressRelation(client: SqlClient, sourceId: string): Promise<string | null> {
  const [row] = await client.query<{ id: string }>(
    `SELECT s.id FROM mz_internal.mz_object_dependencies dep
     JOIN mz_catalog.mz_sources s ON s.id = dep.referenced_object_id AND s.type = 'progress'
     WHERE dep.object_id = $1`,
    [sourceId],
  );
  return row?.id ?? null;
}

/** Everything in a schema. */
export async function readSchemaItems(
  client: SqlClient,
  database: string,
  schema: string,
): Promise<{ id: string; name: string; type: string }[]> {
  return client.query(
    `SELECT o.id, o.name, o.type FROM mz_catalog.mz_objects o
     JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id
     JOIN mz_catalog.mz_databases d ON d.id = n.database_id
     WHERE d.name = $1 AND n.name = $2 ORDER BY o.name, o.id`,
    [database, schema],
  );
}
