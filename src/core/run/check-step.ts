/** What a check's activity takes, and how it is told. */
import type { PipelineSpec } from '../spec/types';
import type { CheckResult, TablesNamed, WatchMemory } from '../watch/types';
import type { CheckInput } from './types';

/** `quiet`: a look for a person; nobody is alerted and no metric moves. */
export interface CheckStep {
  spec: PipelineSpec;
  memory: WatchMemory | null;
  quiet: boolean;
  tables?: TablesNamed;
}

/**
 * Stands for the file and the memory where an activity takes them as its run has them: the worker reads both where Temporal
 * keeps them, see activities/edges/plans.ts. Checks are many, and each would store them once more.
 */
export const OF_THE_RUN = { of: 'the run' } as const;

/** Out of what a check was asked and what the one before it left. */
export const checkStep = ({ spec, memory, quiet, tables }: CheckInput, last: CheckResult | undefined): CheckStep => ({
  ...{ spec, memory: last?.memory ?? memory ?? null, quiet: quiet ?? false },
  ...(tables === undefined ? {} : { tables }),
});
