import type { Outcome, StepResult } from '../core/plan/types';
import { systemError } from '../systems/errors';
import type { System } from '../core/failures/types';

/**
 * Makes an object that was not there. Whatever the statement answers (an error, a lost connection, "already exists"
 * from an earlier attempt), what counts is what is there afterwards.
 */
export async function createAndLook<T>(
  create: () => Promise<unknown>,
  look: () => Promise<T | null>,
  object: string,
  system: System,
): Promise<T> {
  let failure: unknown = null;
  try {
    await create();
  } catch (error) {
    failure = error;
  }
  const found = await look().catch((error: unknown) => {
    // What the statement said tells more than that nobody could be asked afterwards.
    throw asError(failure ?? error);
  });
  if (found !== null) return found;
  if (failure !== null) throw asError(failure);
  throw systemError('Unexpected', system, `${object} was created and is not there`, { retryable: true });
}

export function done(outcome: Outcome, object: string, sentence: string): StepResult {
  return { outcome, object, sentence };
}

export { sleep } from './cut-short';

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
