import { printName } from '../upstream/names';
import type { ExternalReference, Option, OptionValue, SourceTables, Statement } from './ast';
import type { Cursor } from './cursor';

const SOURCE_WITH = ['TIMESTAMP INTERVAL', 'RETAIN HISTORY'] as const;
const POSTGRES_OPTIONS = ['DETAILS', 'PUBLICATION', 'TEXT COLUMNS', 'EXCLUDE COLUMNS'] as const;
const TABLE_WITH = ['TEXT COLUMNS', 'EXCLUDE COLUMNS', 'DETAILS', 'PARTITION BY', 'RETAIN HISTORY'] as const;

function columnsOr(cursor: Cursor, name: string): OptionValue | undefined {
  if (name === 'TEXT COLUMNS' || name === 'EXCLUDE COLUMNS') return cursor.nameList();
  if (name === 'RETAIN HISTORY') cursor.expect('FOR');
  return cursor.optionValue();
}

export function createSource(cursor: Cursor): Statement {
  const ifNotExists = cursor.ifNotExists();
  const name = cursor.name();
  const cluster = cursor.accept('IN', 'CLUSTER') ? cursor.identifier() : undefined;
  cursor.expect('FROM');
  if (!cursor.accept('POSTGRES')) return { kind: 'unsupported', what: 'sources other than POSTGRES' };
  cursor.expect('CONNECTION');
  const connection = cursor.name();
  const options = cursor.isPunctuation('(')
    ? cursor.parenthesized(() => cursor.option(POSTGRES_OPTIONS, (option) => columnsOr(cursor, option)))
    : [];
  const tables = forClause(cursor);
  const progress = cursor.accept('EXPOSE') ? progressName(cursor) : undefined;
  const withOptions = cursor.withOptions(SOURCE_WITH, (option) => columnsOr(cursor, option));
  return {
    kind: 'createSource',
    name,
    ifNotExists,
    cluster,
    connection,
    options,
    tables,
    tablesText: printTables(tables),
    progress,
    with: withOptions,
  };
}

function progressName(cursor: Cursor) {
  cursor.expect('PROGRESS', 'AS');
  return cursor.name();
}

function forClause(cursor: Cursor): SourceTables {
  if (!cursor.accept('FOR')) return { type: 'none' };
  const what = cursor.expectOneOf(['ALL', 'SCHEMAS', 'TABLES']);
  if (what === 'ALL') {
    cursor.expect('TABLES');
    return { type: 'all' };
  }
  if (what === 'SCHEMAS') return { type: 'schemas', schemas: cursor.parenthesized(() => cursor.identifier()) };
  return { type: 'tables', tables: cursor.parenthesized(() => reference(cursor)) };
}

function reference(cursor: Cursor): ExternalReference {
  const name = cursor.name();
  const aliased = cursor.acceptOneOf(['AS', 'INTO']) !== undefined;
  return { reference: name, alias: aliased ? cursor.name() : undefined };
}

/** `ADD SUBSOURCE|TABLE ref [AS alias], … [WITH (…)]`, ADD taken already. */
export function addSubsources(cursor: Cursor): { tables: ExternalReference[]; with: Option[] } {
  cursor.expectOneOf(['SUBSOURCE', 'TABLE']);
  const tables = cursor.commaSeparated(() => reference(cursor));
  const options = ['TEXT COLUMNS', 'EXCLUDE COLUMNS', 'DETAILS'] as const;
  return { tables, with: cursor.withOptions(options, (option) => columnsOr(cursor, option)) };
}

export function createTable(cursor: Cursor): Statement {
  const ifNotExists = cursor.ifNotExists();
  const name = cursor.name();
  const braced = cursor.isPunctuation('(') ? columnDefinitions(cursor) : undefined;
  if (braced !== undefined && cursor.token.kind === 'end') {
    return { kind: 'createPlainTable', name, ifNotExists, columnsSql: braced.sql };
  }
  cursor.expect('FROM', 'SOURCE');
  const source = cursor.name();
  const references = cursor.isPunctuation('(')
    ? cursor.parenthesized(() => {
        cursor.expect('REFERENCE');
        cursor.acceptPunctuation('=');
        return cursor.name();
      })
    : [];
  const withOptions = cursor.accept('WITH') ? cursor.parenthesized(() => tableOption(cursor)) : [];
  return {
    kind: 'createTable',
    name,
    ifNotExists,
    source,
    reference: references[0],
    columns: braced?.names,
    with: withOptions,
  };
}

/** Not in the list, which a refusal prints as it was recorded of older releases. */
const CONSTRAINTS = ['EXCLUDE CONSTRAINTS', 'EXCLUDE ALL CONSTRAINTS'];

const tableOption = (cursor: Cursor): Option =>
  CONSTRAINTS.some((name) => cursor.sees(...name.split(' ')))
    ? cursor.option(CONSTRAINTS)
    : cursor.option(TABLE_WITH, (option) => columnsOr(cursor, option));

/** What stands in the parentheses after a table's name: column names, or definitions the backing store understands. */
function columnDefinitions(cursor: Cursor): { sql: string; names: string[] } {
  cursor.expectPunctuation('(', 'left parenthesis');
  const start = cursor.token.start;
  const names: string[] = [];
  let depth = 0;
  let first = true;
  for (;;) {
    if (depth === 0 && cursor.isPunctuation(')')) break;
    if (cursor.token.kind === 'end') cursor.expected('right parenthesis');
    const { kind, text } = cursor.next();
    if (first) names.push(text);
    first = kind === 'punctuation' && text === ',' && depth === 0;
    if (kind === 'punctuation' && text === '(') depth++;
    if (kind === 'punctuation' && text === ')') depth--;
  }
  const sql = cursor.sql.slice(start, cursor.token.start).trim();
  cursor.expectPunctuation(')', 'right parenthesis');
  return { sql, names };
}

function printTables(tables: SourceTables): string {
  if (tables.type === 'none') return '';
  if (tables.type === 'all') return 'FOR ALL TABLES';
  if (tables.type === 'schemas')
    return `FOR SCHEMAS (${tables.schemas.map((schema) => printName([schema])).join(', ')})`;
  const printed = tables.tables.map(
    ({ reference: from, alias }) => printName(from) + (alias === undefined ? '' : ` AS ${printName(alias)}`),
  );
  return `FOR TABLES (${printed.join(', ')})`;
}
