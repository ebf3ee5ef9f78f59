/**
 * How often `decide` reads a property of what it is given, at any depth: the work that a decision makes of its facts, on any
 * machine the same.
 */
export function readsOf<T extends object>(input: T, decide: (input: T) => unknown): number {
  let reads = 0;
  const seen = new WeakMap<object, object>();
  const counted = <V>(value: V): V => {
    if (typeof value !== 'object' || value === null) return value;
    const before = seen.get(value);
    if (before) return before as V;
    const proxy = new Proxy(value, {
      get(target, key) {
        reads += 1;
        return counted(Reflect.get(target, key) as unknown);
      },
    });
    seen.set(value, proxy);
    return proxy;
  };
  decide(counted(input));
  return reads;
}
