import { Context } from '@temporalio/activity';
import { ScheduleNotFoundError, WorkflowNotFoundError } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import { DEADLINE } from '../../core/budgets';
import { runId, SEARCH_ATTRIBUTES, watchId } from '../../core/names';
import type { RunPhase } from '../../core/run/types';
import type { PipelineSpec } from '../../core/spec/types';
import { alertDelivered, decideAlerts } from '../../core/watch/alerts';
import { readsStandby } from '../../core/objects/logical-replication/standby';
import { judge } from '../../core/watch/judge';
import { keep } from '../../core/watch/readings/kept';
import { standing } from '../../core/watch/readings/columns';
import { lateness } from '../../core/watch/lateness';
import type {
  CheckResult,
  KeptReading,
  PipelineReading,
  Reading,
  SourceReading,
  TargetReading,
  Verdict,
  WatchMemory,
  WatchSwitch,
} from '../../core/watch/types';
import { systemError, toSystemError } from '../../systems/errors';
import { readTargetReading } from '../../systems/materialize';
import { readSourceReading, type UpstreamTable } from '../../systems/postgres';
import { heartbeat, lastHeartbeat } from '../edges/heartbeat';
import { activity } from '../support/activity';
import type { Deps } from '../support/deps';
import { takes, type CheckStep } from '../support/inputs';
import { itemsOf, withMaterialize, withSource, type SourceSession } from '../support/sessions';
import { deliverAlerts, ping } from './alerts';
import { readComparisons } from './comparisons';
import { readBehind } from './columns';
import { readFollowed } from './followed';
import { readLeftBehind } from './left-behind';
import { readRefusedIn } from './refused-in';

const stateAttribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.state, 'KEYWORD');

/** One reading, one verdict, alerts delivered. Fails only when the worker itself is at fault. */
export const check = activity({ input: takes<CheckStep>(), reads: true }, async (deps, input) => {
  const { spec, memory, quiet } = input;
  const reading = await readBoth(deps, spec, memory, quiet);
  const now = reading.takenAt;
  const judged = judge(reading, memory, spec, now);
  const kept = keep(reading, input.tables ?? 'unwell', memory);
  if (quiet) return looked(spec, kept, judged.verdict, judged.memory);
  const decided = decideAlerts(spec.name, judged.verdict, judged.memory, now);
  // An attempt that died after it told somebody must not tell them again.
  const told = lastHeartbeat<{ told: CheckResult['alertsSent'] }>()?.told ?? [];
  const untold = decided.alerts.filter(
    (alert) => !told.some((sent) => sent.kind === alert.kind && sent.cause === alert.cause),
  );
  const owed = memory?.undelivered ?? [];
  const { delivered, undelivered, failed } = await deliverAlerts(deps, spec, untold, owed);
  const sent = [...told, ...delivered];
  // Each heartbeat is a call to the server, and billed: most checks have nothing to tell.
  if (sent.length > 0) heartbeat({ told: sent });
  const result: CheckResult = {
    pipeline: spec.name,
    checkedAt: now,
    verdict: judged.verdict,
    reading: kept,
    alertsSent: sent,
    alertsFailed: failed,
    memory: { ...alertDelivered(decided.memory, sent, now), undelivered },
  };
  deps.metrics.check(result);
  await ping(deps, spec);
  return result;
});

/** Alerts stay the schedule's: what is not told here is told by the next scheduled check. */
function looked(spec: PipelineSpec, reading: KeptReading, verdict: Verdict, memory: WatchMemory): CheckResult {
  return { pipeline: spec.name, checkedAt: reading.takenAt, verdict, reading, alertsSent: [], alertsFailed: 0, memory };
}

/** Both sides at once, each with its own deadline; unreachable, refused and timed out are values. */
export async function readBoth(
  deps: Deps,
  spec: PipelineSpec,
  memory: WatchMemory | null,
  byHand = false,
): Promise<PipelineReading> {
  const began = Date.now();
  const targetSide = side('materialize', (signal) => readTarget(deps, spec, memory, began, signal));
  // The tables of a selection by schema are known from Materialize only: then one side waits for the other.
  const listed = spec.source.tables.kind === 'list' ? spec.source.tables.tables : null;
  const known = listed && (memory?.slot ?? null);
  const sourceSide = (slot: string | null, tables: UpstreamTable[] | null) =>
    side('source', (signal) => readSource(deps, spec, { slot, tables, memory }, signal));
  const [target, early, changeUnderWay, watch, verified] = await Promise.all([
    targetSide,
    known ? sourceSide(known, listed) : null,
    changing(deps, spec.name),
    watchIfLate(deps, spec, memory),
    comparisons(deps, spec, memory, byHand),
  ]);
  // Which slot is ours is Materialize's to say: read again when it says another one, or when none was known.
  const slot = (target.ok ? target.value.source.slot : null) ?? memory?.slot ?? null;
  const tables = listed ?? (target.ok ? standing(target.value.tables).map((table) => table.upstream) : null);
  const source = early && slot === known ? early : await sourceSide(slot, tables);
  const [leftovers, refusedIn, behind, followed] = await Promise.all([
    readLeftBehind(deps, spec, source, target),
    readRefusedIn(deps, spec, { source, target }, memory, Context.current().cancellationSignal),
    readBehind(deps, spec, source, target),
    changeUnderWay === null ? readFollowed(deps, spec, memory) : null,
  ]);
  return {
    takenAt: new Date().toISOString(),
    durationMs: Date.now() - began,
    source,
    target,
    changeUnderWay,
    watch,
    ...(leftovers.length > 0 ? { leftovers } : {}),
    ...(refusedIn.length > 0 ? { refusedIn } : {}),
    ...(behind === null ? {} : { behind }),
    ...(followed === null ? {} : { followed }),
    ...(verified === undefined ? {} : { verified }),
  };
}

