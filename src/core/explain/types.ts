/** The shape of an explanation. */

/** A runbook entry: what it means, how to see it, what to do. */
export interface Explanation {
  code: string;
  kind: 'verdict' | 'rule' | 'finding' | 'failure';
  meaning: string;
  look: string;
  fix: string;
}

/** Meaning, how to see it, what to do. */
export type Entry = [meaning: string, look: string, fix: string];
