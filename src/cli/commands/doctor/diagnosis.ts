import { randomUUID } from 'node:crypto';
import { TimeoutFailure, WorkflowFailedError } from '@temporalio/client';
import type { Examination, SystemLook } from '../../../core/examine/types';
import type { FailureInfo } from '../../../core/failures/types';
import { SEARCH_ATTRIBUTES, doctorId } from '../../../core/names';
import type { PipelineSpec } from '../../../core/spec/types';
import { plural } from '../../../core/text/count';
import { formatDuration } from '../../../core/text/duration';
import type { examine } from '../../../workflows';
import { CliError } from '../../exit';
import { listPipelines } from '../../temporal/list-pipelines';
import { awaitResult } from '../../temporal/await-result';
import type { Diagnosis } from '../../render/doctor';
import {
  polling,
  QUEUES,
  toCliError,
  REGISTER_SEARCH_ATTRIBUTES,
  withDeadline,
  type Temporal,
} from '../../temporal/client';
import { buildLines } from './builds';
import { readRouting } from './routing';
import { traceLines } from './traces';

const ok = (what: string, detail: string): Diagnosis => ({ what, state: 'ok', detail, next: null });
const warning = (what: string, detail: string, next: string): Diagnosis => ({ what, state: 'warning', detail, next });
const wrong = (what: string, detail: string, next: string | null): Diagnosis => ({
  what,
  state: 'wrong',
  detail,
  next,
});
const skipped = (what: string, detail: string): Diagnosis => ({ what, state: 'skipped', detail, next: null });

/** Longest two deadlines of the worker's look, one after the other, and some for starting. */
const EXAMINE_TIMEOUT = 75_000;
/** Freshness is the worker's clock minus Materialize's frontier: its usual limit is 5 s. */
const CLOCK_TOLERANCE = 2_000;

/** Looks at everything n2m needs, from outside to inside; what cannot be looked at is said to be skipped. */
export async function diagnose(temporal: Temporal, spec: PipelineSpec | null, version: string): Promise<Diagnosis[]> {
  const server = await attempt('Temporal', temporal, () => serverLine(temporal));
  const namespace = await attempt('namespace', temporal, () => namespaceLine(temporal));
  const known = [...server, ...namespace, ...traceLines(process.env)];
  if (known.some(({ state }) => state === 'wrong')) {
    return [...known, skipped('the rest', 'cannot be looked at before that')];
  }
  const worker = await attempt('worker', temporal, () => workerLines(temporal));
  const lines = [
    ...known,
    ...(await attempt('search attributes', temporal, () => searchAttributeLine(temporal))),
    ...worker,
    ...(await attempt('schedules', temporal, () => scheduleLine(temporal))),
  ];
  if (worker.some(({ state }) => state === 'wrong')) {
    return [...lines, skipped('systems', 'only a worker can look at them')];
  }
  return [...lines, ...(await attempt('worker', temporal, () => examineLines(temporal, spec, version)))];
}

async function attempt(
  what: string,
  temporal: Temporal,
  look: () => Promise<Diagnosis | Diagnosis[]>,
): Promise<Diagnosis[]> {
  try {
    return [await look()].flat();
  } catch (error) {
    const explained = toCliError(error, temporal);
    const message = explained instanceof Error ? explained.message : String(explained);
    return [wrong(what, message, explained instanceof CliError ? explained.next : null)];
  }
}

async function serverLine(temporal: Temporal): Promise<Diagnosis> {
  const { serverVersion } = await withDeadline(temporal, () => temporal.connection.workflowService.getSystemInfo({}));
  return ok('Temporal', `${temporal.address} answers, server ${serverVersion || 'of unknown version'}`);
}

async function namespaceLine(temporal: Temporal): Promise<Diagnosis> {
  const { namespace } = temporal;
  const { config } = await withDeadline(temporal, () =>
    temporal.connection.workflowService.describeNamespace({ namespace }),
  );
  const seconds = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0);
  return ok('namespace', `${namespace}, keeps what has ended for ${formatDuration(seconds * 1000)}`);
}

/** INDEXED_VALUE_TYPE_KEYWORD */
const KEYWORD = 2;

async function searchAttributeLine(temporal: Temporal): Promise<Diagnosis> {
  const what = 'search attributes';
  const wanted = Object.values(SEARCH_ATTRIBUTES);
  const { namespace } = temporal;
  const { customAttributes } = await withDeadline(temporal, () =>
    temporal.connection.operatorService.listSearchAttributes({ namespace }),
  );
  const missing = wanted.filter((name) => customAttributes[name] === undefined);
  if (missing.length > 0) return wrong(what, `${missing.join(', ')} not registered`, REGISTER_SEARCH_ATTRIBUTES);
  const otherType = wanted.filter((name) => Number(customAttributes[name]) !== KEYWORD);
  if (otherType.length === 0) return ok(what, wanted.join(', '));
  return wrong(
    what,
    `${otherType.join(', ')}: registered with another type than Keyword`,
    'remove them and register again',
  );
}

