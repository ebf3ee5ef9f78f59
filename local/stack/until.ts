import { setTimeout as pause } from 'node:timers/promises';

export interface UntilOptions {
  /** What is awaited, for the message when it does not come. */
  what: string;
  /** Milliseconds after which to give up, times N2M_TEST_PATIENCE where that is set. */
  timeout: number;
  /** Milliseconds between two looks; 50 by default. */
  every?: number;
  /** Ends the looking early, with the signal's reason. */
  signal?: AbortSignal;
}

/** How many times longer than on an idle machine anything may take: for machines that do much else meanwhile. */
export const patience = (): number => Number(process.env.N2M_TEST_PATIENCE ?? '1');

/**
 * Looks until `probe` returns something other than undefined, and returns that. An error of the probe counts as "not
 * yet"; the last one is the cause of the error thrown at the end.
 */
export async function until<T>(probe: () => Promise<T | undefined>, options: UntilOptions): Promise<T> {
  const timeout = options.timeout * patience();
  const deadline = Date.now() + timeout;
  let cause: unknown;
  for (;;) {
    try {
      const found = await probe();
      if (found !== undefined) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    options.signal?.throwIfAborted();
    if (Date.now() >= deadline) {
      const reason = cause instanceof Error ? `: ${cause.message}` : '';
      throw new Error(`${options.what} did not come within ${timeout / 1000} s${reason}`, { cause });
    }
    await pause(options.every ?? 50);
  }
}