/** Where the file asks for them, or a person looks. */
async function comparisons(deps: Deps, spec: PipelineSpec, memory: WatchMemory | null, byHand: boolean) {
  if (!spec.verify && !byHand) return undefined;
  const { slot = null, verified = null } = memory ?? {};
  return readComparisons(deps, { pipeline: spec.name, slot, anew: byHand }, verified);
}

/** How the schedule was switched, where that may be why no check happened; null where none is late or none is left. */
async function watchIfLate(
  deps: Deps,
  { name, watch }: PipelineSpec,
  memory: WatchMemory | null,
): Promise<WatchSwitch | null> {
  if (memory === null || lateness(memory.lastCheckAt, watch.every, new Date().toISOString()) === null) return null;
  try {
    const { state, info } = await deps.schedules.getHandle(watchId(name)).describe();
    return { paused: state.paused, note: state.note ?? null, changedAt: info.lastUpdatedAt?.toISOString() ?? null };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return null;
    throw error;
  }
}

function readTarget(
  deps: Deps,
  spec: PipelineSpec,
  memory: WatchMemory | null,
  now: number,
  signal: AbortSignal,
): Promise<TargetReading> {
  const input = {
    source: itemsOf(spec).source,
    cluster: spec.materialize.cluster.name,
    stalledSince: memory?.eventsSeenTo ?? memory?.lastCheckAt ?? null,
    reads: memory,
    now,
  };
  return withMaterialize(deps, spec, (client) => readTargetReading(client, input), { pool: deps.pool, signal });
}

function readSource(
  deps: Deps,
  spec: PipelineSpec,
  { slot, tables, memory }: { slot: string | null; tables: UpstreamTable[] | null; memory: WatchMemory | null },
  signal: AbortSignal,
): Promise<SourceReading> {
  const { publication, role, excludeColumns } = spec.source;
  const input = { slot: slot ?? '', publication, role: role.name, tables, memory, excludeColumns };
  const read = async ({ client, replica }: SourceSession) =>
    readSourceReading(client, { ...input, replica: readsStandby(spec) ? await replica() : undefined });
  return withSource(deps, spec, read, { pool: deps.pool, signal });
}

async function side<T>(
  system: 'source' | 'materialize',
  read: (signal: AbortSignal) => Promise<T>,
): Promise<Reading<T>> {
  let timer: NodeJS.Timeout | undefined;
  // What nobody waits for any more must not keep a connection from the checks of others.
  const over = new AbortController();
  const late = new Promise<never>((_resolve, reject) => {
    const message = `${system === 'source' ? 'upstream' : 'Materialize'} did not answer within ${DEADLINE.side / 1000} s`;
    timer = setTimeout(() => reject(systemError('Timeout', system, message, { retryable: true })), DEADLINE.side);
  });
  try {
    return {
      ok: true,
      value: await Promise.race([read(AbortSignal.any([over.signal, Context.current().cancellationSignal])), late]),
    };
  } catch (error) {
    return { ok: false, failure: toSystemError(error, system, system).info };
  } finally {
    clearTimeout(timer);
    over.abort();
  }
}

/** The kind of run that holds the pipeline's lock; null when none does. */
async function changing(deps: Deps, pipeline: string): Promise<string | null> {
  // The look that a run takes at its own end is no look at a change.
  if (Context.current().info.workflowExecution?.workflowId === runId(pipeline)) return null;
  try {
    const { status, type, typedSearchAttributes } = await deps.workflows.getHandle(runId(pipeline)).describe();
    // A run that waits for a person changes nothing, perhaps for days: the watch stays awake meanwhile.
    const waits = typedSearchAttributes.get(stateAttribute) === ('waiting-for-approval' satisfies RunPhase);
    return status.name === 'RUNNING' && !waits ? type : null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}
