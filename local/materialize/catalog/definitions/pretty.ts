import {
  optionText,
  path,
  quoteIfNeeded,
  sortedOptions,
  sourceOptions,
  type SourceDefinition,
  tableElements,
  upstreamReference,
  usedBy,
  constraintList,
} from './render';
import { tableDetails } from './details';
import type { Features } from '../../version';
import type { Store } from '../store';
import type { CatalogItem, ConnectionOptions, NewIngestedTable } from '../types';
import { definitionOf, finder, readItem } from '../write';

/** Beyond this many characters Materialize breaks a group over several lines. */
const WIDTH = 100;

/** `head (a, b)`, or one entry a line when that is too long. */
const group = (head: string, entries: string[], indent = ''): string => {
  const line = `${head} (${entries.join(', ')})`;
  if (line.length <= WIDTH) return line;
  const inner = entries.map((entry) => `${indent}    ${entry}`).join(',\n');
  return `${head} (\n${inner}\n${indent})`;
};

/** The recorded layout of a list that hangs under its keyword. */
const hanging = (head: string, entries: string[], indent: string): string =>
  `${head}\n${indent}(\n${entries.map((entry) => `${indent}    ${entry}`).join(',\n')}\n${indent})`;

interface Definition extends SourceDefinition {
  options: ConnectionOptions;
  table: NewIngestedTable;
  query: string;
  /** Of an index: what it is on, and its key as SQL. */
  on: string;
  key: string[];
}

/** SHOW CREATE: names instead of ids, spread over lines as recorded. */
export function pretty(store: Store, features: Features) {
  async function connection(item: CatalogItem, options: ConnectionOptions): Promise<string> {
    const find = await finder(store, usedBy(options));
    const entries = sortedOptions(options).map(
      ([name, value]) => `${name} = ${optionText(quoteIfNeeded, value, find, false)}`,
    );
    return `${hanging(`CREATE CONNECTION ${path(quoteIfNeeded, item)}\nTO POSTGRES`, entries, '    ')};`;
  }

  async function source(item: CatalogItem, definition: Definition): Promise<string> {
    const subsources = await store.query<{ definition: Definition; name: string; schema: string; database: string }>(
      `SELECT i.definition, i.name, s.name AS schema, d.name AS database FROM mz_store.items i
       JOIN mz_store.schemas s ON s.id = i.schema_id JOIN mz_store.databases d ON d.id = s.database_id
       WHERE i.source_id = $1 AND i.subtype = 'subsource' ORDER BY i.name COLLATE "C"`,
      [item.id],
    );
    const related = await readItem(store, item.connectionId ?? '');
    const lines = [
      `CREATE SOURCE ${path(quoteIfNeeded, item)}`,
      await inCluster(item),
      group(`FROM POSTGRES CONNECTION ${path(quoteIfNeeded, related)}`, sourceOptions(definition, quoteIfNeeded)),
    ];
    if (subsources.length > 0) {
      const entries = subsources.map(
        (row) => `${upstreamReference(row.definition.table, quoteIfNeeded)} AS ${path(quoteIfNeeded, row)}`,
      );
      lines.push(group('FOR TABLES', entries));
    }
    if (definition.progressId !== null) {
      lines.push(`EXPOSE PROGRESS AS ${path(quoteIfNeeded, await readItem(store, definition.progressId))}`);
    }
    return `${lines.join('\n')};`;
  }

  async function inCluster({ clusterId }: CatalogItem): Promise<string> {
    const rows = await store.query<{ name: string }>('SELECT name FROM mz_store.clusters WHERE id = $1', [clusterId]);
    return `IN CLUSTER ${quoteIfNeeded(rows[0]!.name)}`;
  }

  async function index(item: CatalogItem, { on, key }: Definition): Promise<string> {
    const relation = `ON ${path(quoteIfNeeded, await readItem(store, on))} (${key.join(', ')})`;
    const parts = [`CREATE INDEX ${quoteIfNeeded(item.name)}`, await inCluster(item), relation];
    const line = parts.join(' ');
    return `${line.length <= WIDTH ? line : parts.join('\n')};`;
  }

  async function ingested(item: CatalogItem, definition: Definition): Promise<string> {
    const table = { ...definition.table, name: item };
    const parent = await readItem(store, item.sourceId ?? '');
    const elements = tableElements(table, quoteIfNeeded, false);
    const details = `WITH (\n    DETAILS = '${tableDetails(table.upstream)}'\n)`;
    const reference = upstreamReference(table, quoteIfNeeded);
    if (item.type === 'table' && features.sourceTables) return sourceTable(item, parent, table, reference);
    const head = `CREATE ${item.type === 'table' ? 'TABLE' : 'SUBSOURCE'}\n    ${path(quoteIfNeeded, item)}`;
    const inline = `        (${elements.join(', ')})`;
    const body = inline.length <= WIDTH ? `${head}\n${inline}` : hanging(head, elements, '        ');
    return item.type === 'table'
      ? `${body}\nFROM SOURCE ${path(quoteIfNeeded, parent)} (REFERENCE = ${reference})\n${details};`
      : `${body}\nOF SOURCE ${path(quoteIfNeeded, parent)}\nWITH (EXTERNAL REFERENCE = ${reference});`;
  }

  /** Since source tables are everybody's, without columns and details; on one line where it fits. */
  function sourceTable(item: CatalogItem, parent: CatalogItem, table: NewIngestedTable, reference: string): string {
    const columns = (option: string, names: string[] | undefined): string[] =>
      names === undefined || names.length === 0 ? [] : [`${option} COLUMNS = (${names.map(quoteIfNeeded).join(', ')})`];
    const options = [
      ...columns('TEXT', table.textColumns),
      ...columns('EXCLUDE', table.excludeColumns),
      ...constraintList(table),
    ];
    const parts = [
      `CREATE TABLE ${path(quoteIfNeeded, item)}`,
      `FROM SOURCE ${path(quoteIfNeeded, parent)} (REFERENCE = ${reference})`,
      ...(options.length === 0 ? [] : [`WITH (${options.join(', ')})`]),
    ];
    const line = parts.join(' ');
    return `${line.length <= WIDTH && !line.includes('\n') ? line : parts.join('\n')};`;
  }

  return {
    /** Answer of SHOW CREATE: the full name, and the definition with names instead of ids, over several lines. */
    async showCreate(id: string): Promise<{ name: string; create_sql: string }> {
      const item = await readItem(store, id);
      const definition = await definitionOf<Definition>(store, id);
      let text = `${item.redactedCreateSql ?? ''};`;
      if (item.type === 'connection') text = await connection(item, definition.options);
      else if (item.subtype === 'postgres') text = await source(item, definition);
      else if (item.sourceId !== null) text = await ingested(item, definition);
      else if (item.type === 'index') text = await index(item, definition);
      else if (item.type === 'materialized-view') {
        const head = `CREATE MATERIALIZED VIEW ${path(quoteIfNeeded, item)}`;
        text = `${head}\n${await inCluster(item)}\nAS ${definition.query}`;
      } else if (item.type === 'view') text = `CREATE VIEW ${path(quoteIfNeeded, item)} AS ${definition.query}`;
      const name = features.bareNames ? path((part) => part, item) : path(quoteIfNeeded, item);
      return { name, create_sql: text };
    },
  };
}
