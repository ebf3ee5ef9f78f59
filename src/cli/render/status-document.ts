import type { Definition } from '../../core/plan/definition';
import { cancelling } from '../../core/run/details';
import type { FailureInfo } from '../../core/failures/types';
import type {
  AlertMemory,
  CheckResult,
  FollowMemory,
  KeptSource,
  KeptTables,
  KeptTarget,
  Symptom,
  TargetTableReading,
  Severity,
  VerdictName,
} from '../../core/watch/types';
import type { Verified } from '../../core/verify/types';
import { worse } from '../../core/watch/judge';
import { formatDuration } from '../../core/text/duration';
import type { LiveRun } from '../temporal/read-run';
import { PHASES } from './phases';

/** One side as far as it could be read. */
export type Side<T> = ({ reachable: true } & T) | { reachable: false; failure: FailureInfo };

export interface WatchState {
  paused: boolean;
  note: string | null;
  /** Milliseconds between two checks. */
  every: number | null;
}

/** A run that did not get to its end. */
export interface FailedRun {
  /** What started it: `apply`, `repair`, `rotate` or `destroy`. */
  command: string;
  failure: FailureInfo;
}

/** How many tables there are, and of what kind. */
export type TableCounts = Omit<KeptTables, 'named'>;

/** The JSON document of `n2m status`. */
export interface StatusDocument {
  pipeline: string;
  verdict: VerdictName;
  severity: Severity;
  cause: string;
  next: string;
  /** When both sides were read; null when nobody ever did. */
  checkedAt: string | null;
  /** Null as long as nobody looked. */
  source: Side<KeptSource> | null;
  target: Side<Omit<KeptTarget, 'tables'>> | null;
  /** The worst first: of a new look the first 20, all with `--full`; of the last check only those that are not well. */
  tables: TargetTableReading[];
  /** All of them; null where Materialize was not read. */
  tableCounts: TableCounts | null;
  symptoms: Symptom[];
  /** Alerts that are open. */
  alerts: AlertMemory[];
  /** The last comparison of both sides, and the last that found a difference; null where none is known. */
  verified: Verified | null;
  /** How far the watch is with columns that came upstream, where the file lets it bring them; null where none did. */
  follow: FollowMemory | null;
  /** What a run dropped and nothing has made again yet, with the statements that would. */
  owed: Definition[];
  /** How the last run failed, where it had begun to change something by then. */
  failed: FailedRun | null;
  /** The run under way. */
  run: LiveRun | null;
  watch: WatchState | null;
  /** False: this is not what is, because nobody could look. */
  reachable: boolean;
}

/** A check's reading and verdict. That checks are late outweighs a good verdict: nobody is told what happens. */
export function statusOfCheck(check: CheckResult, watch: WatchState | null, late: Symptom | null): StatusDocument {
  const { name, severity, cause, next, symptoms } = check.verdict;
  const status: StatusDocument = {
    ...readings(check),
    pipeline: check.pipeline,
    verdict: name,
    severity,
    cause,
    next,
    symptoms: late === null ? symptoms : [...symptoms, late],
    owed: [],
    failed: null,
    run: null,
    watch,
    reachable: true,
  };
  if (late === null) return status;
  const worst = worse(late.severity, severity) ? late.severity : severity;
  if (name !== 'healthy') return { ...status, severity: worst };
  return { ...status, verdict: 'unknown', severity: worst, cause: late.cause, next: late.next };
}

/** A run holds the pipeline: what it does is the verdict; what the last check saw is kept beside it. */
export function statusOfRun(
  pipeline: string,
  run: LiveRun,
  last: CheckResult | null,
  watch: WatchState | null,
  worker: boolean,
): StatusDocument {
  const waits = run.view?.waitingFor ?? [];
  const doing = run.view ? PHASES[run.view.phase] : 'no worker answers for it';
  const retry = run.retries[0];
  const ending = run.view && cancelling(run.view);
  const stops = ending === null ? '' : `; asked to stop: ${ending}`;
  const { follow } = last?.memory ?? {};
  const whose =
    follow?.state === 'started' && follow.run === run.runId ? `the watch brings ${follow.columns}: its run` : 'a run';
  const cause = `${whose} is under way since ${run.startedAt}: ${doing}${stops}${retry ? `; ${retry.activity} tries again: ${retry.message}` : ''}`;
  return {
    ...(last ? readings(last) : NOTHING_READ),
    pipeline,
    verdict: run.view === null ? 'unknown' : run.view.phase === 'snapshotting' ? 'snapshotting' : 'changing',
    severity: run.view === null || retry ? 'warn' : 'ok',
    cause,
    next: !worker
      ? START_WORKER
      : waits.length > 0
        ? `n2m approve ${pipeline}, or n2m reject ${pipeline}`
        : `n2m status ${pipeline} --watch`,
    symptoms: [],
    owed: [],
    failed: null,
    run,
    watch,
    reachable: worker,
  };
}

