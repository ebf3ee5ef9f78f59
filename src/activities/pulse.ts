import { Context, heartbeat } from '@temporalio/activity';

/**
 * Heartbeats while an activity works, so that a killed worker is noticed within seconds and a cancellation arrives. A
 * hung statement cannot hide behind it: every statement has a deadline of its own.
 */
const last = new WeakMap<Context, unknown>();

/** Tells the server how far the activity is; repeated by the pulse until something newer is told. */
export function tell(details: unknown): void {
  last.set(Context.current(), details);
  heartbeat(details);
}

/** What the attempt before this one told last; null on the first attempt. */
export function toldBefore<T>(): T | null {
  return (Context.current().info.heartbeatDetails as T | undefined) ?? null;
}

/** Runs `work` with a pulse at a third of the heartbeat timeout. */
export async function withPulse<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timeout = context.info.heartbeatTimeoutMs;
  if (!timeout) return work();
  // Repeats what the former attempt told until this one tells something, else a crash in between would lose it.
  last.set(context, context.info.heartbeatDetails);
  const pulse = setInterval(() => context.heartbeat(last.get(context)), timeout / 3);
  try {
    return await work();
  } finally {
    clearInterval(pulse);
  }
}
