import { Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { setTimeout as delay } from 'node:timers/promises';

const reading = new WeakSet<Context>();

/**
 * The attempt under way only looks or waits: it is cut short by a cancellation. What changes something ends its attempt
 * first, so that nothing is left half made; there is no attempt after it. A worker that shuts down cuts short everything.
 */
export function onlyReads(): void {
  reading.add(Context.current());
}

const signals = new WeakMap<Context, AbortSignal>();

/** Aborted when the attempt under way has to end at once. */
export function cutShort(): AbortSignal {
  const context = Context.current();
  const known = signals.get(context);
  if (known) return known;
  const signal = reading.has(context) ? context.cancellationSignal : unlessAsked(context);
  signals.set(context, signal);
  return signal;
}

function unlessAsked(context: Context): AbortSignal {
  const end = new AbortController();
  const onAbort = (): void => {
    if (!context.cancellationDetails?.cancelRequested) end.abort(context.cancellationSignal.reason);
  };
  if (context.cancellationSignal.aborted) onAbort();
  else context.cancellationSignal.addEventListener('abort', onAbort, { once: true });
  return end.signal;
}

/** Whether a person asked to stop and this attempt gave up for it: whatever was thrown then is no failure. */
export function wasCutShort(): boolean {
  return cutShort().aborted && (Context.current().cancellationDetails?.cancelRequested ?? false);
}

/** Waits, or rejects when the attempt has to end at once. */
export async function sleep(ms: number): Promise<void> {
  try {
    await delay(ms, undefined, { signal: cutShort() });
  } catch (error) {
    throw new CancelledFailure(error instanceof Error ? error.message : 'cut short');
  }
}

const SHORTEST_PAUSE = 50;
const LONGEST_PAUSE = 500;

/**
 * A pause between two looks at what mostly has come about at once, in ms: a quarter of what was waited so far, so that little
 * is waited for nothing, and half a second at most.
 */
export function pauses(): () => Promise<void> {
  let waited = 0;
  return () => {
    const ms = Math.min(Math.max(SHORTEST_PAUSE, waited / 4), LONGEST_PAUSE);
    waited += ms;
    return sleep(ms);
  };
}
