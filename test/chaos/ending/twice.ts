/** What one life of a pipeline makes once, as statements and calls begin; and what a repair of a lost slot makes again. */
const ONCE = [
  '^CREATE CLUSTER',
  '^CREATE SECRET',
  '^CREATE CONNECTION',
  '^CREATE SCHEMA',
  '^DROP CONNECTION',
  '^DROP SECRET',
  '^DROP CLUSTER',
  '^DROP SCHEMA',
  '^POST .*/roles$',
  '^DELETE .*/roles/',
];
const AGAIN = ['^CREATE SOURCE', '^DROP SOURCE'];

/** From an apply to its destroy, or to the end. */
export interface Life {
  /** What was sent and answered well. */
  done: string[];
  /** How often the source had to be made again. */
  again: number;
}

/** A second success of what must be once was done twice. */
export function doneTwice({ done, again }: Life): string[] {
  const counted = (patterns: string[], most: number) =>
    patterns.flatMap((pattern) => {
      const count = done.filter((line) => new RegExp(pattern).test(line)).length;
      return count > most ? [`${pattern} ${count} times in one life, ${most} at most`] : [];
    });
  return [...counted(ONCE, 1), ...counted(AGAIN, 1 + again)];
}
