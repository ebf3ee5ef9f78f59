import { userInfo } from 'node:os';
import { WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { runId } from '../../core/names';
import type { Approval } from '../../core/plan/types';
import { approveUpdate, rejectUpdate } from '../../workflows/messages';
import { CliError, EXIT } from '../exit';
import { failureInfo } from './failures';
import { readRun } from './read-run';
import { requireWorker, withDeadline, type Temporal } from './client';

/** An update is answered by a worker; a busy one takes a moment. */
const UPDATE_TIMEOUT = 30_000;

/** What the pipeline's run waits for. Refuses when it does not wait. */
export async function pendingApprovals(temporal: Temporal, pipeline: string): Promise<Approval[]> {
  await requireWorker(temporal);
  const run = await readRun(temporal, pipeline);
  if (run === null || run.status !== 'RUNNING') {
    throw new CliError(`no run of ${pipeline} is under way`, EXIT.failed, `n2m status ${pipeline}, or n2m apply FILE`);
  }
  if (run.view === null) {
    throw new CliError(
      `the worker does not answer for the run of ${pipeline}`,
      EXIT.unreachable,
      `n2m approve ${pipeline}`,
    );
  }
  if (run.view.waitingFor.length === 0) {
    throw new CliError(`the run of ${pipeline} waits for no approval`, EXIT.failed, `n2m status ${pipeline}`);
  }
  return run.view.waitingFor;
}

export async function approve(temporal: Temporal, pipeline: string, keys: string[]): Promise<void> {
  const handle = temporal.client.workflow.getHandle(runId(pipeline));
  await sendUpdate(pipeline, () =>
    withDeadline(
      temporal,
      () => handle.executeUpdate(approveUpdate, { args: [{ keys, by: currentUser() }] }),
      UPDATE_TIMEOUT,
    ),
  );
}

export async function reject(temporal: Temporal, pipeline: string, reason: string): Promise<void> {
  const handle = temporal.client.workflow.getHandle(runId(pipeline));
  await sendUpdate(pipeline, () =>
    withDeadline(
      temporal,
      () => handle.executeUpdate(rejectUpdate, { args: [{ by: currentUser(), reason }] }),
      UPDATE_TIMEOUT,
    ),
  );
}

async function sendUpdate(pipeline: string, update: () => Promise<void>): Promise<void> {
  try {
    await update();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) {
      throw new CliError(`the run of ${pipeline} has ended`, EXIT.failed, `n2m status ${pipeline}`);
    }
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    throw new CliError(failureInfo(error)?.message ?? error.message, EXIT.failed, `n2m status ${pipeline}`);
  }
}

/** Goes into the run's history: who said so. */
export function currentUser(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown user';
  }
}
