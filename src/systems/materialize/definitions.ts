import { groupedBy } from '../../core/grouped';
import { commentStatement, grantsOf, keywordOf, showCreate, withoutIds } from '../../core/repair/privileges';
import type { Definition } from '../../core/repair/types';
import type { ItemName } from '../../core/sql/items';
import type { SqlClient } from '../sql-client';

interface ObjectRow {
  id: string;
  owner_id: string;
  owner: string | null;
  privileges: string | null;
}

interface CommentRow {
  id: string;
  type: string;
  column: string | null;
  sub_id: string | null;
  comment: string;
}

export interface Described {
  id: string;
  type: string;
  name: string;
  item: ItemName;
  /** Its CREATE statement is wanted, too. */
  definition: boolean;
}

/** Everything that brings these objects back as they are: definition, owner, privileges, comments. In the order given. */
export async function readDefinitions(client: SqlClient, objects: readonly Described[]): Promise<Definition[]> {
  if (objects.length === 0) return [];
  const marks = objects.map((_, index) => `$${index + 1}`).join(', ');
  const ids = objects.map(({ id }) => id);
  const rows = await client.query<ObjectRow>(
    `SELECT o.id, o.owner_id, r.name AS owner, o.privileges::text AS privileges
     FROM mz_catalog.mz_objects o LEFT JOIN mz_catalog.mz_roles r ON r.id = o.owner_id WHERE o.id IN (${marks})`,
    ids,
  );
  const roles = await client.query<{ id: string; name: string }>('SELECT id, name FROM mz_catalog.mz_roles');
  const comments = await client.query<CommentRow>(
    `SELECT k.id, k.object_type AS type, c.name AS "column", k.object_sub_id::text AS sub_id, k.comment
     FROM mz_internal.mz_comments k
     LEFT JOIN mz_catalog.mz_columns c ON c.id = k.id AND c.position::text = k.object_sub_id::text
     WHERE k.id IN (${marks})`,
    ids,
  );
  const names = new Map(roles.map(({ id, name }) => [id, name]));
  const rowOf = new Map(rows.map((row) => [row.id, row]));
  const commentsOf = groupedBy(comments, ({ id }) => id);
  const some = objects.some(({ definition }) => definition);
  const clusters = some ? await readClusterNames(client) : new Map<string, string>();
  const definitions: Definition[] = [];
  for (const object of objects) {
    const { id, type, name, item } = object;
    const row = rowOf.get(id);
    if (!row) continue;
    definitions.push({
      ...{ id, type, name, item, owner: row.owner },
      sql: object.definition ? await readCreate(client, type, item, clusters) : null,
      grants: type === 'index' ? [] : grantsOf(row.privileges ?? '{}', item, row.owner_id, names),
      comments: (commentsOf.get(id) ?? [])
        .filter((comment) => comment.type === type)
        .flatMap(({ column, sub_id: subId, comment }) =>
          // A column that cannot be named cannot be commented on.
          column === null && subId !== null ? [] : [commentStatement(type, item, column, comment)],
        )
        .sort(),
    });
  }
  return definitions;
}

/** The statement as the server prints it; null for a type it cannot print. */
async function readCreate(
  client: SqlClient,
  type: string,
  item: ItemName,
  clusters: ReadonlyMap<string, string>,
): Promise<string | null> {
  if (keywordOf(type) === null) return null;
  const [row] = await client.query<{ create_sql: string }>(showCreate(type, item));
  return row === undefined ? null : withoutIds(row.create_sql.replace(/;\s*$/, ''), clusters);
}

async function readClusterNames(client: SqlClient): Promise<Map<string, string>> {
  const rows = await client.query<{ id: string; name: string }>('SELECT id, name FROM mz_catalog.mz_clusters');
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** The id of an object of that full name and type; null when there is none. */
export async function findObject(client: SqlClient, type: string, item: ItemName): Promise<string | null> {
  const [row] = await client.query<{ id: string }>(
    `SELECT o.id FROM mz_catalog.mz_objects o
     JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id
     JOIN mz_catalog.mz_databases d ON d.id = n.database_id
     WHERE d.name = $1 AND n.name = $2 AND o.name = $3 AND o.type = $4`,
    [item.database, item.schema, item.name, type],
  );
  return row?.id ?? null;
}
