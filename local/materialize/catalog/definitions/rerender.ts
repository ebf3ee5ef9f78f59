import {
  connectionSql,
  type CreateSql,
  progressSql,
  type SourceDefinition,
  sourceSql,
  sourceTableSql,
  subsourceSql,
} from './render';
import { type ItemRow, selectItems, toItem } from '../rows';
import type { Store } from '../store';
import type { CatalogItem, ConnectionOptions, NewIngestedTable } from '../types';

type Definition = SourceDefinition & { options: ConnectionOptions; table: NewIngestedTable };

/** Writes every definition's text anew after a rename: definitions name what they use. */
export async function rerender(on: Store): Promise<void> {
  const rows = await on.query<ItemRow & { definition: Definition }>(
    selectItems.replace('SELECT i.id', 'SELECT i.definition, i.id'),
  );
  const found = new Map(rows.map((row) => [row.id, toItem(row)]));
  const find = (id: string): CatalogItem => {
    const item = found.get(id);
    if (item === undefined) throw new Error(`the catalog has no item ${id}`);
    return item;
  };
  for (const row of rows) {
    const item = find(row.id);
    const sql = definitionText(item, row.definition, find);
    if (sql === null) continue;
    await on.query('UPDATE mz_store.items SET create_sql = $2, redacted_create_sql = $3 WHERE id = $1', [
      item.id,
      sql.createSql,
      sql.redactedCreateSql,
    ]);
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
