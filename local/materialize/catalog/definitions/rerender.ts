import {
  connectionSql,
  type CreateSql,
  progressSql,
  type SourceDefinition,
  sourceSql,
  sourceTableSql,
  subsourceSql,
} from './render';
import { selectItems } from '../rows';
import type { Store } from '../store';
import type { CatalogItem, ConnectionOptions, NewIngestedTable } from '../types';
import { findAmong } from '../write';

type Definition = SourceDefinition & { options: ConnectionOptions; table: NewIngestedTable };

/** Writes every definition's text anew after a rename: definitions name what they use. */
export async function rerender(on: Store): Promise<void> {
  const rows = await on.query<CatalogItem & { definition: Definition }>(selectItems('i.definition,'));
  const find = findAmong(rows);
  const update = 'UPDATE mz_store.items SET create_sql = $2, redacted_create_sql = $3 WHERE id = $1';
  for (const item of rows) {
    const sql = definitionText(item, item.definition, find);
    if (sql !== null) await on.query(update, [item.id, sql.createSql, sql.redactedCreateSql]);
  }
}

function definitionText(
  item: CatalogItem,
  definition: Definition,
  find: (id: string) => CatalogItem,
): CreateSql | null {
  if (item.type === 'connection') return connectionSql(item, definition.options, find);
  if (item.subtype === 'progress') return progressSql(item);
  if (item.subtype === 'postgres') {
    const progress = definition.progressId === null ? null : find(definition.progressId);
    return sourceSql(item, definition, item.clusterId ?? '', find(item.connectionId ?? ''), progress);
  }
  if (item.sourceId === null) return null;
  const table = { ...definition.table, name: item };
  const source = find(item.sourceId);
  return item.type === 'table' ? sourceTableSql(table, source) : subsourceSql(table, source);
}
