import type {
  ChildFacts,
  DependentFacts,
  SourceFacts,
  SourceObjectFacts,
  TableFacts,
  TargetFacts,
} from '../../plan/facts';
import { isOurs } from '../../plan/ownership';
import type { DroppedTable, Rebuild } from '../../plan/types';
import type { ConstraintRef, PipelineSpec } from '../../spec/types';
import { childOf, selected } from '../tables/select';
import { recreateReasons } from './definition';
import { otherHistory } from './moved';

/** What no ALTER can change and the file changed: the source, or tables whose columns are taken otherwise. */
export function rebuildOf(spec: PipelineSpec, upstream: SourceFacts, target: TargetFacts): Rebuild | null {
  const { source } = target;
  // Only our own is ever dropped; what is adopted is a conflict, or a finding.
  if (!source || !isOurs(source.comment, spec.name)) return null;
  const recreate = recreateReasons(spec, upstream, target);
  const dead =
    recreate.length > 0 ? [] : selected(spec, upstream, target).flatMap(({ facts }) => recopied(spec, source, facts));
  if (recreate.length + dead.length === 0) return null;
  const moved = otherHistory(spec, upstream, target) !== null;
  const dependents = dependentsOn(source, { recreate, dead });
  return { damage: { recreate, dead }, dependents, slot: source.slot, ...(moved ? { moved } : {}) };
}

function recopied(spec: PipelineSpec, source: SourceObjectFacts, table: TableFacts): DroppedTable[] {
  const child = childOf(spec, { source }, table);
  const differences = child ? columnDifferences(spec, source, child, table) : [];
  return child && differences.length > 0 ? [droppedTable(spec, child, differences.join(', '))] : [];
}

/**
 * Columns of a copied table that the file wants otherwise, as `email: joins excludeColumns`. What joins must be named
 * nowhere, what leaves must be there upstream and named by the table's own statement: a source's may still name columns
 * of a table that was dropped.
 */
export function columnDifferences(
  { source: file }: PipelineSpec,
  source: Pick<SourceObjectFacts, 'textColumns' | 'excludeColumns'>,
  child: ChildFacts,
  table: TableFacts,
): string[] {
  const { schema, name } = table;
  const exists = (column: string): boolean => table.columns.some((known) => known.name === column);
  const columns = (['textColumns', 'excludeColumns'] as const).flatMap((key) => {
    const wanted = file[key].filter((ref) => ref.schema === schema && ref.table === name).map(({ column }) => column);
    const joins = wanted.filter((column) => !source[key].includes([schema, name, column].join('.')));
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
  const { id, kind, schema, name, upstream } = child;
  return { id, kind, upstream, why, item: { database: materialize.database, schema, name } };
}

/** Everything built on what goes, each after what it is built on. */
export function dependentsOn(source: SourceObjectFacts, { recreate, dead }: Rebuild['damage']): DependentFacts[] {
  if (recreate.length > 0) return source.dependents;
  const going = source.children.filter(({ id }) => dead.some((table) => table.id === id));
  return source.dependents.filter(({ id }) => going.some((child) => child.dependents.some((one) => one.id === id)));
}
