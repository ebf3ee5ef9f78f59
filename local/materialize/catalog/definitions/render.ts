import { columnType } from './column-types';
import { sourceDetails, tableDetails } from './details';
import { quoteIdent, quoteText } from '../store';
import type { ConnectionOptions, NewIngestedTable, NewName, OptionValue } from '../types';

/**
 * CREATE statements as mz_* relations hold them: `create_sql` quotes every identifier, `redacted_create_sql` only those
 * that need it; both name other objects with their ids.
 */
export interface CreateSql {
  createSql: string;
  redactedCreateSql: string;
}

/** How identifiers are written. */
export type Quoting = (name: string) => string;

const reserved = new Set(
  'all and any array as asc between by case cast collate cross desc distinct else end except exists false fetch for from full group having in inner intersect is join lateral left like limit natural not null offset on or order right select some table then true union user using values when where with'.split(
    ' ',
  ),
);

export const quoteAlways: Quoting = quoteIdent;
export const quoteIfNeeded: Quoting = (name) =>
  /^[a-z_][a-z0-9_$]*$/.test(name) && !reserved.has(name) ? name : quoteIdent(name);

export interface NamedItem {
  id: string;
  database: string;
  schema: string;
  name: string;
}

export const path = (quote: Quoting, item: { database: string; schema: string; name: string }): string =>
  [item.database, item.schema, item.name]
    .filter((part) => part !== '')
    .map(quote)
    .join('.');

const reference = (quote: Quoting, item: NamedItem): string => `[${item.id} AS ${path(quote, item)}]`;

const both = (render: (quote: Quoting) => string): CreateSql => ({
  createSql: render(quoteAlways),
  redactedCreateSql: render(quoteIfNeeded),
});

/** `find` gives the item behind an id. */
export type FindItem = (id: string) => NamedItem;

export function optionText(quote: Quoting, value: OptionValue, find: FindItem, withIds: boolean): string {
  const named = (item: NamedItem): string => (withIds ? reference(quote, item) : path(quote, item));
  if ('text' in value) return quoteText(value.text);
  if ('number' in value) return String(value.number);
  if ('secretId' in value) return `SECRET ${named(find(value.secretId))}`;
  return named(find(value.itemId));
}

/** Ids of the secrets and items that options name. */
export const usedBy = (options: ConnectionOptions): string[] =>
  Object.values(options).flatMap((value) =>
    'secretId' in value ? [value.secretId] : 'itemId' in value ? [value.itemId] : [],
  );

export const sortedOptions = (options: ConnectionOptions): [string, OptionValue][] =>
  Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));

export const connectionSql = (name: NewName, options: ConnectionOptions, find: FindItem): CreateSql =>
  both((quote) => {
    const list = sortedOptions(options).map(([option, value]) => `${option} = ${optionText(quote, value, find, true)}`);
    return `CREATE CONNECTION ${path(quote, name)} TO POSTGRES (${list.join(', ')})`;
  });

export const progressSql = (name: NewName): CreateSql =>
  both(
    (quote) =>
      `CREATE SUBSOURCE ${path(quote, name)} (${quote('lsn')} [s70 AS ${quote('mz_catalog')}.${quote('uint8')}]) WITH (PROGRESS = true)`,
  );

/** Column and key list of an ingested table. */
export function tableElements(table: NewIngestedTable, quote: Quoting, withIds: boolean): string[] {
  const columns = table.upstream.columns.map((column) => {
    const type = columnType(column);
    const bare = `${quote('pg_catalog')}.${quote(type.name)}`;
    const typeText = `${withIds ? `[${type.id} AS ${bare}]` : bare}${type.argument}${type.array ? '[]' : ''}`;
    return `${quote(column.name)} ${typeText}${column.nullable ? '' : ' NOT NULL'}`;
  });
  const keys = table.upstream.keys.map(
    (key) =>
      `CONSTRAINT ${quote(key.name)} ${key.isPrimary ? 'PRIMARY KEY' : 'UNIQUE'} (${key.columns.map(quote).join(', ')})`,
  );
  return [...columns, ...keys];
}

