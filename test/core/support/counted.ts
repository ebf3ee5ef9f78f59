export interface Counter {
  /** The same value, of which each read of a property, at any depth, is counted. */
  counted: <V>(value: V) => V;
  reads: () => number;
}

/** Counts the work that is made of some facts: on any machine the same. */
export function counter(): Counter {
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
  return { counted, reads: () => reads };
}

/** How often `decide` reads a property of what it is given. */
export function readsOf<T extends object>(input: T, decide: (input: T) => unknown): number {
  const { counted, reads } = counter();
  decide(counted(input));
  return reads();
}
