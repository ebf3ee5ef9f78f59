import type { ItemName } from '../sql/items';

/** An object as it has to come back; null `sql`: only its privileges and comments do. */
export interface Definition {
  id: string;
  type: string;
  /** Full name for people. */
  name: string;
  item: ItemName;
  sql: string | null;
  /** Statements after the object exists. */
  owner: string | null;
  grants: string[];
  comments: string[];
}

/** What became of one definition. `differs` and `failed`: the statements are for a person. */
export interface Recreated {
  name: string;
  type: string;
  outcome: 'recreated' | 'differs' | 'failed';
  why: string | null;
  /** All its statements, to be run by hand where it failed. */
  sql: string[];
}

/** What of it is still not there. `differs` is there, and its report says how. */
export const stillOwed = (owed: readonly Definition[], recreated: readonly Recreated[]): Definition[] =>
  owed.filter(
    ({ name, type }) => !recreated.some((one) => one.name === name && one.type === type && one.outcome !== 'failed'),
  );