export type NoCheck =
  | { kind: 'failed'; failure: FailureInfo }
  | { kind: 'unwatched' }
  | { kind: 'no-check-yet' }
  | { kind: 'no-worker'; late: Symptom | null };

const START_WORKER = 'start a worker: npm run worker';

/** Nobody could look, so nobody knows; the last check's readings are kept with their age. */
export function statusWithoutCheck(
  pipeline: string,
  why: NoCheck,
  last: CheckResult | null,
  watch: WatchState | null,
): StatusDocument {
  const late = why.kind === 'no-worker' ? why.late : null;
  const before = last ? `; the last check, at ${last.checkedAt}, said ${last.verdict.name}` : '';
  const explanations: Record<NoCheck['kind'], { cause: string; next: string }> = {
    failed: {
      cause: `the last run failed${why.kind === 'failed' ? `: ${why.failure.message}` : ''}, and nobody watches yet`,
      next: why.kind === 'failed' && why.failure.hint ? `${why.failure.hint}, then n2m apply FILE` : 'n2m apply FILE',
    },
    unwatched: { cause: 'nobody watches: the pipeline has no schedule', next: 'n2m apply FILE sets it up again' },
    'no-check-yet': { cause: 'no check has completed yet', next: `n2m status ${pipeline}` },
    'no-worker': {
      cause: `no worker answers, so nobody can look${late ? `: ${late.cause}` : ''}${before}`,
      next: START_WORKER,
    },
  };
  return {
    ...(last ? readings(last) : NOTHING_READ),
    pipeline,
    verdict: 'unknown',
    severity: late?.severity ?? 'warn',
    ...explanations[why.kind],
    symptoms: late ? [late] : [],
    owed: [],
    failed: null,
    run: null,
    watch,
    reachable: why.kind !== 'no-worker',
  };
}

/** What is owed is listed until it is there: as a look found it, else as the last run said at its end. */
export function withOwed(status: StatusDocument, run: LiveRun | null, look: CheckResult | null): StatusDocument {
  const owed = look?.owed ?? run?.view?.owed ?? [];
  if (owed.length === 0 || status.run !== null) return { ...status, owed };
  const next = status.verdict === 'healthy' ? `n2m repair ${status.pipeline}` : status.next;
  return { ...status, owed, next };
}

/** Refused before anything was touched: the systems are as they were. */
const REFUSALS: readonly string[] = ['Rejected', 'Blocked'];

/** Both sides may be well and yet not be what was asked for: the same command goes on from where it ended. */
export function withFailure(status: StatusDocument, failed: FailedRun | null): StatusDocument {
  if (failed === null || status.run !== null || REFUSALS.includes(failed.failure.type)) return status;
  const { command } = failed;
  const again = command === 'apply' ? 'n2m apply FILE' : `n2m ${command} ${status.pipeline}`;
  return { ...status, failed, next: GOING_ON.includes(status.verdict) ? again : status.next };
}

/** Nothing in them needs a person. */
const GOING_ON: readonly VerdictName[] = ['healthy', 'snapshotting', 'lagging'];

type Readings = Pick<
  StatusDocument,
  'checkedAt' | 'source' | 'target' | 'tables' | 'tableCounts' | 'alerts' | 'verified' | 'follow'
>;

const NOTHING_READ: Readings = {
  checkedAt: null,
  source: null,
  target: null,
  tables: [],
  tableCounts: null,
  alerts: [],
  verified: null,
  follow: null,
};

function readings({ checkedAt, reading, memory }: CheckResult): Readings {
  const { source, target } = reading;
  const common = {
    checkedAt,
    source: source.ok ? { reachable: true as const, ...source.value } : unreadable(source.failure),
    alerts: memory.alerts,
    verified: reading.verified ?? null,
    follow: memory.follow ?? null,
  };
  if (!target.ok) return { ...common, target: unreadable(target.failure), tables: [], tableCounts: null };
  const {
    tables: { named, ...tableCounts },
    ...rest
  } = target.value;
  return { ...common, target: { reachable: true, ...rest }, tables: named, tableCounts };
}

const unreadable = (failure: FailureInfo) => ({ reachable: false as const, failure });

/** `12 s ago`. */
export function ago(at: string, now: string): string {
  return `${formatDuration(Math.max(0, Date.parse(now) - Date.parse(at)))} ago`;
}
