import { item, type ItemName } from '../../sql/items';
import { qualified, quoteIdent, quoteLiteral } from '../../sql/quote';

/** Statements about the source and the tables made with it. */

/** An upstream table and the full name it gets in Materialize. */
export interface TableMapping {
  upstream: { schema: string; name: string };
  target: ItemName;
}

/** Columns by upstream table, as the file names them. */
export interface SourceColumn {
  schema: string;
  table: string;
  column: string;
}

/** A constraint by name, or with null every one of the table and each NOT NULL. */
export interface SourceConstraint {
  schema: string;
  table: string;
  constraint: string | null;
}

export interface SourceDefinition {
  name: ItemName;
  cluster: string;
  connection: ItemName;
  publication: string;
  tables: readonly TableMapping[];
  /** Only of the tables named here: Materialize refuses others. */
  textColumns: readonly SourceColumn[];
  excludeColumns: readonly SourceColumn[];
  /** Of source tables alone, from v26.42 on. */
  excludeConstraints?: readonly SourceConstraint[];
  /** Name of the progress relation, in the source's schema; null: Materialize's default, `<source>_progress`. */
  progress: string | null;
}

const reference = ({ upstream, target }: TableMapping): string =>
  `${qualified(upstream.schema, upstream.name)} AS ${item(target)}`;

const isOf =
  ({ upstream }: TableMapping) =>
  (column: SourceColumn): boolean =>
    column.schema === upstream.schema && column.table === upstream.name;

/** `TEXT COLUMNS (…), EXCLUDE COLUMNS (…)` of these tables, or nothing. */
function columnOptions(
  tables: readonly TableMapping[],
  { textColumns, excludeColumns }: Pick<SourceDefinition, 'textColumns' | 'excludeColumns'>,
  spell: (column: SourceColumn) => string,
): string[] {
  const option = (keyword: string, columns: readonly SourceColumn[]): string[] => {
    const chosen = columns.filter((column) => tables.some((table) => isOf(table)(column)));
    return chosen.length === 0 ? [] : [`${keyword} COLUMNS (${chosen.map(spell).join(', ')})`];
  };
  return [...option('TEXT', textColumns), ...option('EXCLUDE', excludeColumns)];
}

/** `EXCLUDE CONSTRAINTS (…)`, whose names are texts, or `EXCLUDE ALL CONSTRAINTS`. */
function constraintOptions({ upstream }: TableMapping, all: readonly SourceConstraint[] = []): string[] {
  const chosen = all.filter(({ schema, table }) => schema === upstream.schema && table === upstream.name);
  const named = chosen.flatMap(({ constraint }) => (constraint === null ? [] : [quoteLiteral(constraint)]));
  if (named.length < chosen.length) return ['EXCLUDE ALL CONSTRAINTS'];
  return named.length === 0 ? [] : [`EXCLUDE CONSTRAINTS (${named.join(', ')})`];
}

const tableQualified = (column: SourceColumn): string => qualified(column.schema, column.table, column.column);

const bare = (column: SourceColumn): string => quoteIdent(column.column);

/** The source with its tables as subsources. The slot's name is fixed here, the slot is made when the source first runs. */
export function createSource(source: SourceDefinition): string {
  const options = [
    `PUBLICATION ${quoteLiteral(source.publication)}`,
    ...columnOptions(source.tables, source, tableQualified),
  ];
  return (
    `CREATE SOURCE ${item(source.name)} IN CLUSTER ${quoteIdent(source.cluster)} ` +
    `FROM POSTGRES CONNECTION ${item(source.connection)} (${options.join(', ')}) ` +
    `FOR TABLES (${source.tables.map(reference).join(', ')})` +
    (source.progress === null ? '' : ` EXPOSE PROGRESS AS ${item({ ...source.name, name: source.progress })}`)
  );
}

/** The source alone; `createTableFromSource` adds the tables. Until then nothing is acknowledged upstream. */
export const createSourceBare = (
  source: Pick<SourceDefinition, 'name' | 'cluster' | 'connection' | 'publication'>,
): string =>
  `CREATE SOURCE ${item(source.name)} IN CLUSTER ${quoteIdent(source.cluster)} ` +
  `FROM POSTGRES CONNECTION ${item(source.connection)} (PUBLICATION ${quoteLiteral(source.publication)})`;

/** One table of a source that has source tables. Columns are named without their table here. */
export function createTableFromSource(
  source: Pick<SourceDefinition, 'name' | 'textColumns' | 'excludeColumns' | 'excludeConstraints'>,
  table: TableMapping,
): string {
  const options = [...columnOptions([table], source, bare), ...constraintOptions(table, source.excludeConstraints)];
  return (
    `CREATE TABLE ${item(table.target)} FROM SOURCE ${item(source.name)} ` +
    `(REFERENCE ${qualified(table.upstream.schema, table.upstream.name)})` +
    (options.length === 0 ? '' : ` WITH (${options.join(', ')})`)
  );
}

/** Adds tables to a source with subsources; acknowledgement waits until their snapshot is done. */
export function addSubsource(
  source: Pick<SourceDefinition, 'name' | 'textColumns' | 'excludeColumns'>,
  tables: readonly TableMapping[],
): string {
  const options = columnOptions(tables, source, tableQualified);
  return (
    `ALTER SOURCE ${item(source.name)} ADD SUBSOURCE ${tables.map(reference).join(', ')}` +
    (options.length === 0 ? '' : ` WITH (${options.join(', ')})`)
  );
}

/**
 * The source with its tables, and everything built on them. Its slot upstream is dropped afterwards, without a word
 * and not for certain: look.
 */
export const dropSource = (name: ItemName): string => `DROP SOURCE IF EXISTS ${item(name)} CASCADE`;
