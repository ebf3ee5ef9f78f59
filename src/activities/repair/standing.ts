import type { Definition } from '../../core/plan/definition';
import { carriedBy } from '../../core/repair/privileges';
import { findObject } from '../../systems/materialize';
import type { SqlClient } from '../../systems/sql-client';

/**
 * What a table of the source carried, for what stands in its place: where the syntax changed, that is a table and was a
 * subsource, or the other way round. What has a statement of its own comes back as it was.
 */
export async function inItsPlace(client: SqlClient, definition: Definition): Promise<Definition> {
  const { type, item, sql } = definition;
  if (sql !== null || (await findObject(client, type, item)) !== null) return definition;
  const other = type === 'table' ? 'source' : 'table';
  return (await findObject(client, other, item)) === null ? definition : carriedBy(definition, other);
}
