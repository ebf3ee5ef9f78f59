import { planError } from '../contract';
import { takesSourceTables, type DdlContext } from '../environment';
import type { CreateTable, Name, Of } from '../sql/ast';
import { openTable } from '../store-rights';
import type { NewIngestedTable } from '../catalog/types';
import { printName } from '../upstream/names';
import { sourceError } from '../upstream/publication';
import { featureRefused } from './clusters';
import { requireWithin } from './limits';
import { booleanOption, namesOption, optionMap, textOption } from './options';
import { guardedItem, requireCreateIn, requirePrivilege } from './privileges';
import { purify } from './purify';
import { ingested, placeTables, resolvePostgresSource } from './sources';
import { isTaken } from './taken';

const FLAG = 'enable_create_table_from_source';
const ALL = 'EXCLUDE ALL CONSTRAINTS';

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

/** Names of constraints, or all of them and each NOT NULL. */
function excludedConstraints(options: ReturnType<typeof optionMap>): string[] | 'all' {
  const all = options.has('EXCLUDE ALL CONSTRAINTS') && booleanOption(ALL, options.get(ALL));
  const value = options.get('EXCLUDE CONSTRAINTS');
  const named = value?.type === 'list' ? value.items.map((item) => textOption('EXCLUDE CONSTRAINTS', item)) : [];
  if (all && named.length > 0) throw planError('EXCLUDE ALL CONSTRAINTS cannot be combined with EXCLUDE CONSTRAINTS');
  return all ? 'all' : named;
}

/** What is not recorded of upstream is not missed later. Names match to the letter. */
function withoutConstraints(table: NewIngestedTable, excluded: string[] | 'all'): NewIngestedTable {
  const { upstream } = table;
  if (excluded === 'all') {
    const columns = upstream.columns.map((column) => ({ ...column, nullable: true }));
    return { ...table, upstream: { ...upstream, columns, keys: [] }, excludeConstraints: excluded };
  }
  if (excluded.some((name) => !upstream.keys.some((key) => key.name === name))) {
    throw sourceError(
      `EXCLUDE CONSTRAINTS refers to constraints that do not exist on table ${printName([upstream.schema, upstream.name])}`,
    );
  }
  const keys = upstream.keys.filter((key) => !excluded.includes(key.name));
  return { ...table, upstream: { ...upstream, keys }, excludeConstraints: excluded };
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
  const { connectionId, publication } = await catalog.originOf(source);
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
  const constraints = excludedConstraints(options);
  await environment.definitions.run(async () => {
    if (ddl.ifNotExists && (await isTaken(context, name, 'table', true))) return;
    const [placed] = await placeTables(context, purified);
    if (placed === undefined) throw new Error('a reference selects one table');
    const table = withoutConstraints(placed, constraints);
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
