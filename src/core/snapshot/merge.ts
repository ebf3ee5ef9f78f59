/** One look at both sides, joined with the progress known before. */
import { formatDuration } from '../text/duration';
import { isCommitted, STALLED_LOOKS, totalRows } from './progress';
import { isRestart, mergeTable, startOver } from './tables';
import type { Blocker, SnapshotLook, SnapshotProgress, TableProgress } from './types';

/** Rates are smoothed over about so long: long enough not to flicker, short enough to show a change. */
const SMOOTH_MS = 60_000;

/**
 * Joins one look with what was known. `now` is an ISO time; `stuckAfter` milliseconds without movement on either side
 * are stuck. With `previous` null the wait begins. Committed is latched per table; time in which a side could not be
 * read counts neither as movement nor as standstill.
 */
export function mergeProgress(
  previous: SnapshotProgress | null,
  look: SnapshotLook,
  now: string,
  limits: { stuckAfter: number },
): SnapshotProgress {
  const { partial = false, ...known } = previous ?? beginning(now);
  const restarted = isRestart(known, look);
  const before = restarted ? startOver(known) : known;
  const tables = mergeTables(before, look);
  const next: SnapshotProgress = {
    ...before,
    observedAt: now,
    restarts: known.restarts + (restarted ? 1 : 0),
    tables,
    sourceStatus: look.target?.source.status ?? before.sourceStatus,
    sourceError: look.target ? look.target.source.error : before.sourceError,
    stalledLooks: stalledLooks(before, look),
    attempt: {
      slots: look.upstream?.snapshotSlots ?? before.attempt.slots,
      replicas: look.target?.replicas ?? before.attempt.replicas,
    },
    counters: counters(look) ?? before.counters,
  };
  next.lastMovementAt = partial ? notCounted(before, next) : lastMovement(before, next, look, restarted);
  next.rowsPerSecond = partial ? before.rowsPerSecond : rate(before, next, look, restarted);
  next.etaSeconds = eta(next);
  next.stuck = stuck(before, next, look, limits.stuckAfter);
  return next;
}

function beginning(now: string): SnapshotProgress {
  return {
    startedAt: now,
    observedAt: now,
    restarts: 0,
    tables: [],
    rowsPerSecond: null,
    etaSeconds: null,
    sourceStatus: 'unknown',
    sourceError: null,
    stalledLooks: 0,
    attempt: { slots: [], replicas: [] },
    counters: 0,
    lastMovementAt: now,
    stuck: null,
  };
}

/** The tables of the look, each joined with what was known of it. Without a look at Materialize, those known. */
function mergeTables(before: SnapshotProgress, look: SnapshotLook): TableProgress[] {
  const sourceStalled = look.target?.source.error !== null && look.target?.source.error !== undefined;
  if (look.target === null) return before.tables.map((table) => mergeTable(table, null, look.upstream, false));
  const known = new Map(before.tables.map((table) => [table.table, table]));
  return look.target.tables.map((found) => {
    const table = known.get(found.table) ?? unseen(found.table, found.upstream);
    return mergeTable(table, found, look.upstream, sourceStalled);
  });
}

function unseen(table: string, upstream: TableProgress['upstream']): TableProgress {
  return {
    table,
    upstream,
    rowsCopied: 0,
    rowsExpected: null,
    rowsEnded: 0,
    running: [],
    rowsStaged: 0,
    state: 'waiting',
    error: null,
  };
}

/** Up while it stalls, down while it does not: a broken source says `running` in about a third of all looks. */
function stalledLooks(before: SnapshotProgress, look: SnapshotLook): number {
  if (look.target === null) return before.stalledLooks;
  return look.target.source.status === 'stalled'
    ? Math.min(before.stalledLooks + 1, STALLED_LOOKS)
    : Math.max(before.stalledLooks - 1, 0);
}

function counters(look: SnapshotLook): number | null {
  if (look.target === null) return null;
  return look.target.tables.reduce(
    (sum, { statistics }) => sum + (statistics ? statistics.recordsKnown + statistics.recordsStaged : 0),
    0,
  );
}

