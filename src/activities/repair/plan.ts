import { DEADLINE } from '../../core/budgets';
import { runId } from '../../core/names';
import { PASSWORD_REFUSED } from '../../core/objects/role/refused';
import { suspectsPassword } from '../../core/objects/role/repair';
import { dependentsOn } from '../../core/objects/source/rebuild';
import { makePlan } from '../../core/plan/plan';
import { afterTakeDown, withDrift } from '../../core/repair/after';
import { findDamage } from '../../core/repair/damage';
import { planRepair as decide } from '../../core/repair/plan';
import type { PipelineSpec } from '../../core/spec/types';
import { validateConnection } from '../../core/sql/materialize';
import { judge } from '../../core/watch/judge';
import type { Reading } from '../../core/watch/types';
import { SystemError } from '../../systems/errors';
import { referable } from '../plan/fingerprint';
import { observe } from '../plan/observe';
import { activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { type CheckStep, takes } from '../support/inputs';
import { itemsOf, withMaterialize } from '../support/sessions';
import { readBoth } from '../watch/check';
import { readOwed } from './owed';

const DAY = 24 * 3_600_000;

/**
 * Reads both sides as the check does and as a plan does, and decides what mends what is broken. Both sides have to
 * answer: what cannot be read is waited for, never taken for lost. Changes nothing.
 */
export const planRepair = activity(
  { input: takes<Pick<CheckStep, 'spec' | 'memory'>>(), reads: true },
  async (deps, { spec, memory }) => {
    const reading = await readBoth(deps, spec, memory);
    const upstream = valueOf(reading.source);
    const target = valueOf(reading.target);
    // The repair itself holds the lock: it is not the change that explains what is broken.
    const judged = judge({ ...reading, changeUnderWay: null }, memory, spec, reading.takenAt);
    const [{ source: facts, target: found, watch }, attempts, owed] = await Promise.all([
      observe(deps, spec),
      countRepairs(deps, spec.name),
      readOwed(deps, spec),
    ]);
    const passwordRefused = suspectsPassword(target) && (await isPasswordRefused(deps, spec));
    const seen = { symptoms: judged.verdict.symptoms, memory: judged.memory };
    const look = { spec, ...seen, upstream, target, facts, source: found.source, passwordRefused };
    const sides = { facts, target: { ...found, owed } };
    const damage = withDrift(spec, sides, findDamage(look));
    const left = afterTakeDown(sides, damage);
    const after = referable(makePlan(spec, left.facts, left.target, watch));
    return decide({
      ...{ ...look, damage, attempts, after, connection: found.connection },
      dependents: found.source ? dependentsOn(found.source, damage) : [],
    });
  },
);

/** Materialize logs in upstream and says what came of it. */
async function isPasswordRefused(deps: Deps, spec: PipelineSpec): Promise<boolean> {
  const statement = validateConnection(itemsOf(spec).connection);
  try {
    await withMaterialize(deps, spec, (client) => client.query(statement, undefined, DEADLINE.remote));
    return false;
  } catch (error) {
    if (error instanceof SystemError && PASSWORD_REFUSED.test(error.info.message)) return true;
    throw error;
  }
}

function valueOf<T>(reading: Reading<T>): T {
  if (reading.ok) return reading.value;
  throw new SystemError(reading.failure);
}

/** Repairs that ended within a day, whatever came of them; one that went on as a new run counts once. */
async function countRepairs(deps: Deps, pipeline: string): Promise<number> {
  const since = new Date(Date.now() - DAY).toISOString();
  const query =
    `WorkflowId = '${runId(pipeline)}' AND WorkflowType = 'repairReplication' ` +
    `AND StartTime > '${since}' AND ExecutionStatus NOT IN ('Running', 'ContinuedAsNew')`;
  return (await deps.workflows.count(query)).count;
}
