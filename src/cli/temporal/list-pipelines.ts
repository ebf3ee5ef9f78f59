import type { WorkflowExecutionInfo } from '@temporalio/client';
import { pipelineOfWatchId, SEARCH_ATTRIBUTES } from '../../core/names';
import { lateness } from '../../core/watch/lateness';
import { stateAttribute, verdictAttribute } from '../../workflows/messages';
import { PHASES } from '../render/phases';
import { byListOrder, type ListedPipeline } from '../render/list';
import { isVerdict } from '../render/verdict';
import { listUnwatched } from './unwatched';
import type { Temporal } from './client';

interface Scheduled {
  pipeline: string;
  paused: boolean;
  note: string | null;
  every: number | null;
}

/**
 * Every pipeline that is watched, worked on, or ought to be watched. Four listings, however many pipelines there are:
 * schedules, completed checks (newest first, their verdict is a search attribute), runs under way and runs that ended.
 */
export async function listPipelines(temporal: Temporal): Promise<ListedPipeline[]> {
  const [schedules, runs] = await Promise.all([readSchedules(temporal), readRuns(temporal)]);
  const known = new Set([...schedules.map(({ pipeline }) => pipeline), ...runs.keys()]);
  const [checks, unwatched] = await Promise.all([latestChecks(temporal, schedules), listUnwatched(temporal, known)]);
  const listed = schedules.map((schedule): ListedPipeline => {
    const check = checks.get(schedule.pipeline);
    const run = runs.get(schedule.pipeline) ?? null;
    return {
      ...verdictOf(schedule, check, run),
      paused: schedule.paused,
      note: schedule.note,
      every: schedule.every,
      run,
    };
  });
  for (const [pipeline, run] of runs) {
    if (schedules.some((schedule) => schedule.pipeline === pipeline)) continue;
    listed.push({
      pipeline,
      verdict: run.state === 'snapshotting' ? 'snapshotting' : 'changing',
      cause: causeOf(run),
      checkedAt: null,
      late: false,
      paused: false,
      note: null,
      every: null,
      run,
    });
  }
  return [...listed, ...unwatched].sort(byListOrder);
}

type Run = NonNullable<ListedPipeline['run']>;
type Check = { verdict: ListedPipeline['verdict']; at: string };

function verdictOf(
  { pipeline, paused, note, every }: Scheduled,
  check: Check | undefined,
  run: Run | null,
): Pick<ListedPipeline, 'pipeline' | 'verdict' | 'cause' | 'checkedAt' | 'late'> {
  const checkedAt = check?.at ?? null;
  const symptom =
    check && every !== null
      ? lateness(check.at, every, new Date().toISOString(), { paused, note, changedAt: null })
      : null;
  const base = { pipeline, checkedAt, late: symptom !== null };
  if (run) return { ...base, verdict: run.state === 'snapshotting' ? 'snapshotting' : 'changing', cause: causeOf(run) };
  if (paused) return { ...base, verdict: 'unknown', cause: `the watch is paused${note === null ? '' : `: ${note}`}` };
  if (check === undefined) return { ...base, verdict: 'unknown', cause: 'no completed check to read' };
  if (symptom) {
    const cause = `checks are late: ${symptom.cause}; the last said ${check.verdict}`;
    return { ...base, verdict: check.verdict === 'healthy' ? 'unknown' : check.verdict, cause };
  }
  return { ...base, verdict: check.verdict, cause: null };
}

function causeOf(run: Run): string {
  const phase = run.state !== null && run.state in PHASES ? PHASES[run.state as keyof typeof PHASES] : null;
  return `${run.type} under way since ${run.startedAt}${phase === null ? '' : `: ${phase}`}`;
}

async function readSchedules({ listing }: Temporal): Promise<Scheduled[]> {
  const schedules: Scheduled[] = [];
  for await (const { scheduleId, state, spec } of listing.schedule.list()) {
    const pipeline = pipelineOfWatchId(scheduleId);
    if (pipeline === null) continue;
    const every = spec?.intervals?.[0]?.every ?? null;
    schedules.push({ pipeline, paused: state.paused, note: state.note || null, every });
  }
  return schedules;
}

async function readRuns({ listing }: Temporal): Promise<Map<string, Run>> {
  const query = `ExecutionStatus = 'Running' AND WorkflowId STARTS_WITH 'pipeline/' AND ${SEARCH_ATTRIBUTES.pipeline} IS NOT NULL`;
  const runs = new Map<string, Run>();
  for await (const execution of listing.workflow.list({ query })) {
    const pipeline = /^pipeline\/([^/]+)$/.exec(execution.workflowId)?.[1];
    if (pipeline === undefined) continue;
    const state = execution.typedSearchAttributes.get(stateAttribute) ?? null;
    runs.set(pipeline, { type: execution.type, startedAt: execution.startTime.toISOString(), state });
  }
  return runs;
}

/** Pipelines that are not among so many newest checks have none worth the search. */
const maxChecks = (pipelines: number): number => 500 + 10 * pipelines;

async function latestChecks({ listing }: Temporal, schedules: Scheduled[]): Promise<Map<string, Check>> {
  const open = new Set(schedules.map(({ pipeline }) => pipeline));
  const checks = new Map<string, Check>();
  let budget = maxChecks(open.size);
  if (open.size === 0) return checks;
  const query =
    "WorkflowType = 'checkReplication' AND ExecutionStatus = 'Completed' AND TemporalScheduledById IS NOT NULL";
  for await (const execution of listing.workflow.list({ query })) {
    const pipeline = pipelineOfCheck(execution);
    const verdict = execution.typedSearchAttributes.get(verdictAttribute);
    if (pipeline !== null && open.has(pipeline) && isVerdict(verdict)) {
      open.delete(pipeline);
      checks.set(pipeline, { verdict, at: (execution.closeTime ?? execution.startTime).toISOString() });
    }
    budget -= 1;
    if (open.size === 0 || budget <= 0) break;
  }
  return checks;
}

function pipelineOfCheck({ workflowId }: WorkflowExecutionInfo): string | null {
  // The schedule appends the time to the action's id.
  return /^pipeline\/([^/]+)\/check-/.exec(workflowId)?.[1] ?? null;
}
