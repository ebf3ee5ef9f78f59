import { quoteIdent } from '../../../src/core/sql/quote';
import { until } from '../support/until';
import type { World } from '../support/world';

/** What a reader saw of one relation. */
export interface Seen {
  reads: number;
  /** What it was told in place of rows, each text once. */
  refusals: string[];
  /** The longest time from a read that worked to the next one, with refusals in between; milliseconds. */
  gapMs: number;
  /** The longest time that one read took. */
  slowestMs: number;
}

/** Somebody who reads relations of the pipeline's schema all the time, each over a session of its own. */
export class Reader {
  private readonly stopped = new AbortController();
  private readonly seen = new Map<string, Seen>();
  private readonly over: Promise<unknown>;

  constructor(
    private readonly world: World,
    relations: readonly string[],
  ) {
    this.over = Promise.all(relations.map((relation) => this.read(relation)));
  }

  /** Resolves when each relation was read. */
  async round(): Promise<void> {
    const reads = () => [...this.seen.values()].map((one) => one.reads);
    const before = Math.min(...reads(), 0);
    await until(() => Promise.resolve(reads().every((count) => count > before + 1) || undefined), 'each to be read');
  }

  async stop(): Promise<Record<string, Seen>> {
    this.stopped.abort();
    await this.over;
    return Object.fromEntries(this.seen);
  }

  private async read(relation: string): Promise<void> {
    const seen: Seen = { reads: 0, refusals: [], gapMs: 0, slowestMs: 0 };
    this.seen.set(relation, seen);
    await this.world.target(async (client) => {
      await client.query(`SET cluster = ${quoteIdent(`ingest_${this.world.name}`)}`);
      let last = Date.now();
      let refused = false;
      while (!this.stopped.signal.aborted) {
        const began = Date.now();
        try {
          const { rows } = await client.query<{ n: string }>(
            `SELECT count(*) AS n FROM ${quoteIdent(this.world.name)}.${quoteIdent(relation)}`,
          );
          if (Number(rows[0]?.n) === 0) throw new Error('no rows');
          if (refused) seen.gapMs = Math.max(seen.gapMs, Date.now() - last);
          seen.slowestMs = Math.max(seen.slowestMs, Date.now() - began);
          seen.reads += 1;
          last = Date.now();
          refused = false;
        } catch (error) {
          refused = true;
          const text = error instanceof Error ? error.message : String(error);
          if (!seen.refusals.includes(text)) seen.refusals.push(text);
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      if (refused) seen.gapMs = Infinity;
    });
  }
}
