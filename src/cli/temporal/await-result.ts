import { setTimeout as delay } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { decodeOptionalFailureToOptionalError } from '@temporalio/common/lib/internal-non-workflow';
import { CodecError } from '../../codec/keys';
import { CliError, EXIT } from '../exit';
import { failureError, failureOfActivity } from './failures';
import { workflowTaskFailure } from './read-run';
import { stopForMany, withDeadline, type Temporal } from './client';

/** A person waits: what fails so often in a row is reported, although a run would try on. */
const MAX_ATTEMPTS = 3;
const POLL_INTERVAL = 500;

/**
 * The result of a workflow that changes nothing, for a person who waits. Throws when it cannot come: the worker cannot
 * take the workflow up, an activity fails again and again, or `signal` is aborted; the workflow is cancelled then.
 */
export async function awaitResult<T>(temporal: Temporal, handle: WorkflowHandle, signal?: AbortSignal): Promise<T> {
  const stopWaiting = stopForMany();
  const result: Promise<unknown> = temporal.connection.withAbortSignal(stopWaiting.signal, () => handle.result());
  result.catch(() => undefined);
  try {
    for (;;) {
      const first = await Promise.race([
        result.then((value) => ({ value })),
        delay(POLL_INTERVAL, null, { signal }).catch(() => null),
      ]);
      if (first) return first.value as T;
      const failure = signal?.aborted
        ? new CliError('stopped; nothing was changed', EXIT.interrupted, 'the same command looks again')
        : await findFailure(temporal, handle);
      if (failure === null) continue;
      await withDeadline(temporal, () => handle.cancel()).catch(() => undefined);
      throw failure;
    }
  } finally {
    // The server holds an open question for twenty seconds, and the process would stay as long.
    stopWaiting.abort();
  }
}

/** What keeps the result from coming; null while there is hope. */
async function findFailure(temporal: Temporal, handle: WorkflowHandle): Promise<CliError | null> {
  const description = await withDeadline(temporal, () => handle.describe());
  const taskFailure = await workflowTaskFailure(temporal, description);
  if (taskFailure) {
    const { summary, next } = CodecError.fromText(taskFailure.message) ?? {
      summary: taskFailure.message,
      next: 'run the same version of n2m on the worker and here; its log says more',
    };
    return new CliError(`the worker cannot take it up: ${summary}`, EXIT.failed, next);
  }
  const pending = description.raw.pendingActivities?.find(
    ({ attempt, lastFailure }) => lastFailure && (attempt ?? 1) > MAX_ATTEMPTS,
  );
  if (!pending) return null;
  const { loadedDataConverter } = temporal.client.options;
  const error = await decodeOptionalFailureToOptionalError(loadedDataConverter, pending.lastFailure);
  return failureError(failureOfActivity(error), 'it failed again and again', 'mend it, then run the same command');
}
