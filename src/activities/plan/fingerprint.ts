import { createHash } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { isLarge } from '../../core/plan/reference';
import type { Plan } from '../../core/plan/types';

/** What steps read of a plan. */
export type Tables = Pick<Plan, 'tables' | 'removed' | 'syntax'>;

/** The same for the same tables: a step does what was planned and approved, or nothing. */
export function fingerprintOf({ tables, removed, syntax }: Tables): string {
  return createHash('sha256')
    .update(JSON.stringify([tables, removed, syntax]))
    .digest('hex')
    .slice(0, 32);
}

/** The plan that the activity under way answers with; where it has many tables, with what its steps refer to it by. */
export function referable(plan: Plan): Plan {
  if (!isLarge(plan)) return plan;
  return { ...plan, reference: { activity: Context.current().info.activityId, fingerprint: fingerprintOf(plan) } };
}
