import type { DestroyInput } from '../../core/destroy/types';
import type { System } from '../../core/failures/types';
import { isOurs } from '../../core/plan/ownership';
import type { Outcome, StepResult } from '../../core/plan/types';
import { SystemError, systemError } from '../../systems/errors';

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

type Found = { comment: string | null } | null;

/**
 * Drops our own object and looks. What the statement answers counts less than what is there afterwards: an answer may
 * be lost, and an earlier attempt may have done it.
 */
export async function dropOurs(
  { spec }: DestroyInput,
  object: string,
  look: () => Promise<Found>,
  drop: () => Promise<unknown>,
): Promise<StepResult> {
  const found = await look();
  if (!found) return done('dropped', object, `${object} is gone`);
  if (!isOurs(found.comment, spec.name))
    return done('kept', object, `${object} stays: it is not this pipeline's any more`);
  let failure: unknown = null;
  try {
    await drop();
  } catch (error) {
    failure = error;
  }
  if (!(await look())) return done('dropped', object, `${object} is gone`);
  if (failure instanceof SystemError) throw failure;
  throw systemError('Unexpected', 'materialize', `${object} was dropped and is still there`, { retryable: true });
}

export function done(outcome: Outcome, object: string, sentence: string): StepResult {
  return { outcome, object, sentence };
}

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

export function notHeld(what: string) {
  return systemError('Unexpected', 'source', `${what} was set and reads differently`, { retryable: true });
}

export function still(what: string) {
  return systemError('Unexpected', 'source', `${what} was removed and is still there`, { retryable: true });
}
