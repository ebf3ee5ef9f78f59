import { isMaterializeSlot } from '../names';
import { connectionDifferences } from '../objects/connection/differences';
import {
  dropSourceSteps,
  dropTablesStep,
  keepDefinitionsStep,
  rebuildReason,
  recreateStep,
} from '../objects/source/rebuild-steps';
import { dropSource } from '../objects/source/statements';
import { findChildren, isIn } from '../objects/tables/find';
import { tableName, takeOut } from '../objects/tables/select';
import { dropSubsource, dropTable } from '../objects/tables/statements';
import { boundedApprovals, boundedStep } from '../plan/bounds';
import { listed, planStep } from '../plan/context';
import { repairCommand } from '../plan/rule';
import type { ConnectionFacts } from '../objects/connection/facts';
import type { DependentFacts } from '../objects/source/facts';
import { isOurs } from '../plan/ownership';
import type { Approval, Finding, Plan, PlanStep, Rebuild, StepId } from '../plan/types';
import type { PipelineSpec } from '../spec/types';
import { plural } from '../text/count';
import { reconnect } from './rotate-plan';
import type { Damage, RepairLook, RepairPlan } from './types';
import type { RepairCode } from './words';

/** As many as a sentence carries. */
const MOST_REASONS = 20;

/** After so many in a day another repair needs a person: what comes back that often is not mended by repairing. */
export const MOST_A_DAY = 3;

export interface RepairScene extends RepairLook {
  damage: Damage;
  dependents: DependentFacts[];
  connection: ConnectionFacts | null;
  /** What makes again what is dropped. What would stop it stops the repair: nothing is dropped that could not be made. */
  after: Plan;
  attempts: number;
}

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

export const drops = (damage: Rebuild['damage']): boolean => damage.recreate.length + damage.dead.length > 0;

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

/** A wrong project, branch or slot looks like damage, too: then nothing is dropped. */
function obstacles(scene: RepairScene): Finding[] {
  const { spec, damage, source, connection, facts } = scene;
  const found: Finding[] = [];
  const block = (code: RepairCode, subject: string, sentence: string, fix: string) =>
    found.push({ code, severity: 'blocking', subject, sentence, fix });
  const { names } = spec.materialize;
  const object = `source ${names.source}`;
  const differences = connection ? connectionDifferences(spec, facts, connection) : [];
  if (differences.length > 0) {
    const sentence = `connection ${names.connection} leads elsewhere than the file: ${differences.join(', ')}`;
    block('other-upstream', names.connection, sentence, 'n2m apply FILE changes the connection; repair after that');
  }
  if (!drops(damage) || !source) return [...found, ...wouldStop(scene)];
  if (!isOurs(source.comment, spec.name)) {
    block('not-ours', object, `${object} was not made by n2m, which drops only its own`, byHand(scene));
  }
  if (damage.recreate.length > 0 && !isMaterializeSlot(source.slot ?? '')) {
    block(
      'no-slot-name',
      object,
      `Materialize names no slot of ${object}: nothing proves that it lost one`,
      remade(spec),
    );
  }
  const missing = source.children.filter((child) => !isIn(facts.tables, child.upstream));
  if (source.children.length > 0 && missing.length === source.children.length) {
    const sentence = `none of its ${plural(missing.length, 'table')} exists in database ${spec.source.database} there`;
    block('other-database', object, `${sentence}: it looks like another project, branch or database`, 'check the file');
  }
  const gone = damage.dead.filter((dead) => findChildren(missing, dead.upstream).length > 0);
  if (gone.length > 0 && gone.length < source.children.length) {
    const tables = listed(gone.map((table) => tableName(table.upstream)));
    block('table-gone', tables, `${tables} does not exist upstream any more`, takeOut(spec));
  }
  return [...found, ...wouldStop(scene).filter(({ code }) => !found.some((one) => one.code === code))];
}

const remade = ({ name }: PipelineSpec): string =>
  `n2m status ${name} says what is wrong with it; where it has to be made again: n2m destroy ${name}, then n2m apply FILE`;

function byHand({ spec, damage }: RepairScene): string {
  const { database, schema, names } = spec.materialize;
  if (damage.recreate.length > 0) return `${dropSource({ database, schema, name: names.source })}; then n2m apply FILE`;
  const tables = damage.dead.map((dead) => (dead.kind === 'table' ? dropTable(dead.item) : dropSubsource(dead.item)));
  return `${tables.join('; ')}; then n2m apply FILE`;
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
