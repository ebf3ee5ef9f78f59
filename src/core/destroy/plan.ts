import { OBJECTS, removalOrder } from '../objects';
import { named } from '../objects/source/rebuild-steps';
import type { WatchFacts } from '../plan/facts';
import { boundedStep, MOST } from '../plan/bounds';
import { isOurs } from '../plan/ownership';
import type { Approval } from '../plan/types';
import type { PipelineSpec } from '../spec/types';
import { plural } from '../text/count';
import { fit } from '../text/fit';
import { addedBy } from './added';
import type { DestroyContext } from './context';
import { leave } from './step';
import type { DestroyPlan, DestroySource, DestroyStep, DestroyTarget, KnownUpstream } from './types';

export interface DestroyLook {
  spec: PipelineSpec;
  target: DestroyTarget;
  /** Null only with `leaveUpstream`, where it could not be read. */
  source: DestroySource | null;
  watch: WatchFacts;
  leaveUpstream: boolean;
  /** What an earlier look knew, for the proof after the record is gone. */
  known: KnownUpstream | null;
}

/** What goes, what stays and why, in order. After a finished run nothing is left to do. */
export function planDestruction(look: DestroyLook): DestroyPlan {
  const { spec, target, source, leaveUpstream } = look;
  const known = knownUpstream(look);
  const ours = target.source !== null && isOurs(target.source.comment, spec.name);
  const context: DestroyContext = {
    ...{ spec, target, watch: look.watch, source, known },
    sourceStays: target.source !== null && !ours,
    sourceGoes: ours,
    going: new Set(),
  };
  const objects = OBJECTS.toReversed();
  const inTarget = objects.flatMap((object) => object.destroy?.(context) ?? []);
  const upstream = objects.flatMap((object) => object.destroyUpstream?.(context) ?? []);
  const steps = [...inTarget, ...(leaveUpstream ? upstream.map(left) : upstream)].sort(
    (a, b) => removalOrder(a.id) - removalOrder(b.id),
  );
  const due = steps.filter((step) => step.fate === 'remove');
  const dependents = steps.some((step) => step.id === 'remove-source' && step.fate === 'remove')
    ? (target.source?.dependents ?? [])
    : [];
  return {
    pipeline: spec.name,
    findings: [],
    steps: steps.map(bounded),
    changes: due.length,
    needsApproval: approvals(spec, due, dependents),
    leaveUpstream,
    dependents,
    known,
  };
}

/** What Materialize says now, else what our publications' marks record, else what an earlier look knew. */
function knownUpstream({ target, source, known }: DestroyLook): KnownUpstream {
  const added = addedBy(source?.ours ?? []);
  const slots = added.flatMap((entry) => (entry.kind === 'slot' ? [entry.name] : []));
  return {
    slot: target.source?.slot ?? known?.slot ?? slots.at(-1) ?? null,
    added: added.length > 0 ? added : (known?.added ?? []),
  };
}

const left = (step: DestroyStep): DestroyStep =>
  step.fate === 'remove' ? leave(step.id, step.object, 'upstream was not to be touched', step.run) : step;

/** What a step will send is shown by its first statements; what stays for a person to send is listed whole. */
function bounded(step: DestroyStep): DestroyStep {
  const { run, fate } = step;
  const more = fate === 'remove' ? run.length - MOST : 0;
  const shown = more > 0 ? [...run.slice(0, MOST), `-- and ${more} more like these`] : run;
  return { ...step, ...boundedStep(step), run: shown };
}

/** Travels with the plan through the run's history. */
const MOST_STATEMENTS = 200;
const LONGEST_STATEMENT = 400;

function statements(due: DestroyStep[]): string[] {
  const all = due.flatMap(({ id, object, run }) => (run.length > 0 ? run : [`${id}: ${object}`]));
  const shown = all.slice(0, MOST_STATEMENTS).map((text) => fit(text, LONGEST_STATEMENT));
  return all.length > shown.length ? [...shown, `… and ${all.length - shown.length} more like these`] : shown;
}

/** One key for the whole, one more where others lose something. */
function approvals(spec: PipelineSpec, due: DestroyStep[], dependents: DestroyPlan['dependents']): Approval[] {
  const [first] = due;
  if (!first) return [];
  const source = due.find((step) => step.id === 'remove-source');
  const why = source?.irreversible ?? 'it cannot be brought back';
  const objects = due.map((step) => step.object).join(', ');
  return [
    {
      key: 'destroy',
      step: (source ?? first).id,
      reason: `take down ${spec.name}: ${objects}; ${why}`,
      statements: statements(due),
    },
    ...(dependents.length > 0
      ? [
          {
            key: 'drop-dependents',
            step: 'remove-source' as const,
            reason: `${plural(dependents.length, 'object')} of others go with the tables: ${named(dependents, 20)}`,
          },
        ]
      : []),
  ];
}
