import type { Mode } from './world';

/**
 * When a worker is killed. To die right before a change is to die right after the one before it, but for what is read between
 * them: only `npm run test:kills` does both.
 */
export const KILLS: Mode[] = process.env.N2M_TEST_KILLS === 'all' ? ['kill-before', 'kill-after'] : ['kill-after'];

/** A few worlds at a time: most of a case with a killed worker is waiting for its heartbeat timeout. */
const AT_ONCE = 6;

/** Runs all cases, a few at a time, in their order; each test awaits its own. What fails is told by the test that awaits it. */
export function inLanes<C, R>(
  cases: readonly C[],
  titleOf: (one: C) => string,
  run: (one: C) => Promise<R>,
): Map<string, Promise<R>> {
  const waiting: (() => Promise<unknown>)[] = [];
  const started = new Map<string, Promise<R>>();
  for (const one of cases) {
    const result = new Promise<R>((resolve) => {
      waiting.push(() => {
        const running = run(one);
        resolve(running);
        return running.catch(() => undefined);
      });
    });
    result.catch(() => undefined);
    started.set(titleOf(one), result);
  }
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) await next();
  };
  for (let lanes = 0; lanes < AT_ONCE; lanes += 1) void lane();
  return started;
}

/** Calls in a journal that no pattern names: changes at which nothing was ever tried. */
export function untried(journals: readonly string[], patterns: readonly string[]): string[] {
  const known = patterns.map((pattern) => new RegExp(pattern));
  const calls = journals.flatMap((journal) => journal.trim().split('\n')).filter((call) => call !== '');
  return [...new Set(calls.filter((call) => !known.some((pattern) => pattern.test(call))))];
}
