/** A few worlds at a time: most of a case with a killed worker is waiting for its heartbeat timeout. */
const AT_ONCE = 3;

/** Starts all cases, a few at a time; each test awaits its own. What fails is told by the test that awaits it. */
export function inLanes<C, R>(
  cases: readonly C[],
  titleOf: (one: C) => string,
  run: (one: C) => Promise<R>,
): Map<string, Promise<R>> {
  const lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  const started = new Map<string, Promise<R>>();
  cases.forEach((one, index) => {
    const result = (lanes[index % AT_ONCE] ?? Promise.resolve()).then(() => run(one));
    lanes[index % AT_ONCE] = result.catch(() => undefined);
    started.set(titleOf(one), result);
  });
  for (const result of started.values()) result.catch(() => undefined);
  return started;
}

/** Calls in a journal that no pattern names: changes at which nothing was ever tried. */
export function untried(journals: readonly string[], patterns: readonly string[]): string[] {
  const known = patterns.map((pattern) => new RegExp(pattern));
  const calls = journals.flatMap((journal) => journal.trim().split('\n')).filter((call) => call !== '');
  return [...new Set(calls.filter((call) => !known.some((pattern) => pattern.test(call))))];
}
