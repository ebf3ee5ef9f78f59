import type { ChildFacts } from '../source/facts';
import type { TableFacts } from './facts';
import type { SourceFacts, TargetFacts } from '../../plan/facts';
import { isOurs } from '../../plan/ownership';
import type { Beside, DroppedTable, PlannedTable, Rebuild, RemovedTable } from '../../plan/types';
import { targetName } from '../../names';
import type { PipelineSpec, TableRef, TableSelection } from '../../spec/types';
import { plural } from '../../text/count';
import { isBeside, roleBeside, settledName, tablesOf } from '../beside/names';
import { recreateReasons } from '../source/definition';
import { findChildren, findIn, isIn } from './find';
import { replicatedAsOne } from './partitions';
import { selector } from './selector';

/** Ordinary tables and partitions. Partitioned tables come in where they are replicated as one. */
const REPLICABLE = new Set(['r']);

interface Named {
  schema: string;
  name: string;
}

/** It is there, and this run drops it alone and adds it again. */
export const isRebuilt = (rebuild: Rebuild | null, table: Named): boolean =>
  rebuild !== null && findChildren(rebuild.damage.dead, table).length > 0;
/** One list of them for each plan, which is indexed once. */
const besideTables = new WeakMap<Beside, DroppedTable[]>();
/** It is there, and stays until this run has copied it again beside. */
export function isCopiedBeside(beside: Beside | null, table: Named): boolean {
  if (beside === null) return false;
  const tables = besideTables.get(beside) ?? tablesOf(beside);
  besideTables.set(beside, tables);
  return findChildren(tables, table).length > 0;
}

export const tableName = (table: Named): string => `${table.schema}.${table.name}`;

/** `public.a, public.b and 3 more`, of a list that is counted. */
export function firstNames({ count, first }: { count: number; first: readonly Named[] }): string {
  const more = count - first.length;
  return `${first.map(tableName).join(', ')}${more > 0 ? ` and ${plural(more, 'more', 'more')}` : ''}`;
}

/** How a table leaves that upstream has no more. Schemas and all name none: there the next plan takes it out by itself. */
export const takeOut = ({ source }: PipelineSpec): string =>
  source.tables.kind === 'list' ? 'take it out of the file, then n2m apply' : 'n2m apply';

/**
 * The tables this pipeline will have, resolved against upstream, with their names in Materialize. A table that is
 * there keeps the name it has; `fresh` are those this run copies: absent, not committed yet, or dropped to be copied
 * again.
 */
export function selectTables(
  spec: PipelineSpec,
  source: SourceFacts,
  target: TargetFacts,
  rebuild: Rebuild | null = null,
  beside: Beside | null = null,
): PlannedTable[] {
  const recreated = recreateReasons(spec, source, target).length > 0;
  return selected(spec, source, recreated ? null : target).map(({ ref, facts }) => {
    const child = recreated ? null : childOf(spec, target, ref);
    return {
      ...ref,
      target: child === null ? (ref.alias ?? ref.name) : settledName(child),
      fresh: child === null || !child.committed || isRebuilt(rebuild, ref) || isCopiedBeside(beside, ref),
      estimatedRows: facts.estimatedRows,
      bytes: facts.bytes,
    };
  });
}

/** Read whole, such a table has rows that are others', whose changes no publication sends under its name. */
export const hasHeirs = ({ heirs, hypertable }: Pick<TableFacts, 'heirs' | 'hypertable'>): boolean =>
  heirs.count > 0 || hypertable;

/** What schemas or all find and the pipeline leaves out: tables with heirs, unless Materialize has them already. */
export function leftOut(spec: PipelineSpec, source: SourceFacts, target: TargetFacts | null): TableFacts[] {
  const { tables } = spec.source;
  if (tables.kind === 'list') return [];
  const { takes } = selector(tables);
  return source.tables
    .filter((table) => REPLICABLE.has(table.relkind) && hasHeirs(table) && takes(table))
    .filter((table) => target === null || childOf(spec, target, table) === null);
}

