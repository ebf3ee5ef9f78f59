import type { PipelineSpec } from '../core/spec/types';
import { SystemError } from '../systems/errors';
import { REGISTRY, type Bound } from './registry';
import type { Deps } from './support/deps';
import { isOutdated } from './support/source-directory';

export type { Deps } from './support/deps';

/**
 * What the worker does on behalf of workflows. Each may be killed at any instant and run again: it looks, does what is
 * missing, looks again. Failures are ApplicationFailures whose type is a FailureType.
 */
export type Activities = Omit<Bound, 'examine' | 'lookUp'>;

type Input = { spec?: PipelineSpec | null };

/** The activities as functions of what they need from the outside. */
export function createActivities(deps: Deps): Bound {
  const bound = [...REGISTRY].map(([name, activity]) => {
    const act = activity as unknown as (deps: Deps, input: Input) => Promise<unknown>;
    return [name, (input: Input) => forgetting(deps, input, () => act(deps, input))] as const;
  });
  return Object.fromEntries(bound) as unknown as Bound;
}

/** After a refusal, whoever it came from, the next attempt asks for the address anew. */
async function forgetting(deps: Deps, { spec }: Input, act: () => Promise<unknown>): Promise<unknown> {
  try {
    return await act();
  } catch (error) {
    if (spec && error instanceof SystemError && isOutdated(error.info)) deps.sources.forget(spec.source);
    throw error;
  }
}
