import type { FailureInfo } from './types';

/** What nobody foresaw is tried this often: enough for a blip, too few to hide a defect for ever. */
export const UNEXPECTED_ATTEMPTS = 5;

/**
 * Something came up between a look and a statement, so the next attempt sees it. What is answered to exist again, and not
 * seen again, is a fault of the look; and no other conflict ends by being tried for ever. Another object each time is none:
 * a slow server goes on with what an attempt asked for that was given up, and each look sees more of it.
 */
const CONFLICTS = { exists: 2, other: 5 };
const EXISTS = /^.*? already exists/;

/** Between two attempts no more than this counts as waited: a worker that was off does not use up anybody's patience. */
const LONGEST_STEP = 60_000;

/** What one activity remembers of its failures from attempt to attempt. */
export interface Tally {
  /** Answers nobody foresaw, outages and refusals not counted. */
  unexpected: number;
  /** Statements refused because of something that the look before them had not seen; of one object, where it exists. */
  conflicts: number;
  /** What the last of them answered to exist already. */
  exists: string | null;
  /** What is waited for with bounded patience, and for how long already; null after anything else. */
  waiting: { type: FailureInfo['type']; spentMs: number; at: number } | null;
}

export const NO_FAILURES: Tally = { unexpected: 0, conflicts: 0, exists: null, waiting: null };

/** Counts one more failure; `over` says that another attempt is not worth it. `now` in milliseconds. */
export function tallied(before: Tally, info: FailureInfo, now: number): { tally: Tally; over: boolean } {
  const unexpected = before.unexpected + (info.type === 'Unexpected' ? 1 : 0);
  const conflict = info.type === 'Conflict';
  const exists = conflict ? (EXISTS.exec(info.message)?.[0] ?? null) : before.exists;
  const another = conflict && exists !== null && exists !== before.exists;
  const conflicts = another ? 1 : before.conflicts + (conflict ? 1 : 0);
  const most = CONFLICTS[exists === null ? 'other' : 'exists'];
  const patience = info.patienceMs ?? null;
  const same = before.waiting?.type === info.type ? before.waiting : null;
  const spentMs = same ? same.spentMs + Math.min(Math.max(now - same.at, 0), LONGEST_STEP) : 0;
  const waiting = patience === null ? null : { type: info.type, spentMs, at: now };
  const over =
    !info.retryable ||
    unexpected >= UNEXPECTED_ATTEMPTS ||
    (conflict && conflicts >= most) ||
    (patience !== null && spentMs >= patience);
  return { tally: { unexpected, conflicts, exists, waiting }, over };
}
