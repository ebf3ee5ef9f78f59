import type { FailureType } from '../types';

/** What a code or a text means. `hint` replaces the server's own where ours says more. */
export interface Rule {
  type: FailureType;
  /** Only what is known to be permanent is not tried again. */
  retryable: boolean | Patience;
  hint: string | null;
}

/** Tried again for so long: it may pass, and it may be a mistake that only a person can mend. */
export interface Patience {
  patienceMs: number;
}

/** A service that restarts, a name that DNS does not know yet, a limit that others are about to leave. */
export const A_QUARTER_HOUR: Patience = { patienceMs: 15 * 60_000 };

/** What spreads through caches within moments after it was changed. */
export const MOMENTS: Patience = { patienceMs: 3 * 60_000 };
