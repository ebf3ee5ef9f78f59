import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import type { DestroyPlan, Planned } from '../../core/destroy/types';
import { areMany, isLarge } from '../../core/plan/reference';
import type { Plan, PlanReference } from '../../core/plan/types';
import type { PipelineSpec } from '../../core/spec/types';

/** What steps read of a plan. */
export type Tables = Pick<Plan, 'tables' | 'removed' | 'syntax' | 'beside'>;

/** The same for the same tables: a step does what was planned and approved, or nothing. */
export const fingerprintOf = ({ tables, removed, syntax, beside }: Tables): string =>
  digest([tables, removed, syntax, ...(beside ? [beside] : [])]);

/** The same for what a removal takes back. */
export const fingerprintOfDestroy = ({ leaveUpstream, dependents, known }: Planned): string =>
  digest([leaveUpstream, dependents, known]);

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);

/** The plan that the activity under way answers with; where it has many tables, with what its steps refer to it by. */
export function referable(plan: Plan): Plan {
  if (!isLarge(plan)) return plan;
  return { ...plan, reference: here(fingerprintOf(plan)) };
}

/** The same for a plan to take a pipeline down: its removals carry neither the record nor the file's list. */
export function referableDestroy({ source: { tables } }: PipelineSpec, plan: DestroyPlan): DestroyPlan {
  const { known, dependents } = plan;
  const listed = tables.kind === 'list' ? tables.tables.length : 0;
  if (!areMany(Math.max(listed, known.added.length + dependents.length))) return plan;
  return { ...plan, reference: here(fingerprintOfDestroy(plan)) };
}

const here = (fingerprint: string): PlanReference => ({ activity: Context.current().info.activityId, fingerprint });
