import { Client } from 'pg';
import { qualified, quoteIdent } from '../../../src/core/sql/quote';
import { until } from './until';

/** Longer than a statement of ours may hold an application up, by far; the server ends what waits longer. */
const BOUND = '2s';

/** Between two tables: many writers share a machine with what they try. */
const PAUSE_MS = 40;

/** Of a connection that ended: the server restarted or Neon dropped its sessions, which a run announces. */
const DROPPED = /^(57P0[123]|08\w{3})$/;

interface Target {
  table: string;
  column: string | null;
}

/**
 * The application that owns the database: reads, updates, deletes, inserts and merges on every table of some schemas, one
 * statement after the other, for as long as a pipeline's life takes. What it changes it leaves as it was. It writes
 * down whatever is refused, or waits longer for a lock than BOUND.
 */
export class Writer {
  readonly failures: string[] = [];
  statements = 0;
  /** First words of what it sent. */
  readonly kinds = new Set<string>();
  private stopping = false;
  private over: Promise<void> = Promise.resolve();
  private constructor(
    private readonly url: string,
    private readonly targets: Target[],
  ) {}

  /** `leavingOut`: tables that nobody may write to anyway. */
  static async start(url: string, schemas: string[] = ['public'], leavingOut: string[] = []): Promise<Writer> {
    const client = await connect(url);
    const { rows } = await client.query<{ schema: string; name: string; column: string | null }>(
      `SELECT n.nspname AS schema, c.relname AS name,
              (SELECT a.attname FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                 AND a.attidentity = '' AND a.attgenerated = '' ORDER BY a.attnum DESC LIMIT 1) AS column
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p') AND c.relname <> ALL ($2) ORDER BY 1, 2`,
      [schemas, leavingOut],
    );
    await client.end();
    const writer = new Writer(
      url,
      rows.map(({ schema, name, column }) => ({ table: qualified(schema, name), column })),
    );
    writer.over = writer.write();
    await writer.round();
    return writer;
  }

  /** Resolves when every table was written to once more, from its first statement to its last. */
  async round(): Promise<void> {
    const wanted = this.statements + 2 * this.targets.length * 5;
    const done = () => this.statements >= wanted || this.failures.length > 0;
    await until(() => Promise.resolve(done() || undefined), 'the application to write to every table');
  }

  /** TRUNCATE is refused or held up like any other statement; it is rolled back, as it would end the copy of the table. */
  async truncates(): Promise<void> {
    const client = await connect(this.url);
    for (const { table } of this.targets) {
      await client.query('BEGIN');
      await client.query(`TRUNCATE ${table} CASCADE`).catch((error: Error) => this.failures.push(error.message));
      await client.query('ROLLBACK');
    }
    await client.end();
  }

  /** Ends it and answers what was refused. */
  async stop(): Promise<string[]> {
    this.stopping = true;
    await this.over;
    return this.failures;
  }

  private async write(): Promise<void> {
    while (!this.stopping) {
      try {
        const client = await connect(this.url);
        const { rows } = await client.query<{ v: string }>(`SELECT current_setting('server_version_num') AS v`);
        await this.session(client, Number(rows[0]?.v) >= 150_000);
        await client.end();
      } catch {
        // The server is away, or the session was dropped: an application connects again.
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  private async session(client: Client, merges: boolean): Promise<void> {
    for (;;) {
      for (const target of this.targets) {
        for (const statement of statementsOf(target, merges)) {
          if (this.stopping) return;
          try {
            await client.query(statement);
          } catch (error) {
            const { code = '', message } = error as { code?: string; message: string };
            if (code === '' || DROPPED.test(code) || !/^[0-9A-Z]{5}$/.test(code)) throw error;
            this.failures.push(`${code} ${message}: ${statement}`);
            await client.query('ROLLBACK');
          }
          this.statements += 1;
          this.kinds.add(statement.split(' ', 1)[0] ?? '');
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }
}

async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'application' });
  client.on('error', () => undefined);
  await client.connect();
  await client.query(`SET lock_timeout = '${BOUND}'`);
  return client;
}

function statementsOf({ table, column }: Target, merges: boolean): string[] {
  const one = `ctid = (SELECT ctid FROM ${table} LIMIT 1)`;
  const set = column === null ? null : `${quoteIdent(column)} = ${quoteIdent(column)}`;
  return [
    `SELECT 1 FROM ${table} LIMIT 1`,
    ...(set === null ? [] : [`UPDATE ${table} SET ${set} WHERE ${one}`]),
    `BEGIN; DELETE FROM ${table} WHERE false; ROLLBACK`,
    ...(column === null
      ? []
      : [`INSERT INTO ${table} (${quoteIdent(column)}) SELECT ${quoteIdent(column)} FROM ${table} LIMIT 0`]),
    ...(merges && set !== null
      ? [`MERGE INTO ${table} AS t USING (SELECT 1 AS one) AS s ON false WHEN MATCHED THEN UPDATE SET ${set}`]
      : []),
  ];
}
