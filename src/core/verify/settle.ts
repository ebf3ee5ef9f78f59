/**
 * Tells rows that differ from rows that are on their way. Upstream is read, then Materialize once it has passed that
 * moment, again and again. A row that is the same once is equal. One that upstream did not write between two looks, and that
 * Materialize had otherwise in between, differs. One that was written meanwhile says nothing yet.
 */

/** A row upstream: what it holds, and which version of it that is. */
export interface Seen {
  digest: string;
  version: string;
}

/** Two looks in a row, as a row may come and go between two of them without a trace. */
const STRIKES = 2;
/** What upstream has not, no version tells apart: a lock or a session of somebody may come and go all the time. */
const STRIKES_WITHOUT_VERSION = 5;

interface Suspect {
  up: Seen | null;
  strikes: number;
}

export class Settling {
  private readonly suspects = new Map<string, Suspect | null>();
  private readonly found = new Map<string, Seen | null>();

  constructor(keys: Iterable<string>) {
    for (const key of keys) this.suspects.set(key, null);
  }

  /** Rows that nothing is known of yet. */
  get pending(): string[] {
    return [...this.suspects.keys()];
  }

  /** Rows that differ, with what upstream has: null where it has none. */
  get differing(): ReadonlyMap<string, Seen | null> {
    return this.found;
  }

  /** One look at both sides: `up` first, `down` when Materialize had passed it. */
  observe(up: ReadonlyMap<string, Seen>, down: ReadonlyMap<string, string>): void {
    for (const [key, before] of this.suspects) {
      const now = up.get(key) ?? null;
      if ((now?.digest ?? null) === (down.get(key) ?? null)) {
        this.suspects.delete(key);
        continue;
      }
      const untouched = before !== null && (before.up?.version ?? null) === (now?.version ?? null);
      const strikes = untouched ? before.strikes + 1 : 0;
      if (strikes < (now === null ? STRIKES_WITHOUT_VERSION : STRIKES)) this.suspects.set(key, { up: now, strikes });
      else {
        this.suspects.delete(key);
        this.found.set(key, now);
      }
    }
  }
}
