import { planError } from '../contract';
import { takesSourceTables, type DdlContext } from '../environment';
import type { CreateTable, Name, Of } from '../sql/ast';
import { openTable } from '../store-rights';
import { printName } from '../upstream/names';
import { featureRefused } from './clusters';
import { requireWithin } from './limits';
import { namesOption, optionMap } from './options';
import { guardedItem, requireCreateIn, requirePrivilege } from './privileges';
import { purify } from './purify';
import { ingested, placeTables, resolvePostgresSource } from './sources';
import { isTaken } from './taken';

const FLAG = 'enable_create_table_from_source';

/** Columns of TEXT COLUMNS and EXCLUDE COLUMNS stand alone here: the table is the one referenced. */
function bareColumns(option: string, names: Name[]): string[] {
  return names.map((parts) => {
    const [column] = parts;
    if (column === undefined || parts.length > 1) {
      throw planError(`invalid ${option} option value: column reference ${printName(parts)} must be unqualified`);
    }
    return column;
  });
}

export async function createTableFromSource(context: DdlContext, ddl: CreateTable): Promise<void> {
  const { catalog, session, environment } = context;
  if (!takesSourceTables(environment))
    throw featureRefused('Whether to allow CREATE TABLE .. FROM SOURCE syntax.', FLAG);
  const name = await catalog.resolveNewName(ddl.name, session);
  const source = await resolvePostgresSource(context, ddl.source);
  if (ddl.reference === undefined) throw planError('CREATE TABLE .. FROM SOURCE must specify a REFERENCE');
  if (ddl.columns !== undefined)
    throw planError('CREATE TABLE .. FROM SOURCE cannot specify column names for this source');
  await requireCreateIn(context, name);
  await requirePrivilege(context, guardedItem(source), 'SELECT');
  const options = optionMap(ddl.with);
  const text = bareColumns('TEXT COLUMNS', namesOption(options.get('TEXT COLUMNS')));
  const exclude = bareColumns('EXCLUDE COLUMNS', namesOption(options.get('EXCLUDE COLUMNS')));
  const { connectionId, publication } = await catalog.storedSource(source.id);
  const purified = await purify(context, {
    connectionId,
    publication,
    selection: {
      type: 'tables',
      tables: [{ reference: ddl.reference, alias: [name.database, name.schema, name.name] }],
    },
    sourceName: [source.database, source.schema, source.name],
    options: {},
    qualify: ([selected]) => {
      const qualify = (column: string) => [selected?.table.schema ?? '', selected?.table.name ?? '', column];
      return { textColumns: text.map(qualify), excludeColumns: exclude.map(qualify) };
    },
  });
  await environment.definitions.run(async () => {
    if (ddl.ifNotExists && (await isTaken(context, name, 'table', true))) return;
    const [table] = await placeTables(context, purified);
    if (table === undefined) throw new Error('a reference selects one table');
    await requireWithin(context, 'table', 1);
    const added = await catalog.addSourceTable(source.id, table, context.role.id);
    environment.ingestion.addTables(source.id, ingested([added]));
  });
}

/** An ordinary table; the backing store understands its columns. */
export async function createPlainTable(context: DdlContext, ddl: Of<'createPlainTable'>): Promise<void> {
  const { catalog } = context;
  const name = await catalog.resolveNewName(ddl.name, context.session);
  await requireCreateIn(context, name);
  await context.environment.definitions.run(async () => {
    if (await isTaken(context, name, 'table', ddl.ifNotExists)) return;
    await requireWithin(context, 'table', 1);
    await catalog.addTable({ name, ownerId: context.role.id, columnsSql: ddl.columnsSql, createSql: context.sql });
    await openTable(context.environment.store, name.schema, name.name);
  });
}
