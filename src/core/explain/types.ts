/** The shape of an explanation. */

/** A runbook entry: what it means, how to see it, what to do. */
export interface Explanation {
  code: string;
  kind: 'verdict' | 'rule' | 'finding' | 'failure';
  meaning: string;
  look: string;
  fix: string;
}

/** How to see what only a plan shows. */
export const PLAN = 'n2m plan FILE names the object.';

/** Meaning, how to see it, what to do. */
export type Entry = [meaning: string, look: string, fix: string];
