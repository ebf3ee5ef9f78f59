import type { Outcome, StepResult } from '../../core/plan/types';
import { SystemError, systemError } from '../../systems/errors';
import type { System } from '../../core/failures/types';

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
  if (failure !== null) throw asError(unseen(failure, object, 'nothing of that name'));
  throw systemError('Unexpected', system, `${object} was created and is not there`, { retryable: true });
}

export function done(outcome: Outcome, object: string, sentence: string): StepResult {
  return { outcome, object, sentence };
}

export { sleep } from '../edges/cut-short';

/**
 * What a statement answered to exist and the look after it did not see: both spellings, side by side. Tried once more, see
 * core/failures/tally.ts. Anything else passes.
 */
export function unseen(failure: unknown, looked: string, found: string): unknown {
  if (!(failure instanceof SystemError) || failure.info.type !== 'Conflict') return failure;
  const { info } = failure;
  const message = `${info.message}; n2m looked for ${looked} and found ${found}`;
  const hint =
    'either the name is taken by something else, or n2m reads it wrong: report it with both spellings and the version';
  return new SystemError({ ...info, message, hint });
}

const asError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));
