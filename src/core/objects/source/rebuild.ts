import type { ChildFacts, DependentFacts, SourceObjectFacts } from './facts';
import type { TableFacts } from '../tables/facts';
import type { SourceFacts, TargetFacts } from '../../plan/facts';
import { isOurs } from '../../plan/ownership';
import type { DroppedTable, Rebuild } from '../../plan/types';
import type { ConstraintRef, PipelineSpec } from '../../spec/types';
import { besideName, settledName } from '../beside/names';
import { behind } from '../tables/columns/copied';
import { childOf, selected } from '../tables/select';
import { recreateReasons } from './definition';
import { otherHistory } from './moved';

/** What no ALTER can change: the source, or tables whose columns are taken otherwise than the file and upstream have them. */
export function rebuildOf(spec: PipelineSpec, upstream: SourceFacts, target: TargetFacts): Rebuild | null {
  const { source } = target;
  // Only our own is ever dropped; what is adopted is a conflict, or a finding.
  if (!source || !isOurs(source.comment, spec.name)) return null;
  const recreate = recreateReasons(spec, upstream, target);
  const dead =
    recreate.length > 0 ? [] : copiedAgain(spec, upstream, target, source).filter((table) => !fitsBeside(table));
  if (recreate.length + dead.length === 0) return null;
  const moved = otherHistory(spec, upstream, target) !== null;
  const dependents = dependentsOn(source, { recreate, dead });
  return { damage: { recreate, dead }, dependents, slot: source.slot, ...(moved ? { moved } : {}) };
}

/** Tables whose copy has to be made again, as it keeps the columns it was made with. */
export const copiedAgain = (
  spec: PipelineSpec,
  upstream: SourceFacts,
  target: TargetFacts,
  source: SourceObjectFacts,
): DroppedTable[] =>
  selected(spec, upstream, target).flatMap(({ facts }) => {
    const child = childOf(spec, { source }, facts);
    const reasons = child ? copyReasons(spec, source, child, facts) : [];
    if (!child || reasons.length === 0) return [];
    const table = droppedTable(spec, child, reasons.join(', '));
    if (columnDifferences(spec, source, child, facts).length > 0) return [table];
    return [{ ...table, added: behind(spec, child, facts).columns.map(({ name }) => name) }];
  });

/** Two source tables of one upstream table stand side by side; subsources do not. */
export const fitsBeside = ({ kind, item }: DroppedTable): boolean =>
  kind === 'table' && besideName(item.name, 'new') !== null && besideName(item.name, 'old') !== null;

/** Why a table is to be copied again: `email: joins excludeColumns`, `note: added upstream`. */
export function copyReasons(
  spec: PipelineSpec,
  source: Pick<SourceObjectFacts, 'textColumns' | 'excludeColumns'>,
  child: ChildFacts,
  table: TableFacts,
): string[] {
  const { columns, refused } = behind(spec, child, table);
  // What Materialize refuses stays out, and so does the rest of that table, until the file says what becomes of it.
  const comes = refused.length > 0 ? [] : columns.map(({ name }) => `${name}: added upstream`);
  return [...columnDifferences(spec, source, child, table), ...comes];
}

/**
 * Columns of a copied table that the file wants otherwise, as `email: joins excludeColumns`. What joins must be in the copy
 * and named nowhere, what leaves must be there upstream and named by the table's own statement: a source's may still name
 * columns of a table that was dropped.
 */
export function columnDifferences(
  { source: file }: PipelineSpec,
  source: Pick<SourceObjectFacts, 'textColumns' | 'excludeColumns'>,
  child: ChildFacts,
  table: TableFacts,
): string[] {
  const { schema, name } = table;
  const exists = (column: string): boolean => table.columns.some((known) => known.name === column);
  const isCopied = (column: string): boolean => child.columns?.includes(column) ?? true;
  const columns = (['textColumns', 'excludeColumns'] as const).flatMap((key) => {
    const wanted = file[key].filter((ref) => ref.schema === schema && ref.table === name).map(({ column }) => column);
    // A source with subsources may name them all in its own statement; of source tables several are of one upstream table.
    const isNamed = (column: string): boolean =>
      child.kind === 'table' ? child[key].includes(column) : source[key].includes([schema, name, column].join('.'));
    const joins = wanted.filter((column) => !isNamed(column) && isCopied(column));
    const leaves = child[key].filter((column) => !wanted.includes(column) && exists(column));
    return [...joins.map((column) => `${column}: joins ${key}`), ...leaves.map((column) => `${column}: leaves ${key}`)];
  });
  return [...columns, ...constraintDifferences(file.excludeConstraints, child, table)];
}

/** Those of constraints that are there upstream: what was dropped makes no difference to a table made now. */
function constraintDifferences(
  file: readonly ConstraintRef[] = [],
  { excludeConstraints: has = [] }: ChildFacts,
  { schema, name, constraints }: TableFacts,
): string[] {
  const key = 'excludeConstraints';
  const named = file.filter((ref) => ref.schema === schema && ref.table === name).map(({ constraint }) => constraint);
  if (named.includes(null)) return has === 'all' ? [] : [`every constraint joins ${key}`];
  if (has === 'all') return [`every constraint leaves ${key}`];
  const joins = constraints.filter((constraint) => named.includes(constraint) && !has.includes(constraint));
  const leaves = constraints.filter((constraint) => has.includes(constraint) && !named.includes(constraint));
  return [...joins.map((one) => `${one}: joins ${key}`), ...leaves.map((one) => `${one}: leaves ${key}`)];
}

export function droppedTable({ materialize }: PipelineSpec, child: ChildFacts, why: string): DroppedTable {
  const { id, kind, schema, upstream } = child;
  return { id, kind, upstream, why, item: { database: materialize.database, schema, name: settledName(child) } };
}

/** Everything built on what goes, each after what it is built on. */
export function dependentsOn(source: SourceObjectFacts, { recreate, dead }: Rebuild['damage']): DependentFacts[] {
  if (recreate.length > 0) return source.dependents;
  const gone = new Set(dead.map(({ id }) => id));
  const going = source.children.filter(({ id }) => gone.has(id));
  const built = new Set(going.flatMap(({ dependents }) => dependents.map(({ id }) => id)));
  return source.dependents.filter(({ id }) => built.has(id));
}
