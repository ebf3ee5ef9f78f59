import { columnType, storeType } from '../definitions/column-types';
import { type CreateSql, fullName, type NamedItem } from '../definitions/render';
import { quoteIdent, quoteText, relationName, type Store } from '../store';
import type { AddedTable, NewIngestedTable } from '../types';
import { insertItem } from '../write';

/**
 * Makes an ingested table: its rows' table in the store, the view users see, and the catalog's rows. The view fails when
 * the table is dead and waits while its snapshot is not committed.
 */
export async function insertIngested(
  on: Store,
  table: NewIngestedTable,
  made: {
    id: string;
    kind: 'subsource' | 'table';
    source: NamedItem;
    clusterId: string;
    ownerId: string;
    sql: CreateSql;
  },
): Promise<AddedTable> {
  const types = table.upstream.columns.map(columnType);
  const item = await insertItem(on, {
    id: made.id,
    name: table.name,
    type: made.kind === 'subsource' ? 'source' : 'table',
    subtype: made.kind === 'subsource' ? 'subsource' : undefined,
    ownerId: made.ownerId,
    // A source table runs where its source runs, and says so nowhere.
    clusterId: made.kind === 'subsource' ? made.clusterId : undefined,
    sourceId: made.source.id,
    definition: { table },
    sql: made.sql,
    uses: [made.source.id, ...types.map((type) => type.id)],
  });
  await on.query('INSERT INTO mz_store.ingested_tables VALUES ($1, $2, $3, $4, $5)', [
    item.id,
    made.source.id,
    table.upstream.schema,
    table.upstream.name,
    JSON.stringify(table.upstream),
  ]);
  await on.query('INSERT INTO mz_store.table_state (id) VALUES ($1)', [item.id]);
  for (const [index, column] of table.upstream.columns.entries()) {
    const type = types[index]!;
    await on.query('INSERT INTO mz_store.columns VALUES ($1, $2, $3, $4, $5, $6, -1)', [
      item.id,
      index + 1,
      column.name,
      column.nullable,
      type.sqlName,
      type.oid,
    ]);
  }
  await makeRelations(on, item.id, table);
  return { item, upstream: table.upstream };
}

async function makeRelations(on: Store, id: string, table: NewIngestedTable): Promise<void> {
  const columns = table.upstream.columns.map((column) => ({
    name: quoteIdent(column.name),
    type: storeType(columnType(column)),
  }));
  const names = columns.map((column) => column.name).join(', ');
  const typed = columns.map((column) => `${column.name} ${column.type}`).join(', ');
  await on.query(`CREATE TABLE mz_store.${quoteIdent(id)} (${typed})`);
  const late = `mz_store.late_rows(${quoteText(id)}, ${quoteText(names)}, ${quoteText(fullName(table.name))})`;
  await on.query(
    columns.length === 0
      ? `CREATE VIEW ${relationName(table.name)} AS SELECT FROM mz_store.${quoteIdent(id)} WHERE mz_store.readable(${quoteText(id)})`
      : `CREATE VIEW ${relationName(table.name)} AS
         SELECT ${names} FROM mz_store.${quoteIdent(id)} WHERE mz_store.readable(${quoteText(id)})
         UNION ALL SELECT ${names} FROM ${late} AS late(${typed}) WHERE NOT mz_store.readable(${quoteText(id)})`,
  );
}