/** What the file selects and upstream has, in the file's order, else by name. `target` null: all of it is copied anew. */
export function selected(
  spec: PipelineSpec,
  source: SourceFacts,
  target: TargetFacts | null,
): { ref: TableRef; facts: TableFacts }[] {
  const { tables } = spec.source;
  if (tables.kind === 'list') {
    return tables.tables.flatMap((ref) => {
      const facts = findIn(source.tables, ref);
      return facts ? [{ ref, facts }] : [];
    });
  }
  const without = new Set(leftOut(spec, source, target));
  const { takes } = selector(tables);
  const found = source.tables.filter(takes);
  const asOne = replicatedAsOne(found, (table) => (target === null ? null : childOf(spec, target, table)));
  return found
    .filter((table) =>
      table.relkind === 'p'
        ? asOne.includes(table)
        : REPLICABLE.has(table.relkind) &&
          !without.has(table) &&
          !table.partitionOf.some((above) => isIn(asOne, above)),
    )
    .map((facts) => ({ ref: { ...nameOf(facts), alias: aliasOf(tables, facts) }, facts }))
    .sort((a, b) => (tableName(a.ref) < tableName(b.ref) ? -1 : 1));
}

/** A table of the target that the file does not select any more. Only ours: what was adopted is left alone. */
export function removedTables(spec: PipelineSpec, source: SourceFacts, target: TargetFacts): RemovedTable[] {
  if (!target.source || !isOurs(target.source.comment, spec.name)) return [];
  if (recreateReasons(spec, source, target).length > 0) return [];
  const wanted = selected(spec, source, target).map(({ ref }) => ref);
  const { children } = target.source;
  return (
    children
      // What somebody made of our source elsewhere is theirs.
      .filter((child) => child.schema === spec.materialize.schema)
      // What stands beside one goes without a word of its own.
      .filter((child) => !isBeside(child) || ownChild(spec, children, child.upstream)?.id === child.id)
      .filter((child) => !isIn(wanted, child.upstream))
      .filter((child) => !unreadable(spec, source, child))
      .map((child) => ({ ...child.upstream, target: child.name, kind: child.kind, dependents: child.dependents }))
  );
}

/** Named by the file but not found upstream: that is a finding, not a wish to drop it. */
function unreadable(spec: PipelineSpec, source: SourceFacts, child: ChildFacts): boolean {
  return (
    spec.source.tables.kind === 'list' &&
    isIn(spec.source.tables.tables, child.upstream) &&
    isIn(source.missingTables, child.upstream)
  );
}

type Wanted = Named & { alias?: string | null; target?: string };

/**
 * The pipeline's own among the tables of its source. Two of one upstream table may stand side by side, and anybody may make
 * another from the source elsewhere: ours is in the pipeline's schema, and of several there the one of the wanted name.
 */
export function ownChild<C extends Pick<ChildFacts, 'schema' | 'name' | 'upstream'>>(
  { materialize, source }: PipelineSpec,
  children: readonly C[],
  table: Wanted,
): C | null {
  const ours = findChildren(children, table).filter((child) => child.schema === materialize.schema);
  // A copy beside is none until it has its name; what it takes the place of may have lost its own for a moment.
  const called = ours.filter((child) => !isBeside(child));
  const here = called.length > 0 ? called : ours.filter((child) => roleBeside(child)?.role === 'old');
  if (here.length < 2) return here[0] ?? null;
  const name = table.target ?? table.alias ?? aliasOf(source.tables, table) ?? table.name;
  return here.find((child) => child.name === name) ?? here[0] ?? null;
}

/** The table as the source has it: of a source that was adopted wherever it is, of our own in the pipeline's schema. */
export function childOf(spec: PipelineSpec, { source }: Pick<TargetFacts, 'source'>, table: Wanted): ChildFacts | null {
  if (source === null) return null;
  const own = ownChild(spec, source.children, table);
  if (own !== null || isOurs(source.comment, spec.name)) return own;
  return findChildren(source.children, table)[0] ?? null;
}

/** What the file calls the table in Materialize, where that is not its name. */
function aliasOf(selection: TableSelection, table: Named): string | null {
  if (selection.kind === 'list') return findIn(selection.tables, table)?.alias ?? null;
  const alias = findIn(selection.aliases, table)?.alias ?? null;
  if (alias !== null || selection.targetName === undefined) return alias;
  const filled = targetName(selection.targetName, table);
  return filled === table.name ? null : filled;
}

const nameOf = ({ schema, name }: Named): Named => ({ schema, name });

/** Materialize has the table, and this run leaves it there. */
export const existsInTarget = (
  { spec, target, recreate }: { spec: PipelineSpec; target: TargetFacts; recreate: string[] },
  table: Wanted,
): boolean => recreate.length === 0 && childOf(spec, target, table) !== null;
