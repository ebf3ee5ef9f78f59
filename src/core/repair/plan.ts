import { OBJECTS } from '../objects';
import {
  dropSourceSteps,
  dropTablesStep,
  keepDefinitionsStep,
  rebuildReason,
  recreateStep,
} from '../objects/source/rebuild-steps';
import { boundedApprovals, boundedStep } from '../plan/bounds';
import { listed, planStep } from '../plan/context';
import { repairCommand } from '../plan/rule';
import type { Approval, Finding, PlanStep, StepId } from '../plan/types';
import type { PipelineSpec } from '../spec/types';
import { plural } from '../text/count';
import { reconnect } from './rotate-plan';
import { drops } from './stop';
import type { RepairPlan, RepairScene } from './types';

/** As many as a sentence carries. */
const MOST_REASONS = 20;

/** After so many in a day another repair needs a person: what comes back that often is not mended by repairing. */
export const MOST_A_DAY = 3;

/** The least that mends what is broken, in order; nothing where nothing is broken that n2m can mend. */
export function planRepair(scene: RepairScene): RepairPlan {
  const { spec, symptoms, damage, source, attempts, after } = scene;
  const due = steps(scene).map(boundedStep);
  const findings = due.length === 0 ? [] : obstacles(scene);
  const asked = due.length === 0 ? [] : approvals(scene, due);
  return {
    pipeline: spec.name,
    findings,
    steps: due,
    changes: due.length,
    needsApproval: boundedApprovals(asked),
    symptoms,
    damage,
    dependents: drops(damage) ? scene.dependents : [],
    slot: source?.slot ?? null,
    attempts,
    ...(putsUp(scene) ? { after } : {}),
  };
}

/** More than the password: both sides are put right afterwards, as a run does it. */
export const putsUp = ({ damage, after }: Pick<RepairPlan, 'damage' | 'after'>): boolean =>
  drops(damage) || damage.converge.length + (after?.owed?.length ?? 0) > 0;

/** But for what this very repair mends. */
const wouldStop = (scene: RepairScene): Finding[] =>
  putsUp(scene)
    ? scene.after.findings.filter(
        ({ severity, fix }) => severity === 'blocking' && fix !== repairCommand(scene.spec.name),
      )
    : [];

/** Stands for what a run puts right, replica identity as well, until that run's own plan says it step by step. */
export const PUT_RIGHT: StepId = 'publication';

function steps(scene: RepairScene): PlanStep[] {
  const { spec, damage, source, dependents, after } = scene;
  const rebuild = { damage, dependents, slot: source?.slot ?? null };
  const result: PlanStep[] = [];
  if (damage.password) result.push(rotate(spec), reconnect(spec));
  if (drops(damage)) result.push(keepDefinitionsStep(rebuild));
  if (damage.dead.length > 0) result.push(dropTablesStep('drop-dead-tables', rebuild, 'to add it again'));
  if (damage.recreate.length > 0) {
    const tables = (source?.children ?? []).map(({ upstream }) => upstream);
    result.push(...dropSourceSteps(spec.materialize.names.source, rebuild, tables, ''));
  }
  if (damage.converge.length > 0 && !drops(damage)) {
    result.push(
      planStep(
        PUT_RIGHT,
        'change',
        `publication ${spec.source.publication}`,
        `put right: ${listed(damage.converge, MOST_REASONS, '; ')}`,
        {
          changes: damage.converge,
        },
      ),
    );
  }
  if (!drops(damage) && after.owed?.length) result.push(recreateStep(after.owed.length));
  return result;
}

function rotate({ source, materialize }: PipelineSpec): PlanStep {
  const { name } = source.role;
  return planStep(
    'rotate',
    'change',
    `password of ${name}`,
    `a new password for ${name}, in secret ${materialize.names.secret}`,
    {
      interrupts: `whoever else logs in as ${name} is locked out`,
      irreversible: 'the old password cannot be brought back',
    },
  );
}

/** What the rooms say against it, and what would stop the run that makes again what is dropped. */
function obstacles(scene: RepairScene): Finding[] {
  const found = OBJECTS.flatMap(({ repair }) => repair?.stops?.(scene) ?? []);
  return [...found, ...wouldStop(scene).filter(({ code }) => !found.some((one) => one.code === code))];
}

/** Those of what comes after a drop, too: nobody could refuse them then. */
function approvals(scene: RepairScene, due: PlanStep[]): Approval[] {
  const { spec, damage, dependents, attempts, source, after } = scene;
  const [first] = due;
  if (!first) return [];
  const approval = (key: string, id: StepId, reason: string): Approval => ({ key, step: id, reason });
  const result = [approval('repair', first.id, due.map((one) => one.sentence).join('; '))];
  if (damage.password && spec.source.role.via !== 'given') {
    const reason = `change the password of ${spec.source.role.name}: whoever else uses it is locked out`;
    result.push(approval('reset-password', 'rotate', reason));
  }
  if (damage.recreate.length > 0) {
    const reason = `make ${source?.children.length ?? 0} tables again: all their rows are copied anew`;
    result.push(approval('recreate-source', 'drop-source', reason));
  }
  if (drops(damage) && dependents.length > 0) {
    result.push(approval('rebuild-dependents', 'keep-definitions', rebuildReason(dependents)));
  }
  if (attempts >= MOST_A_DAY) {
    const reason = `${plural(attempts, 'repair')} within a day did not hold: look for the cause first`;
    result.push(approval('repair-again', first.id, reason));
  }
  const later = putsUp(scene) ? after.needsApproval : [];
  return [...result, ...later.filter(({ key }) => !result.some((asked) => asked.key === key))];
}
