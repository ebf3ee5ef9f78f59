/** A runbook entry: what it means, how to see it, what to do. */
export interface Explanation {
  code: string;
  kind: 'verdict' | 'rule' | 'finding' | 'failure';
  meaning: string;
  look: string;
  fix: string;
}

/** The entries of a code; a few codes are both a rule and a finding. Empty when unknown. */
export function explain(_code: string): Explanation[] {
  throw new Error('not built yet');
}

export function explainedCodes(): string[] {
  throw new Error('not built yet');
}
