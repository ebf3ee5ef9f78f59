/** Values of one reference that are kept: a mounted file that is replaced is still in use by steps that began before. */
const VALUES_OF_A_REFERENCE = 3;
/** Passwords and URLs that came from elsewhere, such as Neon's API: as many pipelines as a worker has, twice over. */
const MOST_OTHERS = 2_000;

/** Secrets that may still be in some text: what was handed out last, so that a worker of months does not keep them all. */
export interface Remembered {
  /** The value of a reference. */
  handedOut(ref: string, value: string): void;
  /** One that came from elsewhere; those that are met again stay. */
  met(value: string): void;
  all(): string[];
}

export function createRemembered(always: readonly string[] = [], mostOthers = MOST_OTHERS): Remembered {
  const byReference = new Map<string, string[]>();
  const others = new Map<string, true>();
  return {
    handedOut(ref, value) {
      const before = (byReference.get(ref) ?? []).filter((known) => known !== value);
      byReference.set(ref, [value, ...before].slice(0, VALUES_OF_A_REFERENCE));
    },
    met(value) {
      others.delete(value);
      others.set(value, true);
      for (const [oldest] of others) {
        if (others.size <= mostOthers) break;
        others.delete(oldest);
      }
    },
    all: () => [...new Set([...always, ...[...byReference.values()].flat(), ...others.keys()])],
  };
}
