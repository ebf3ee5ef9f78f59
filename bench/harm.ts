import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { readSourceReading, readWrites, connectSource } from '../src/systems/postgres';
import { withClient } from '../src/systems/sql-client';
import { startDatabase, type Database } from '../test/harmless/database';
import { Life } from '../test/harmless/life';
import { header, row } from './figures';

const ROUNDS = 5;
const WATCHED = 1_000;
const SET_UP = 50;
const WRITERS = 10;
const WRITES_PER_SECOND = 200;
/** Writes without us, to compare with. */
const CALM_MS = 5_000;

const tableName = (at: number): string => `t${at}`;
const names = (count: number): string[] => Array.from({ length: count }, (_, at) => tableName(at));
const tables = (count: number) => names(count).map((name) => ({ schema: 'public', name }));

/** What the application pays: the proof of writes in every check, and the longest it waits while a pipeline is set up. */
export async function benchHarm(): Promise<void> {
  const database = await startDatabase(18);
  try {
    await proof(database);
    await waits(database);
  } finally {
    await database.stop();
  }
}

async function fill(database: Database, count: number): Promise<void> {
  await database.fill([
    `DO $$ BEGIN FOR n IN 0..${count - 1} LOOP
       EXECUTE format('CREATE TABLE public.t%s (id int PRIMARY KEY, note text)', n);
       EXECUTE format('INSERT INTO public.t%s SELECT i, ''x'' FROM generate_series(1, 100) i', n);
     END LOOP; END $$`,
  ]);
}

async function proof(database: Database): Promise<void> {
  await fill(database, WATCHED);
  const options = { connectTimeoutMs: 20_000, deadlineMs: 60_000 };
  const open = connectSource({ url: database.url, tls: { mode: 'disable', ca: null } }, options);
  await withClient(open, async (client) => {
    const alone: number[] = [];
    const whole: number[] = [];
    const input = { slot: 'none', publication: 'none', role: 'none', tables: tables(WATCHED) };
    for (let round = 0; round <= ROUNDS; round += 1) {
      const one = await time(() => readWrites(client, tables(WATCHED)));
      const all = await time(() => readSourceReading(client, input));
      if (round > 0) alone.push(one);
      if (round > 0) whole.push(all);
    }
    header(`the application's writes, PostgreSQL 18`);
    row(`proof of writes, ${WATCHED} tables`, alone, 'ms, in one round trip');
    row('a check upstream, the proof in it', whole, 'ms');
  });
}

/** 200 writes a second on 50 tables, without us and while the 50 are set up. */
async function waits(database: Database): Promise<void> {
  await fill(database, SET_UP);
  const writers = await Promise.all(Array.from({ length: WRITERS }, () => Writer.open(database.url)));
  await delay(CALM_MS);
  const calm = writers.flatMap((writer) => writer.taken());
  const life = new Life(database, names(SET_UP));
  const steps: { step: string; waits: number[] }[] = [];
  const noted = ({ step }: { step: string }) => {
    steps.push({ step, waits: writers.flatMap((writer) => writer.taken()) });
    return Promise.resolve();
  };
  await life.setup(noted);
  await life.destroy(noted);
  const failures = (await Promise.all(writers.map((writer) => writer.close()))).flat();
  const ours = steps.flatMap((one) => one.waits);
  header(`${WRITES_PER_SECOND} writes a second while ${SET_UP} tables are set up and taken down`);
  row('write without us, p50 and p99', [at(calm, 0.5), at(calm, 0.99)], 'ms');
  row('write meanwhile, p50, p99 and longest', [at(ours, 0.5), at(ours, 0.99), at(ours, 1)], 'ms (goal: p99 < 100)');
  for (const { step, waits } of steps.filter((one) => one.waits.length > 0))
    row(`  ${step}, longest`, [at(waits, 1)], 'ms');
  row('writes refused', [failures.length], `of ${ours.length}`);
}

/** One connection that writes at its share of the rate, and remembers how long each write took. */
class Writer {
  private times: number[] = [];
  private readonly failures: string[] = [];
  private stopped = false;
  private over: Promise<void> = Promise.resolve();
  private constructor(private readonly client: Client) {}

  static async open(url: string): Promise<Writer> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const writer = new Writer(client);
    writer.over = writer.write();
    return writer;
  }

  taken(): number[] {
    const times = this.times;
    this.times = [];
    return times;
  }

  async close(): Promise<string[]> {
    this.stopped = true;
    await this.over;
    await this.client.end();
    return this.failures;
  }

  private async write(): Promise<void> {
    const pause = (1_000 * WRITERS) / WRITES_PER_SECOND;
    while (!this.stopped) {
      const table = tableName(Math.floor(Math.random() * SET_UP));
      const id = 1 + Math.floor(Math.random() * 100);
      const took = await time(() =>
        this.client
          .query(`UPDATE public.${table} SET note = 'y' WHERE id = ${id}`)
          .catch((error: Error) => this.failures.push(error.message)),
      );
      this.times.push(took);
      await delay(Math.max(0, pause - took));
    }
  }
}

const at = (values: number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
};

async function time(work: () => Promise<unknown>): Promise<number> {
  const began = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - began) / 1e6;
}
