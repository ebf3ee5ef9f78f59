/**
 * What each attacker tries, and what it is after: `{ [attacker]: { [try]: aim } }`. One file of tests per attacker makes every
 * one of them, see `tries.ts`; the README's table is made from this.
 */
export const TRIES = {
  'a role that may create in public': {},
  'a role that may create in the database': {},
  'the owner of a replicated table': {},
  'whoever answers a webhook': {},
  'whoever may start workflows': {},
} as const satisfies Record<string, Record<string, string>>;

export type Attacker = keyof typeof TRIES;
