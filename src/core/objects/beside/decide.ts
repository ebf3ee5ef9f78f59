import type { ChildFacts, DependentFacts, SourceObjectFacts } from '../source/facts';
import type { SourceFacts, TargetFacts } from '../../plan/facts';
import { isOurs } from '../../plan/ownership';
import type { Beside, DroppedTable } from '../../plan/types';
import type { PipelineSpec } from '../../spec/types';
import { recreateReasons } from '../source/definition';
import { copiedAgain, copyReasons, fitsBeside } from '../source/rebuild';
import { gone } from '../tables/columns/copied';
import { findChildren, findIn } from '../tables/find';
import { ownChild } from '../tables/select';
import { besideName, roleBeside } from './names';

/** What is copied beside what is there, and what is left of runs that did and ended early; null where there is nothing. */
export function besideOf(spec: PipelineSpec, upstream: SourceFacts, target: TargetFacts): Beside | null {
  const { source } = target;
  if (!source || !isOurs(source.comment, spec.name)) return null;
  if (recreateReasons(spec, upstream, target).length > 0) return null;
  const tables = copiedAgain(spec, upstream, target, source).filter(fitsBeside);
  const left = source.children.filter((child) => isLeft(spec, upstream, source, tables, child));
  const unnamed = source.children.filter((child) => isOwn(spec, source, child) && roleBeside(child) !== null);
  if (tables.length + left.length + unnamed.length === 0) return null;
  return {
    groups: grouped(tables, source),
    left: left.map(({ id, name }) => ({ id, name })),
    unnamed: unnamed.map(({ name }) => name),
  };
}

const isOwn = (spec: PipelineSpec, { children }: SourceObjectFacts, child: ChildFacts): boolean =>
  ownChild(spec, children, child.upstream)?.id === child.id;

/** It stands beside and is neither what a table was renamed to for a moment nor a copy that can take its place. */
function isLeft(
  spec: PipelineSpec,
  upstream: SourceFacts,
  source: SourceObjectFacts,
  tables: DroppedTable[],
  child: ChildFacts,
): boolean {
  const beside = child.schema === spec.materialize.schema && child.kind === 'table' ? roleBeside(child) : null;
  if (beside === null || isOwn(spec, source, child)) return false;
  const facts = findIn(upstream.tables, child.upstream);
  const waits = findChildren(tables, child.upstream).some(({ item }) => item.name === beside.target);
  if (beside.role === 'old' || !waits || facts === null || child.error !== null) return true;
  return copyReasons(spec, source, child, facts).length > 0 || gone(child, facts).length > 0;
}

/** The copy that stands beside a table of this name, of the same upstream table. */
export const copyOf = <C extends Pick<ChildFacts, 'schema' | 'name' | 'upstream'>>(
  children: readonly C[],
  { upstream, item }: Pick<DroppedTable, 'upstream' | 'item'>,
): C | null =>
  findChildren(children, upstream).find(
    ({ schema, name }) => schema === item.schema && name === besideName(item.name, 'new'),
  ) ?? null;

/** Tables that something is built on together, and the ids of that. */
interface Together {
  tables: DroppedTable[];
  on: string[];
  dependents: DependentFacts[];
}

/** Tables that something is built on together change places together: what is built on both is made again once. */
function grouped(tables: DroppedTable[], { children, dependents }: SourceObjectFacts): Beside['groups'] {
  const builtOn = new Map(children.map((child) => [child.id, child.dependents.map(({ id }) => id)]));
  const groups = new Set<Together>();
  const groupOf = new Map<string, Together>();
  for (const table of tables) {
    const on = builtOn.get(table.id) ?? [];
    const fresh: Together = { tables: [], on: [], dependents: [] };
    const [group = fresh, ...others] = new Set(on.flatMap((id) => groupOf.get(id) ?? []));
    const joining = [...others.flatMap((other) => other.on), ...on.filter((id) => !groupOf.has(id))];
    for (const id of joining) {
      group.on.push(id);
      groupOf.set(id, group);
    }
    for (const other of others) groups.delete(other);
    for (const one of [...others.flatMap((other) => other.tables), table]) group.tables.push(one);
    groups.add(group);
  }
  // In the order of the source: each after what it is built on.
  for (const dependent of dependents) groupOf.get(dependent.id)?.dependents.push(dependent);
  return [...groups].map((group) => ({ tables: group.tables, dependents: group.dependents }));
}
