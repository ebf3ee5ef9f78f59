/**
 * Stretches every time limit that a test names by N2M_TEST_PATIENCE, as `until` does with its own: on a machine that
 * does much else, a limit says nothing about what is tested.
 */
import { patience } from '../../local/stack/until';

type Callable = ((...args: unknown[]) => unknown) & Record<string, unknown>;

/** `it`, a hook, or what `it.each(…)` returns: a limit is always the last argument, and a number. */
function stretched<T>(target: T): T {
  if (typeof target !== 'function') return target;
  return new Proxy(target as unknown as Callable, {
    apply: (call, self, args: unknown[]) => {
      const limit = args.at(-1);
      const longer = typeof limit === 'number' && args.length > 1 ? [...args.slice(0, -1), limit * patience()] : args;
      return stretched(Reflect.apply(call, self, longer));
    },
    get: (call, name, receiver) => stretched(Reflect.get(call, name, receiver) as unknown),
  }) as T;
}

/** Where `jest.setTimeout` leaves its limit for the runner. */
const LIMIT = Symbol.for('TEST_TIMEOUT_SYMBOL');

if (patience() !== 1) {
  const names = ['it', 'test', 'beforeAll', 'beforeEach', 'afterAll', 'afterEach'] as const;
  for (const name of names) Object.assign(globalThis, { [name]: stretched(globalThis[name]) });
  let limit: number | undefined;
  Object.defineProperty(globalThis, LIMIT, {
    configurable: true,
    get: () => limit,
    set: (value: number) => (limit = value * patience()),
  });
}
