import { columnType, storeType } from '../definitions/column-types';
import type { CreateSql } from '../definitions/render';
import { fullName } from '../rows';
import { insert, quoteIdent, quoteText, relationName, type Store } from '../store';
import type { AddedTable, CatalogItem, NewIngestedTable, UpstreamTable } from '../types';
import { insertColumn, insertItem } from '../write';

/**
 * Makes an ingested table: its rows' table in the store, the view users see, and the catalog's rows. The view fails when
 * the table is dead and waits while its snapshot is not committed.
 */
export async function insertIngested(
  on: Store,
  table: NewIngestedTable,
  { kind, source, ownerId, sql }: { kind: 'subsource' | 'table'; source: CatalogItem; ownerId: string; sql: CreateSql },
): Promise<AddedTable> {
  const { upstream } = table;
  const types = upstream.columns.map(columnType);
  const item = await insertItem(on, {
    ...{ name: table.name, ownerId, sourceId: source.id, definition: { table }, sql },
    ...(kind === 'table' ? { type: 'table' } : { type: 'source', subtype: 'subsource' }),
    // A source table runs where its source runs, and says so nowhere.
    clusterId: kind === 'subsource' ? (source.clusterId ?? '') : undefined,
    uses: [source.id, ...types.map((type) => type.id)],
  });
  await insert(on, 'mz_store.ingested_tables', {
    id: item.id,
    source_id: source.id,
    schema_name: upstream.schema,
    table_name: upstream.name,
    upstream: JSON.stringify(upstream),
  });
  await insert(on, 'mz_store.table_state', { id: item.id });
  for (const [index, { name, nullable }] of upstream.columns.entries()) {
    const { sqlName, oid } = types[index]!;
    await insertColumn(on, item.id, index + 1, { name, nullable, type: sqlName, type_oid: oid });
  }
  await makeRelations(on, item.id, table);
  return { item, upstream: table.upstream };
}

async function makeRelations(on: Store, id: string, table: NewIngestedTable): Promise<void> {
  const columns = table.upstream.columns.map((column) => ({
    name: quoteIdent(column.name),
    type: storeType(columnType(column)),
    shown: shown(column),
  }));
  const values = columns.map((column) => column.shown).join(', ');
  const names = columns.map((column) => column.name).join(', ');
  const typed = columns.map((column) => `${column.name} ${column.type}`).join(', ');
  await on.query(`CREATE TABLE mz_store.${quoteIdent(id)} (${typed})`);
  const late = `mz_store.late_rows(${quoteText(id)}, ${quoteText(names)}, ${quoteText(fullName(table.name))})`;
  await on.query(
    columns.length === 0
      ? `CREATE VIEW ${relationName(table.name)} AS SELECT FROM mz_store.${quoteIdent(id)} WHERE mz_store.readable(${quoteText(id)})`
      : `CREATE VIEW ${relationName(table.name)} AS
         SELECT ${values} FROM mz_store.${quoteIdent(id)} WHERE mz_store.readable(${quoteText(id)})
         UNION ALL SELECT ${values} FROM ${late} AS late(${typed}) WHERE NOT mz_store.readable(${quoteText(id)})`,
  );
}

/** Materialize keeps no zeros at the end of a number, whatever scale the column has: a replicated 1.00 reads 1 there. */
function shown(column: UpstreamTable['columns'][number]): string {
  const name = quoteIdent(column.name);
  const { name: type, array } = columnType(column);
  return type === 'numeric' && !array ? `trim_scale(${name}) AS ${name}` : name;
}
