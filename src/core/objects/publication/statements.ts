import { qualified, quoteIdent, quoteLiteral } from '../../sql/quote';
import { commentOn, type TableName } from '../../sql/upstream';

/** Statements about publications: to create, fill, empty and drop them. */

/** Without ONLY a publication takes along what inherits from a table, and refuses its updates. */
const only = (list: readonly TableName[]): string =>
  list.map((name) => `ONLY ${qualified(name.schema, name.name)}`).join(', ');

/**
 * Owner of every table, and CREATE on the database. `root`: what is partitioned is published as one, under its own name.
 * `generated`: with stored generated columns, which a full replica identity
 * holds: left out of the publication, updates and deletes are refused. Postgres ≥ 18; Materialize ignores such a column.
 */
export function createPublication(
  publication: string,
  list: readonly TableName[],
  { generated = false, root = false }: { generated?: boolean; root?: boolean } = {},
): string {
  const options = [...(root ? [viaRoot(true)] : []), ...(generated ? [GENERATED] : [])];
  const more = options.length > 0 ? ` WITH (${options.join(', ')})` : '';
  return `CREATE PUBLICATION ${quoteIdent(publication)} FOR TABLE ${only(list)}${more}`;
}

const GENERATED = 'publish_generated_columns = stored';
const viaRoot = (root: boolean): string => `publish_via_partition_root = ${root}`;

/** Stored generated columns, too: see `createPublication`. Postgres ≥ 18. */
export const publishGenerated = (publication: string): string =>
  `ALTER PUBLICATION ${quoteIdent(publication)} SET (${GENERATED})`;

/** Publishes nothing yet and is marked in the same transaction, so that no moment leaves it without an owner. */
export const createEmptyPublication = (publication: string, comment: string): string =>
  `CREATE PUBLICATION ${quoteIdent(publication)}; ${commentOn('PUBLICATION', publication, comment)}`;

export const alterPublicationAdd = (publication: string, list: readonly TableName[]): string =>
  `ALTER PUBLICATION ${quoteIdent(publication)} ADD TABLE ${only(list)}`;

/** Fatal for a table that Materialize still replicates: drop it there first. */
export const alterPublicationDrop = (publication: string, list: readonly TableName[]): string =>
  `ALTER PUBLICATION ${quoteIdent(publication)} DROP TABLE ${only(list)}`;

/** What it publishes of its tables, `insert, update`. */
export const publishOnly = (publication: string, operations: string): string =>
  `ALTER PUBLICATION ${quoteIdent(publication)} SET (publish = ${quoteLiteral(operations)})`;

/** Back to all operations, which Materialize needs. */
export const publishEverything = (publication: string): string =>
  publishOnly(publication, 'insert, update, delete, truncate');

export const dropPublication = (publication: string): string => `DROP PUBLICATION IF EXISTS ${quoteIdent(publication)}`;

/** Materialize looks for a table under the name it was selected by: the partitioned one's, or each partition's own. */
export const publishByRoot = (publication: string, root: boolean): string =>
  `ALTER PUBLICATION ${quoteIdent(publication)} SET (${viaRoot(root)})`;

/** What a login needs to make one. */
export const grantCreate = (database: string, user: string): string =>
  `GRANT CREATE ON DATABASE ${quoteIdent(database)} TO ${quoteIdent(user)}`;
