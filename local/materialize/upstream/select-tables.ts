import { MzError, type UpstreamTable } from '../contract';
import { printName } from './names';
import { sourceError, type PublicationDescription } from './publication';

/** The FOR clause: parts of names as written, outermost first. */
export type TableSelection =
  | { type: 'none' }
  | { type: 'all' }
  | { type: 'schemas'; schemas: string[] }
  | { type: 'tables'; tables: { reference: string[]; alias?: string[] | undefined }[] };

export interface SelectedTable {
  table: UpstreamTable;
  /** The name it gets here: the alias, else the bare upstream name beside the source. */
  name: string[];
}

const refuse = (message: string, detail?: string): MzError =>
  new MzError('XX000', message, detail === undefined ? {} : { detail });

/** The published table that `reference` (`table`, `schema.table` or `database.schema.table`) means. */
export function resolveReference(published: PublicationDescription, reference: readonly string[]): UpstreamTable {
  const [name, schema, database] = [...reference].reverse();
  const found = published.tables.filter(
    (table) =>
      table.name === name &&
      (schema === undefined || table.schema === schema) &&
      (database === undefined || published.database === database),
  );
  if (found.length === 0) throw refuse(`reference to ${printName(reference)} not found in source`);
  if (found.length > 1) {
    const hint = 'consider specifying an additional layer of qualification';
    throw refuse(`reference ${printName(reference)} is ambiguous, ${hint}`);
  }
  return found[0]!;
}

function choose(published: PublicationDescription, selection: TableSelection): [UpstreamTable, string[] | undefined][] {
  if (selection.type === 'none') return [];
  if (selection.type === 'all') return published.tables.map((table) => [table, undefined]);
  if (selection.type === 'tables') {
    return selection.tables.map(({ reference, alias }) => [resolveReference(published, reference), alias]);
  }
  const present = new Set(published.tables.map((table) => table.schema));
  const missing = [...new Set(selection.schemas)].filter((schema) => !present.has(schema)).sort();
  if (missing.length > 0) {
    const quoted = missing.map((schema) => JSON.stringify(schema)).join(', ');
    throw refuse(`no tables found in referenced schemas: ${quoted}`, `missing schemas: ${quoted}`);
  }
  return published.tables.filter((table) => selection.schemas.includes(table.schema)).map((t) => [t, undefined]);
}

/** Two tables under one name, or one table under two names in one statement. */
function refuseDuplicates(published: PublicationDescription, selected: SelectedTable[]): void {
  const upstreamName = (s: SelectedTable): string => printName([published.database, s.table.schema, s.table.name]);
  for (const one of selected) {
    const name = printName(one.name);
    const sameName = selected.filter((other) => printName(other.name) === name);
    if (sameName.length < 2) continue;
    const names = sameName.map(upstreamName).sort().join(', ');
    throw refuse(`multiple subsources would be named ${name}`, `referenced tables with duplicate name: ${names}`);
  }
  for (const one of selected) {
    const sameTable = selected.filter((other) => other.table.oid === one.table.oid);
    if (sameTable.length < 2) continue;
    const names = sameTable
      .map((other) => printName(other.name))
      .sort()
      .join(', ');
    throw refuse(`multiple subsources refer to table ${upstreamName(one)}`, `subsources referencing table: ${names}`);
  }
}

/**
 * The tables the FOR clause names, in order, with the names they get. `sourceName` is the source's name as written:
 * tables without a qualified alias land beside it. Throws MzError in Materialize's words.
 */
export function selectTables(
  published: PublicationDescription,
  selection: TableSelection,
  sourceName: readonly string[],
): SelectedTable[] {
  const beside = sourceName.slice(0, -1);
  const selected = choose(published, selection).map(([table, alias]) => ({
    table,
    name: alias !== undefined && alias.length > 1 ? alias : [...beside, alias?.[0] ?? table.name],
  }));
  refuseDuplicates(published, selected);
  return selected;
}

/** Said when CREATE SOURCE names no tables although it must. */
export const missingTables = (): MzError =>
  sourceError('missing TABLES specification', {
    hint: 'provide a FOR TABLES (..), FOR SCHEMAS (..), or FOR ALL TABLES clause',
  });
