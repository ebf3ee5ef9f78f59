import { Context } from '@temporalio/activity';
import { NO_FAILURES, type Tally } from '../../core/failures/tally';

/**
 * Heartbeats while an activity works, so that a killed worker is noticed within seconds and a cancellation arrives. A
 * hung statement cannot hide behind it: every statement has a deadline of its own.
 */
const last = new WeakMap<Context, unknown>();

/** Under this key of the heartbeat the count of failures travels from attempt to attempt; there is no other way to. */
const FAILURES = 'n2mFailures';

type Details = Record<string, unknown>;

const asDetails = (value: unknown): Details =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

/** Tells the server how far the activity is; repeated until something newer is told. */
export function heartbeat(details: object): void {
  const context = Context.current();
  const tally = asDetails(last.get(context) ?? context.info.heartbeatDetails)[FAILURES];
  const told = tally === undefined ? details : { ...details, [FAILURES]: tally };
  last.set(context, told);
  context.heartbeat(told);
}

/** What the attempt before this one told last; null on the first attempt, and where it told nothing. */
export function lastHeartbeat<T>(): T | null {
  const told = asDetails(Context.current().info.heartbeatDetails);
  delete told[FAILURES];
  return Object.keys(told).length === 0 ? null : (told as T);
}

/** The failures of the attempts before. */
export function failuresBefore(): Tally {
  const tally = asDetails(Context.current().info.heartbeatDetails)[FAILURES];
  return { ...NO_FAILURES, ...asDetails(tally) };
}

/** Hands the count on to the next attempt, beside what this one told. The SDK sends it before the failure. */
export function rememberFailures(tally: Tally): void {
  const context = Context.current();
  context.heartbeat({ ...asDetails(last.get(context) ?? context.info.heartbeatDetails), [FAILURES]: tally });
}

/** Runs `work` with a heartbeat at every third of the heartbeat timeout. */
export async function withHeartbeats<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timeout = context.info.heartbeatTimeoutMs;
  // Repeats what the former attempt told until this one tells something, else a crash in between would lose it.
  last.set(context, context.info.heartbeatDetails);
  if (!timeout) return work();
  const timer = setInterval(() => context.heartbeat(last.get(context)), timeout / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
