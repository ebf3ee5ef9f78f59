import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import {
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { runId } from '../../core/names';
import type { Approval } from '../../core/plan/types';
import { approveUpdate, rejectUpdate } from '../../workflows/messages';
import { CliError, EXIT } from '../exit';
import { failureInfo } from './failures';
import { readRun } from './read-run';
import { requireWorker, withDeadline, type Temporal } from './client';

/** An update is answered by a worker; a busy one takes a moment. */
const UPDATE_TIMEOUT = 30_000;
/** Milliseconds between the tries to give an answer whose turn was dropped. */
const PAUSES = [100, 500, 2_000, 5_000];
/** gRPC's number; the enum itself would cost the CLI another import at every start. */
const FAILED_PRECONDITION = 9;

/** What the pipeline's run waits for. Refuses when it does not wait. */
export async function pendingApprovals(
  temporal: Temporal,
  pipeline: string,
  answer: 'approve' | 'reject',
): Promise<Approval[]> {
  await requireWorker(temporal);
  const run = await readRun(temporal, pipeline);
  if (run === null || run.status !== 'RUNNING') {
    throw new CliError(`no run of ${pipeline} is under way`, EXIT.failed, `n2m status ${pipeline}, or n2m apply FILE`);
  }
  if (run.view === null) {
    throw new CliError(
      `the worker does not answer for the run of ${pipeline}`,
      EXIT.unreachable,
      `n2m ${answer} ${pipeline}`,
    );
  }
  if (run.view.waitingFor.length === 0) {
    throw new CliError(`the run of ${pipeline} waits for no approval`, EXIT.failed, `n2m status ${pipeline}`);
  }
  return run.view.waitingFor;
}

export const approve = (temporal: Temporal, pipeline: string, keys: string[]): Promise<void> =>
  sendUpdate(temporal, pipeline, (handle, updateId) =>
    handle.executeUpdate(approveUpdate, { args: [{ keys, by: currentUser() }], updateId }),
  );

export const reject = (temporal: Temporal, pipeline: string, reason: string): Promise<void> =>
  sendUpdate(temporal, pipeline, (handle, updateId) =>
    handle.executeUpdate(rejectUpdate, { args: [{ by: currentUser(), reason }], updateId }),
  );

type Send = (handle: Pick<WorkflowHandle, 'executeUpdate'>, updateId: string) => Promise<void>;

async function sendUpdate(temporal: Temporal, pipeline: string, send: Send): Promise<void> {
  const handle = temporal.client.workflow.getHandle(runId(pipeline));
  const updateId = randomUUID();
  try {
    await withDeadline(temporal, () => untilTaken(() => send(handle, updateId)), UPDATE_TIMEOUT);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      throw new CliError(`the run of ${pipeline} has ended`, EXIT.failed, `n2m status ${pipeline}`);
    }
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    throw new CliError(failureInfo(error)?.message ?? error.message, EXIT.failed, `n2m status ${pipeline}`);
  }
}

/**
 * Something else can happen to the run while it takes the answer (its alert was delivered, say); Temporal then drops
 * the whole turn, and with it an answer that nobody has seen: FAILED_PRECONDITION, and nothing in the history. The id
 * stays the same, so that an answer which was taken after all is not given twice.
 */
async function untilTaken(send: () => Promise<void>): Promise<void> {
  for (const pause of PAUSES) {
    try {
      return await send();
    } catch (error) {
      if (!wasDropped(error)) throw error;
      await delay(pause);
    }
  }
  await send();
}

function wasDropped(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && Number(cause.code) === FAILED_PRECONDITION;
}

/** Goes into the run's history: who said so. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown user';
  }
}
