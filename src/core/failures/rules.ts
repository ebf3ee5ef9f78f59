import type { FailureType } from './types';

/** What a code or a text means. `hint` replaces the server's own where ours says more. */
export interface Rule {
  type: FailureType;
  retryable: boolean;
  hint: string | null;
}