function lastMovement(
  before: SnapshotProgress,
  next: SnapshotProgress,
  look: SnapshotLook,
  restarted: boolean,
): string {
  const states = new Map(before.tables.map(({ table, state }) => [table, state]));
  const moved =
    restarted ||
    next.counters > before.counters ||
    totalRows(next) > totalRows(before) ||
    next.tables.some(({ table, state }) => state !== states.get(table)) ||
    next.attempt.slots.some((slot) => !before.attempt.slots.includes(slot));
  if (moved) return next.observedAt;
  if (look.target !== null && look.upstream !== null) return before.lastMovementAt;
  return notCounted(before, next);
}

/** Neither as movement nor as standstill. */
const notCounted = (before: SnapshotProgress, next: SnapshotProgress): string =>
  iso(Date.parse(before.lastMovementAt) + elapsed(before, next));

function rate(before: SnapshotProgress, next: SnapshotProgress, look: SnapshotLook, restarted: boolean): number | null {
  const copying = next.tables.some((table) => table.state === 'waiting' || table.state === 'copying');
  if (!copying || restarted) return null;
  const ms = elapsed(before, next);
  if (look.upstream === null || ms <= 0) return before.rowsPerSecond;
  const momentary = ((totalRows(next) - totalRows(before)) * 1000) / ms;
  if (before.rowsPerSecond === null) return momentary > 0 ? Math.round(momentary) : null;
  const weight = ms / (ms + SMOOTH_MS);
  return Math.round(before.rowsPerSecond + (momentary - before.rowsPerSecond) * weight);
}

function eta(next: SnapshotProgress): number | null {
  const open = next.tables.filter((table) => table.state !== 'committed');
  if (open.length === 0 || !next.rowsPerSecond) return null;
  if (open.some((table) => table.rowsExpected === null)) return null;
  const left = open.reduce((sum, table) => sum + Math.max((table.rowsExpected ?? 0) - table.rowsCopied, 0), 0);
  return Math.round(left / next.rowsPerSecond);
}

function stuck(
  before: SnapshotProgress,
  next: SnapshotProgress,
  look: SnapshotLook,
  stuckAfter: number,
): SnapshotProgress['stuck'] {
  if (isCommitted(next)) return null;
  const blockers = look.upstream?.blockers ?? before.stuck?.blockers ?? [];
  if (blockers.length > 0) {
    const since = before.stuck?.since ?? next.observedAt;
    return { since, cause: blockers.map(blockerWords).join('; '), blockers };
  }
  const still = Date.parse(next.observedAt) - Date.parse(next.lastMovementAt);
  if (still < stuckAfter) return null;
  return { since: next.lastMovementAt, cause: stillWords(next, still), blockers: [] };
}

/** One clause: who holds the copy up, and since when. */
export function blockerWords(blocker: Blocker): string {
  const age = formatDuration(blocker.ageSeconds * 1000);
  if (blocker.kind === 'prepared')
    return `prepared transaction ${blocker.gid ?? '?'} of ${blocker.user}, open for ${age}`;
  const application = blocker.application === '' ? '' : ` (${blocker.application})`;
  return `pid ${blocker.pid ?? '?'} of ${blocker.user}${application}, open for ${age}`;
}

function stillWords({ sourceStatus, sourceError }: SnapshotProgress, still: number): string {
  const base = `nothing moved on either side for ${formatDuration(still)}`;
  if (sourceError !== null) return `${base}; the source says: ${sourceError}`;
  if (sourceStatus === 'paused') return `${base}; the source is paused: its cluster has no replica`;
  return `${base}; cause unknown, the source says ${sourceStatus}`;
}

const elapsed = (before: SnapshotProgress, next: SnapshotProgress): number =>
  Math.max(Date.parse(next.observedAt) - Date.parse(before.observedAt), 0);

const iso = (ms: number): string => new Date(ms).toISOString();
