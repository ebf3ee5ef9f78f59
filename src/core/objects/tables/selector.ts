import { matches, matchesTable, parseGlob, parseTablePattern } from '../../spec/globs';
import { writeIdentifier } from '../../spec/identifiers';
import type { TableSelection } from '../../spec/types';
import { plural } from '../../text/count';
import { isIn } from './find';

interface Named {
  schema: string;
  name: string;
}

/** What a selection means, asked of one table at a time; its patterns are read once. */
export interface Selector {
  /** Tables of that schema may be selected. */
  schema: (name: string) => boolean;
  /** Selected by its schema, or by name: excluded or not. */
  selects: (table: Named) => boolean;
  excludes: (table: Named) => boolean;
  /** Replicated: selected and not excluded. */
  takes: (table: Named) => boolean;
}

/** A selection is asked of every table, and of every entry of a record. What was read of it is never changed. */
const SELECTORS = new WeakMap<TableSelection, Selector>();

/**
 * A pattern that cannot be read is of no file of this version: it selects everything and excludes nothing, since the question
 * may be whether a stranger's pipeline needs a table.
 */
export function selector(selection: TableSelection): Selector {
  const known = SELECTORS.get(selection);
  if (known !== undefined) return known;
  const made = read(selection);
  SELECTORS.set(selection, made);
  return made;
}

function read(selection: TableSelection): Selector {
  const excludes = exclusion(selection);
  const selects = selectionOf(selection);
  return { ...selects, excludes, takes: (table) => selects.selects(table) && !excludes(table) };
}

function selectionOf(selection: TableSelection): Pick<Selector, 'schema' | 'selects'> {
  if (selection.kind === 'all') return { schema: () => true, selects: () => true };
  if (selection.kind === 'list') {
    const schemas = new Set(selection.tables.map((table) => table.schema));
    return { schema: (name) => schemas.has(name), selects: (table) => isIn(selection.tables, table) };
  }
  const literal = new Set(selection.schemas);
  const globs = (selection.globs ?? []).map((text) => parseGlob(text));
  const schema = (name: string): boolean =>
    literal.has(name) || globs.some((glob) => !glob.ok || matches(glob.value, name));
  return { schema, selects: (table) => schema(table.schema) };
}

function exclusion(selection: TableSelection): Selector['excludes'] {
  if (selection.kind === 'list') return () => false;
  const patterns = (selection.exclude ?? []).map((text) => parseTablePattern(text));
  return (table) => patterns.some((pattern) => pattern.ok && matchesTable(pattern.value, table));
}

/** A selection in a few words: `30 tables`, `schemas public, tenant_* but audit_* and 2 more`. */
export function selectionWords(selection: TableSelection): string {
  if (selection.kind === 'list') return plural(selection.tables.length, 'table');
  const { exclude = [] } = selection;
  const but = exclude.length === 0 ? '' : ` but ${few(exclude)}`;
  if (selection.kind === 'all') return `all tables${but}`;
  return `schemas ${few([...selection.schemas.map(writeIdentifier), ...(selection.globs ?? [])])}${but}`;
}

function few(names: string[]): string {
  const more = names.length - 4;
  return `${names.slice(0, 4).join(', ')}${more > 0 ? ` and ${plural(more, 'more', 'more')}` : ''}`;
}

/** What the file names under `schemas` and `exclude` that none of these tables is of, as it writes it. */
export function unmatched(
  selection: TableSelection,
  found: readonly Named[],
): { key: 'schemas' | 'exclude'; pattern: string }[] {
  if (selection.kind === 'list') return [];
  const schemas = new Set(found.map((table) => table.schema));
  const { names, globs } =
    selection.kind === 'all' ? { names: [], globs: [] } : { names: selection.schemas, globs: selection.globs ?? [] };
  const idleGlobs = globs.filter((text) => {
    const glob = parseGlob(text);
    return glob.ok && ![...schemas].some((name) => matches(glob.value, name));
  });
  const idleExclude = (selection.exclude ?? []).filter((text) => {
    const pattern = parseTablePattern(text);
    return pattern.ok && !found.some((table) => matchesTable(pattern.value, table));
  });
  return [
    ...names
      .filter((name) => !schemas.has(name))
      .map((name) => ({ key: 'schemas' as const, pattern: writeIdentifier(name) })),
    ...idleGlobs.map((pattern) => ({ key: 'schemas' as const, pattern })),
    ...idleExclude.map((pattern) => ({ key: 'exclude' as const, pattern })),
  ];
}