async function workerLines(temporal: Temporal): Promise<Diagnosis | Diagnosis[]> {
  const start = 'start one: npm run worker, with TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE as here';
  const [workflows, activities] = await Promise.all([
    polling(temporal, QUEUES.workflows),
    polling(temporal, QUEUES.activities),
  ]);
  const { taskQueue } = temporal;
  if (workflows.pollers.length === 0 && activities.pollers.length === 0) {
    return wrong('worker', `nobody polls task queue ${taskQueue}`, start);
  }
  if (workflows.pollers.length === 0 || activities.pollers.length === 0) {
    const half = workflows.pollers.length === 0 ? 'workflows' : 'activities';
    return wrong('worker', `nobody polls task queue ${taskQueue} for ${half}`, start);
  }
  const names = [...new Set(workflows.pollers.map(({ identity }) => identity || 'unnamed'))].sort();
  return [
    ok('worker', `${plural(names.length, 'worker')} on task queue ${taskQueue}: ${names.join(', ')}`),
    ...buildLines(await readRouting(temporal, workflows.pollers, workflows.current)),
  ];
}

async function scheduleLine(temporal: Temporal): Promise<Diagnosis> {
  const watched = (await listPipelines(temporal)).filter(({ every }) => every !== null);
  const late = watched.filter((pipeline) => pipeline.late).map(({ pipeline }) => pipeline);
  const paused = watched.filter((pipeline) => pipeline.paused).map(({ pipeline }) => pipeline);
  if (late.length > 0) {
    return warning('schedules', `checks are late: ${late.join(', ')}`, 'more workers, or a larger watch.every');
  }
  if (paused.length > 0) {
    return warning('schedules', `checks are paused: ${paused.join(', ')}`, `n2m resume ${paused[0]}`);
  }
  return ok('schedules', `${plural(watched.length, 'pipeline')} watched, all in time`);
}

async function examineLines(temporal: Temporal, spec: PipelineSpec | null, version: string): Promise<Diagnosis[]> {
  const found = await examined(temporal, spec);
  if (found === null) {
    const why = 'the worker did not answer: it may be busy, or older than this n2m';
    return [wrong('version', why, 'look at its log; update worker and n2m to the same version')];
  }
  const detail = `the worker is ${found.version} on Node ${found.node}`;
  const versions =
    found.version === version
      ? ok('version', `${detail}, as this n2m`)
      : warning('version', `${detail}, this n2m is ${version}`, 'update both to the same version');
  if (spec === null) return [versions, skipped('systems', 'no file was given: n2m doctor FILE looks at them, too')];
  return [
    versions,
    ...referenceLines(found),
    ...systemLines('source', found.source),
    ...systemLines('Materialize', found.materialize),
  ];
}

async function examined(temporal: Temporal, spec: PipelineSpec | null): Promise<Examination | null> {
  const handle = await withDeadline(temporal, () =>
    temporal.client.workflow.start<typeof examine>('examine', {
      taskQueue: temporal.taskQueue,
      workflowId: doctorId(randomUUID()),
      args: [{ spec }],
      workflowExecutionTimeout: EXAMINE_TIMEOUT,
      staticSummary: 'n2m doctor: looks, changes nothing',
    }),
  );
  try {
    return await awaitResult(temporal, handle);
  } catch (error) {
    if (error instanceof WorkflowFailedError && error.cause instanceof TimeoutFailure) return null;
    throw error;
  }
}

function referenceLines({ references }: Examination): Diagnosis[] {
  const bad = references.filter(({ failure }) => failure !== null);
  if (bad.length === 0)
    return [ok('references', `${plural(references.length, 'reference')}, all with a value on the worker`)];
  return bad.map(({ path, failure }) => failureLine('references', `${path}: `, failure));
}

function systemLines(what: string, look: SystemLook | null): Diagnosis[] {
  if (look === null) return [];
  if (!look.ok) return [failureLine(what, '', look.failure)];
  const { version, user, clockAheadMs } = look;
  const line = ok(what, `${version}, as ${user}, reached from the worker`);
  if (Math.abs(clockAheadMs) <= CLOCK_TOLERANCE) return [line];
  const direction = clockAheadMs > 0 ? 'ahead of' : 'behind';
  const detail = `${what}'s is ${formatDuration(Math.abs(clockAheadMs))} ${direction} the worker's`;
  return [line, warning('clock', detail, 'set the worker’s clock by NTP: how late data is, is measured with it')];
}

function failureLine(what: string, prefix: string, failure: FailureInfo | null): Diagnosis {
  const code = failure?.code ? ` (${failure.code})` : '';
  return wrong(
    what,
    `${prefix}${failure?.message ?? 'failed'}${code}`,
    failure?.hint ?? `n2m explain ${failure?.type}`,
  );
}
