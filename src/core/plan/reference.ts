/** How the steps of a run know their tables where these are many. */
import type { PipelineSpec } from '../spec/types';
import type { Plan, PlanAction, PlanReference } from './types';

/** So many travel with each step: fewer bytes than anybody counts, and readable where the step is. */
const CARRIED = 100;

/** Whether so many are read by reference. */
export const areMany = (tables: number): boolean => tables > CARRIED;

/** Whether a plan's steps read its tables by reference. */
export const isLarge = ({ tables, removed }: Pick<Plan, 'tables' | 'removed'>): boolean =>
  areMany(tables.length + removed.length);

/** What a step takes of a plan; the rest the worker reads from the plan's own result, see activities/edges/plans.ts. */
export interface ReferringStep {
  spec: PipelineSpec;
  planned: PlanAction;
  plan: PlanReference;
}

export function referringStep(spec: PipelineSpec, planned: PlanAction, plan: PlanReference): ReferringStep {
  return { spec: withoutTables(spec), planned, plan };
}

/** The worker puts them back from the input of the activity that planned. */
export const withoutTables = (spec: PipelineSpec): PipelineSpec => ({
  ...spec,
  source: { ...spec.source, tables: { kind: 'list', tables: [] } },
});
