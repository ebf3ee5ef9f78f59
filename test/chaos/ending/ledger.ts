import { readFile } from 'node:fs/promises';
import type { Life } from './twice';

/** What was answered well, life by life, out of the journal of a pipeline's workers. */
export class Ledger {
  readonly lives: Life[] = [];
  private read = 0;
  private again = 0;

  constructor(private readonly journal: string) {}

  /** The source will be made again once more. */
  expectAgain(): void {
    this.again += 1;
  }

  /** At the end of a life. */
  async settle(): Promise<void> {
    const lines = (await readFile(this.journal, 'utf8').catch(() => '')).split('\n');
    const done = lines.slice(this.read).flatMap((line) => (line.startsWith('done ') ? [line.slice(5)] : []));
    this.read = lines.length - 1;
    this.lives.push({ done, again: this.again });
    this.again = 0;
  }
}
