import type { FailureInfo } from './types';

/** What nobody foresaw is tried this often: enough for a blip, too few to hide a defect for ever. */
export const UNEXPECTED_ATTEMPTS = 5;

/** Between two attempts no more than this counts as waited: a worker that was off does not use up anybody's patience. */
const LONGEST_STEP = 60_000;

/** What one activity remembers of its failures from attempt to attempt. */
export interface Tally {
  /** Answers nobody foresaw, outages and refusals not counted. */
  unexpected: number;
  /** What is waited for with bounded patience, and for how long already; null after anything else. */
  waiting: { type: FailureInfo['type']; spentMs: number; at: number } | null;
}

export const NO_FAILURES: Tally = { unexpected: 0, waiting: null };

/** Counts one more failure; `over` says that another attempt is not worth it. `now` in milliseconds. */
export function tallied(before: Tally, info: FailureInfo, now: number): { tally: Tally; over: boolean } {
  const unexpected = before.unexpected + (info.type === 'Unexpected' ? 1 : 0);
  const patience = info.patienceMs ?? null;
  const same = before.waiting?.type === info.type ? before.waiting : null;
  const spentMs = same ? same.spentMs + Math.min(Math.max(now - same.at, 0), LONGEST_STEP) : 0;
  const waiting = patience === null ? null : { type: info.type, spentMs, at: now };
  const over = !info.retryable || unexpected >= UNEXPECTED_ATTEMPTS || (patience !== null && spentMs >= patience);
  return { tally: { unexpected, waiting }, over };
}
