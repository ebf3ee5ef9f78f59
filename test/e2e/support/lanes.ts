import { has, itSince, type Since } from './versions';
import type { Mode } from './world';

/** `npm run test:kills`, which leaves nothing out. */
const ALL_KILLS = process.env.N2M_TEST_KILLS === 'all';

/**
 * When a worker is killed. To die right before a change is to die right after the one before it, but for what is read between
 * them: only `npm run test:kills` does both.
 */
export const KILLS: Mode[] = ALL_KILLS ? ['kill-before', 'kill-after'] : ['kill-after'];

/** What a case asks for: a version of Postgres, and whether `npm test` has it as well or `npm run test:kills` alone. */
export interface Asks {
  since: Since | null;
  inEveryTest: boolean;
}

export const runs = ({ since, inEveryTest }: Asks): boolean => has(since) && (ALL_KILLS || inEveryTest);

/** A case that does not run is skipped by name, with the reason. */
export function itRuns({ since, inEveryTest }: Asks, name: string, test: () => Promise<void>, timeout: number): void {
  if (ALL_KILLS || inEveryTest) itSince(since, name, test, timeout);
  else it.skip(`${name} (npm run test:kills)`, test);
}

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
