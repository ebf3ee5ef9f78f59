import { readFile } from 'node:fs/promises';

/** What one life of a pipeline makes once, and what a repair of a lost slot makes again, as statements and calls begin. */
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

/** Counts what was answered well, life by life: a second success of what must be once was done twice. */
export class Ledger {
  readonly twice: string[] = [];
  private read = 0;
  private again = 0;

  constructor(private readonly journal: string) {}

  /** The source will be made again once more. */
  expectAgain(): void {
    this.again += 1;
  }

  /** At the end of a life. */
  async settle(name: string): Promise<void> {
    const lines = (await readFile(this.journal, 'utf8').catch(() => '')).split('\n');
    const done = lines.slice(this.read).flatMap((line) => (line.startsWith('done ') ? [line.slice(5)] : []));
    this.read = lines.length - 1;
    for (const [patterns, most] of [[ONCE, 1] as const, [AGAIN, 1 + this.again] as const]) {
      for (const pattern of patterns) {
        const count = done.filter((line) => new RegExp(pattern).test(line)).length;
        if (count > most) this.twice.push(`${name}: ${pattern} ${count} times in one life, ${most} at most`);
      }
    }
    this.again = 0;
  }
}
