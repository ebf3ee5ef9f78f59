import type { ChildFacts } from '../../source/facts';
import type { ColumnFacts, TableFacts } from '../facts';
import type { ColumnRef, PipelineSpec } from '../../../spec/types';

/** What upstream and the copy of a table do not share. A copy keeps the columns it was made with, and nobody says so. */

type Copied = Pick<ChildFacts, 'columns' | 'excludeColumns'>;
type Upstream = Pick<TableFacts, 'schema' | 'name' | 'columns'>;

const isNamed = (list: readonly ColumnRef[], { schema, name }: Omit<Upstream, 'columns'>, column: string) =>
  list.some((ref) => ref.schema === schema && ref.table === name && ref.column === column);

/** Materialize takes it, as it is or as the file says. */
export const isTaken = ({ source }: PipelineSpec, table: Upstream, { name, ingest }: ColumnFacts): boolean =>
  ingest === 'yes' || (ingest === 'text' && isNamed(source.textColumns, table, name));

/** Columns that a copy made now would have: Materialize takes no generated ones. */
export const copyable = ({ source }: PipelineSpec, table: Upstream): ColumnFacts[] =>
  table.columns.filter(({ name, generated }) => !generated && !isNamed(source.excludeColumns, table, name));

/**
 * Columns that upstream has and the copy lacks, though nobody left them out; `refused`: a copy could not be made as long as the
 * file does not say what becomes of them.
 */
export function behind(
  spec: PipelineSpec,
  child: Copied,
  table: Upstream,
): { columns: ColumnFacts[]; refused: ColumnFacts[] } {
  const { columns: there, excludeColumns } = child;
  if (there === undefined) return { columns: [], refused: [] };
  const columns = copyable(spec, table).filter(({ name }) => !there.includes(name) && !excludeColumns.includes(name));
  return { columns, refused: columns.filter((column) => !isTaken(spec, table, column)) };
}

/** Columns of the copy that upstream has no more: Materialize ends the table when it notices. */
export const gone = ({ columns = [] }: Copied, table: Upstream): string[] =>
  columns.filter((column) => !table.columns.some(({ name }) => name === column));
