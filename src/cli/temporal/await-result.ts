import type { WorkflowHandle } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { setTimeout as delay } from 'node:timers/promises';
import { CodecError } from '../../codec/keys';
import { CliError, EXIT } from '../exit';
import { soon, type Temporal } from './client';
import { failed, failureOfActivity } from './failures';
import { taskTrouble } from './read-run';

/** A person waits: what fails so often in a row is reported, although a run would try on. */
const MOST_ATTEMPTS = 3;
const LOOK_EVERY = 500;

/**
 * The result of a workflow that changes nothing, for a person who waits. Throws when it cannot come: the worker cannot
 * take the workflow up, an activity fails again and again, or `signal` is aborted; the workflow is cancelled then.
 */
export async function patiently<T>(temporal: Temporal, handle: WorkflowHandle, signal?: AbortSignal): Promise<T> {
  const leave = new AbortController();
  const result: Promise<unknown> = temporal.connection.withAbortSignal(leave.signal, () => handle.result());
  result.catch(() => undefined);
  try {
    for (;;) {
      const early = await Promise.race([
        result.then((value) => ({ value })),
        delay(LOOK_EVERY, null, { signal }).catch(() => null),
      ]);
      if (early) return early.value as T;
      const failure = signal?.aborted
        ? new CliError('stopped; nothing was changed', EXIT.interrupted, 'the same command looks again')
        : await givenUp(temporal, handle);
      if (failure === null) continue;
      await soon(temporal, () => handle.cancel()).catch(() => undefined);
      throw failure;
    }
  } finally {
    // The server holds an open question for twenty seconds, and the process would stay as long.
    leave.abort();
  }
}

/** What keeps the result from coming; null while there is hope. */
async function givenUp(temporal: Temporal, handle: WorkflowHandle): Promise<CliError | null> {
  const description = await soon(temporal, () => handle.describe());
  const trouble = await taskTrouble(temporal, description);
  if (trouble) {
    const { summary, next } = CodecError.fromText(trouble.message) ?? {
      summary: trouble.message,
      next: 'run the same version of n2m on the worker and here; its log says more',
    };
    return new CliError(`the worker cannot take it up: ${summary}`, EXIT.failed, next);
  }
  const pending = description.raw.pendingActivities?.find(
    ({ attempt, lastFailure }) => lastFailure && (attempt ?? 1) > MOST_ATTEMPTS,
  );
  if (!pending) return null;
  const { loadedDataConverter } = temporal.client.options;
  const error = await decodeOptionalFailureToOptionalError(loadedDataConverter, pending.lastFailure);
  return failed(failureOfActivity(error), 'it failed again and again', 'mend it, then run the same command');
}
