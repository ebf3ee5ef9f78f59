import { log } from '@temporalio/activity';
import { isGrpcServiceError, WorkflowNotFoundError, type WorkflowExecutionInfo } from '@temporalio/client';
import { runId } from '../../core/names';
import type { Definition } from '../../core/plan/definition';
import type { RunView } from '../../core/run/types';
import type { PipelineSpec } from '../../core/spec/types';
import { systemError } from '../../systems/errors';
import { findObject, readDefinitions } from '../../systems/materialize';
import type { SqlClient } from '../../systems/sql-client';
import { activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { file } from '../support/inputs';
import { withMaterialize } from '../support/sessions';
import { inItsPlace } from './standing';

/** Runs that ended before they knew say nothing of it, and are passed over. */
const RUNS_AT_MOST = 20;
const ANSWER_DEADLINE = 20_000;
/** gRPC: cancelled, deadline exceeded, resource exhausted, aborted, unavailable. */
const PASSING = [1, 4, 8, 10, 14];

/** What is owed, for a person who looks: names, and the statements that would make it. */
export const lookForOwed = activity({ input: file, reads: true }, (deps, { spec }) => readOwed(deps, spec));

/**
 * What an earlier run dropped and could not make again, as its own view says, and is not there. Only a run of this worker's
 * queue is asked, as anybody may start one elsewhere that claims anything; its history is gone after the namespace's retention.
 */
export async function readOwed(deps: Deps, spec: PipelineSpec): Promise<Definition[]> {
  const owed = await owedByRuns(deps, spec.name);
  if (owed.length === 0) return [];
  return withMaterialize(deps, spec, async (client) => {
    const missing: Definition[] = [];
    for (const definition of owed) if (!(await isBack(client, definition))) missing.push(definition);
    return missing;
  });
}

async function owedByRuns(deps: Deps, pipeline: string): Promise<Definition[]> {
  const query = `WorkflowId = '${runId(pipeline)}'`;
  let looked = 0;
  try {
    // Newest first.
    for await (const run of deps.workflows.list({ query, pageSize: RUNS_AT_MOST })) {
      const ask = run.taskQueue === deps.taskQueue && !(await isRunning(deps, run));
      const owed = ask ? await owedBy(deps, run) : undefined;
      if (owed !== undefined) return owed;
      looked += 1;
      if (looked >= RUNS_AT_MOST) break;
    }
  } catch (error) {
    throw passing(error) ?? error;
  }
  return [];
}

/** It makes again what it took away itself. A list tells a moment late that a run has ended; its history does at once. */
async function isRunning(deps: Deps, { status, workflowId, runId }: WorkflowExecutionInfo): Promise<boolean> {
  if (status.name !== 'RUNNING') return false;
  try {
    const { status: now } = await inTime(deps, () => deps.workflows.getHandle(workflowId, runId).describe());
    return now.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Undefined where it does not say. */
async function owedBy(deps: Deps, run: WorkflowExecutionInfo): Promise<Definition[] | undefined> {
  const handle = deps.workflows.getHandle(run.workflowId, run.runId);
  try {
    return (await inTime(deps, () => handle.query<RunView>('view'))).owed;
  } catch (error) {
    const later = passing(error);
    if (later) throw later;
    if (error instanceof WorkflowNotFoundError) return undefined;
    // It will never say: another version's history, a key that is gone, no run of ours.
    log.warn('a former run cannot say what it dropped', { run: run.runId, why: String(error) });
    return undefined;
  }
}

const inTime = <T>({ workflows }: Deps, ask: () => Promise<T>): Promise<T> =>
  workflows.withDeadline(Date.now() + ANSWER_DEADLINE, ask);

function passing(error: unknown) {
  const cause = error instanceof Error && isGrpcServiceError(error.cause) ? error.cause : error;
  if (!isGrpcServiceError(cause) || !PASSING.includes(cause.code)) return null;
  const message = `the former run cannot be asked what it dropped: ${cause.details}`;
  return systemError('Unreachable', 'temporal', message, { retryable: true });
}

/** Of a table of the source's own, which comes back with it: what was granted on it, and said of it. */
async function isBack(client: SqlClient, owed: Definition): Promise<boolean> {
  const { type, name, item, sql, grants, comments } = await inItsPlace(client, owed);
  const id = await findObject(client, type, item);
  if (id === null || sql !== null) return id !== null;
  const [now] = await readDefinitions(client, [{ id, type, name, item, definition: false }]);
  const there = [...(now?.grants ?? []), ...(now?.comments ?? [])];
  return [...grants, ...comments].every((statement) => there.includes(statement));
}
