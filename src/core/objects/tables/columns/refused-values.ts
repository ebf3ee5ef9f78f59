/** Values upstream that Materialize cannot hold, such as `infinity` in a timestamp: in which column they are. */
import { listed } from '../../../plan/context';
import { add } from '../../../plan/fix';
import { writeColumn } from '../../../spec/identifiers';
import type { PipelineSpec } from '../../../spec/types';
import type { TableName } from '../../../sql/upstream';
import { rowsHolding, rowsWith } from '../statements';
import type { HoldingColumn, RefusedColumns, RefusedValue, TypedColumn } from './values';

/** Postgres' names for types whose values Materialize does not hold in full, by its own names. */
const TYPES: Record<string, string> = {
  date: 'date',
  time: 'time without time zone',
  timestamp: 'timestamp without time zone',
  'timestamp with time zone': 'timestamp with time zone',
  numeric: 'numeric',
  interval: 'interval',
};
const RANGES: Record<string, string> = {
  datemultirange: 'date',
  daterange: 'date',
  nummultirange: 'numeric',
  numrange: 'numeric',
  tsmultirange: 'timestamp without time zone',
  tsrange: 'timestamp without time zone',
  tstzmultirange: 'timestamp with time zone',
  tstzrange: 'timestamp with time zone',
};

/** More than these nobody looks through. */
export const MOST_COLUMNS = 20;

/** Columns that may hold it by their types; of those that Materialize takes as they are. */
export function candidates(
  columns: readonly TypedColumn[],
  refused: RefusedValue,
  otherwise: readonly string[],
): HoldingColumn[] {
  const wanted = refused.type === null ? null : (TYPES[refused.type] ?? null);
  const mayBe = (type: string | null): boolean =>
    type !== null && (wanted === null ? Object.values(TYPES).includes(type) : type === wanted);
  const anyArray = refused.type === 'array';
  return columns
    .filter(({ name }) => !otherwise.includes(name))
    .flatMap(({ name, type, element }): HoldingColumn[] => {
      if (anyArray) return element === null ? [] : [{ name, inside: false }];
      if (mayBe(type)) return [{ name, inside: false }];
      return mayBe(element) || mayBe(RANGES[type] ?? null) ? [{ name, inside: true }] : [];
    })
    .slice(0, MOST_COLUMNS);
}

/** Columns of a table that Materialize has as text, or not at all. */
export const takenOtherwise = ({ source }: PipelineSpec, { schema, name }: TableName): string[] =>
  [...source.textColumns, ...source.excludeColumns]
    .filter((column) => column.schema === schema && column.table === name)
    .map(({ column }) => column);

/** `, in column placed_at`; nothing where nobody knows. */
export function inColumns(found: RefusedColumns | null): string {
  const [first, ...more] = found?.columns ?? [];
  if (!found || !first) return '';
  const names = found.columns.map(({ name }) => name);
  if (more.length === 0) return `, in column ${first.name}`;
  return `, in ${found.sure ? 'columns' : 'one of the columns'} ${listed(names)}`;
}

/** The statement that finds the rows; null where no value is known. Of columns nobody is sure of the whole row is searched. */
export function findRows(table: TableName, { value }: RefusedValue, found: RefusedColumns | null): string | null {
  if (value === null) return null;
  return found?.sure ? rowsWith(table, found.columns, value) : rowsHolding(table, value);
}

/** What takes the column as text, as it is put into the file. */
export function asText(table: TableName, found: RefusedColumns | null): string {
  if (!found?.sure) return 'name the column in source.textColumns';
  const written = found.columns.map(({ name }) =>
    writeColumn({ schema: table.schema, table: table.name, column: name }),
  );
  return add('source.textColumns', written);
}