export const upstreamReference = (table: NewIngestedTable, quote: Quoting): string =>
  [table.upstreamDatabase, table.upstream.schema, table.upstream.name].map(quote).join('.');

/** As the documentation writes it; names are texts. */
export function constraintList({ excludeConstraints: excluded = [] }: NewIngestedTable): string[] {
  if (excluded === 'all') return ['EXCLUDE ALL CONSTRAINTS'];
  const texts = excluded.map((name) => `'${name.replaceAll("'", "''")}'`);
  return texts.length === 0 ? [] : [`EXCLUDE CONSTRAINTS = (${texts.join(', ')})`];
}

const columnLists = (table: NewIngestedTable, quote: Quoting): string[] => [
  ...(table.textColumns?.length ? [`TEXT COLUMNS = (${table.textColumns.map(quote).join(', ')})`] : []),
  ...(table.excludeColumns?.length ? [`EXCLUDE COLUMNS = (${table.excludeColumns.map(quote).join(', ')})`] : []),
  ...constraintList(table),
];

export const subsourceSql = (table: NewIngestedTable, source: NamedItem): CreateSql =>
  both((quote) => {
    const options = [
      `EXTERNAL REFERENCE = ${upstreamReference(table, quote)}`,
      ...columnLists(table, quote),
      `DETAILS = '${tableDetails(table.upstream)}'`,
    ];
    const elements = tableElements(table, quote, true).join(', ');
    return `CREATE SUBSOURCE ${path(quote, table.name)} (${elements}) OF SOURCE ${reference(quote, source)} WITH (${options.join(', ')})`;
  });

export const sourceTableSql = (table: NewIngestedTable, source: NamedItem): CreateSql =>
  both((quote) => {
    const options = [...columnLists(table, quote), `DETAILS = '${tableDetails(table.upstream)}'`];
    const elements = tableElements(table, quote, true).join(', ');
    return `CREATE TABLE ${path(quote, table.name)} (${elements}) FROM SOURCE ${reference(quote, source)} (REFERENCE = ${upstreamReference(table, quote)}) WITH (${options.join(', ')})`;
  });

export interface SourceDefinition {
  publication: string;
  slot: string;
  timelineId: string | null;
  /** Absent in what was stored before: no standby then. */
  standby?: boolean;
  upstreamDatabase: string;
  textColumns: string[][];
  excludeColumns: string[][];
  progressId: string | null;
}

export const sourceOptions = (source: SourceDefinition, quote: Quoting): string[] => {
  const columns = (list: string[][]): string => list.map((parts) => parts.map(quote).join('.')).join(', ');
  return [
    `PUBLICATION = ${quoteText(source.publication)}`,
    ...(source.textColumns.length > 0 ? [`TEXT COLUMNS = (${columns(source.textColumns)})`] : []),
    ...(source.excludeColumns.length > 0 ? [`EXCLUDE COLUMNS = (${columns(source.excludeColumns)})`] : []),
  ];
};

export const sourceSql = (
  name: NewName,
  source: SourceDefinition,
  clusterId: string,
  connection: NamedItem,
  progress: NamedItem | null,
): CreateSql =>
  both((quote) => {
    const options = [...sourceOptions(source, quote), `DETAILS = '${sourceDetails(source)}'`].join(', ');
    const expose = progress === null ? '' : ` EXPOSE PROGRESS AS ${reference(quote, progress)}`;
    return `CREATE SOURCE ${path(quote, name)} IN CLUSTER [${clusterId}] FROM POSTGRES CONNECTION ${reference(quote, connection)} (${options})${expose}`;
  });

export const viewSql = (name: NewName, query: string, materializedIn: string | null): CreateSql =>
  both((quote) =>
    materializedIn === null
      ? `CREATE VIEW ${path(quote, name)} AS ${query}`
      : `CREATE MATERIALIZED VIEW ${path(quote, name)} IN CLUSTER [${materializedIn}] AS ${query}`,
  );

export const indexSql = (name: NewName, clusterId: string, on: NamedItem, key: string[]): CreateSql =>
  both(
    (quote) =>
      `CREATE INDEX ${quote(name.name)} IN CLUSTER [${clusterId}] ON ${reference(quote, on)} (${key.join(', ')})`,
  );
