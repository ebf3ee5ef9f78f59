import { besideOf } from '../objects/beside/decide';
import { planSyntax, recreateReasons } from '../objects/source/definition';
import { unprovenMove } from '../objects/source/moved';
import { rebuildOf } from '../objects/source/rebuild';
import { leftOut, removedTables, selected, selectTables } from '../objects/tables/select';
import type { PipelineSpec } from '../spec/types';
import { plural } from '../text/count';
import type { TableFacts } from '../objects/tables/facts';
import type { SourceFacts, TargetFacts, WatchFacts } from './facts';
import { isOurs, ownerOf } from './ownership';
import type { Beside, Plan, PlanAction, PlannedTable, PlanStep, Rebuild, RemovedTable, StepId } from './types';

/** Everything a step is decided from, worked out once. */
export interface PlanContext {
  spec: PipelineSpec;
  source: SourceFacts;
  target: TargetFacts;
  watch: WatchFacts;
  tables: PlannedTable[];
  fresh: PlannedTable[];
  removed: RemovedTable[];
  /** Upstream facts of the planned tables, in the same order. */
  upstream: TableFacts[];
  /** Of schemas or all: found, and not replicated, as a copy would hold rows of others. */
  leftOut: TableFacts[];
  recreate: string[];
  /** Only of our own source: what is dropped and made again. */
  rebuild: Rebuild | null;
  /** The same for what is copied beside what is there. */
  beside: Beside | null;
  /** The connection is to lead to what may be another server, where the role may have another password. */
  elsewhere: boolean;
  syntax: Plan['syntax'];
  /** The pipeline was set up before: what matches and is not ours was adopted then. */
  established: boolean;
}

export function planContext(
  spec: PipelineSpec,
  source: SourceFacts,
  target: TargetFacts,
  watch: WatchFacts,
): PlanContext {
  const rebuild = rebuildOf(spec, source, target);
  const beside = besideOf(spec, source, target);
  const tables = selectTables(spec, source, target, rebuild, beside);
  const recreate = recreateReasons(spec, source, target);
  const kept = recreate.length > 0 ? null : target;
  return {
    spec,
    source,
    target,
    watch,
    tables,
    fresh: tables.filter((table) => table.fresh),
    removed: removedTables(spec, source, target),
    upstream: selected(spec, source, kept).map(({ facts }) => facts),
    leftOut: leftOut(spec, source, kept),
    recreate,
    rebuild,
    beside,
    elsewhere: unprovenMove(spec, source, target) !== null,
    syntax: planSyntax(spec, source, target),
    established: watch.exists || isOurs(target.source?.comment ?? null, spec.name),
  };
}

/** A step with its less frequent properties left out. */
export function planStep(
  id: StepId,
  action: PlanAction,
  object: string,
  sentence: string,
  rest: Partial<Pick<PlanStep, 'changes' | 'interrupts' | 'irreversible' | 'approval'>> = {},
): PlanStep {
  return { id, action, object, sentence, changes: [], interrupts: null, irreversible: null, approval: null, ...rest };
}

/**
 * What becomes of an object that exists and matches: ours and what was adopted before is kept; met for the first time,
 * it is adopted.
 */
export const keepOrAdopt = (context: PlanContext, comment: string | null): 'keep' | 'adopt' =>
  isOurs(comment, context.spec.name) || context.established ? 'keep' : 'adopt';

/** Whether an object may be changed: it is ours, or was adopted by this pipeline and belongs to no other. */
export function isManaged(context: PlanContext, comment: string | null): boolean {
  const owner = ownerOf(comment, context.spec.name);
  return owner.kind === 'us' || (owner.kind === 'nobody' && context.established);
}

/** Whose it is, for the sentence of a conflict. */
export function ownerWords(context: PlanContext, comment: string | null): string {
  const owner = ownerOf(comment, context.spec.name);
  return owner.kind === 'pipeline' ? `belongs to pipeline ${owner.name}` : 'was not made by n2m';
}

/** `public.a, public.b` or, when there are many, `public.a, public.b and 40 more`. */
export function listed(names: string[], most = 4, between = ', '): string {
  if (names.length <= most) return names.join(between);
  const shown = names.slice(0, most - 1);
  return `${shown.join(between)} and ${plural(names.length - shown.length, 'more', 'more')}`;
}
