import { Client, type QueryResult } from 'pg';
import type { MaterializeServer } from '../../../local/materialize/standin';
import type { PostgresServer } from '../../../local/postgres/server';

/** What a client sees of an error. */
export interface Refusal {
  code?: string;
  message: string;
  detail?: string;
  hint?: string;
}

/** A client with the notices it got. */
export class TestClient {
  readonly notices: { code?: string; message?: string; detail?: string }[] = [];
  ended: Promise<void>;

  private constructor(readonly client: Client) {
    client.on('notice', ({ code, message, detail }) => this.notices.push({ code, message, detail }));
    client.on('error', () => undefined);
    this.ended = new Promise((resolve) => client.once('end', () => resolve()));
  }

  static async connect(url: string, options: { ssl?: object } = {}): Promise<TestClient> {
    const client = new TestClient(new Client({ connectionString: url, ...options }));
    await client.client.connect();
    return client;
  }

  query(sql: string, values?: unknown[]): Promise<QueryResult<Record<string, string | null>>> {
    return this.client.query(sql, values);
  }

  async rows(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]> {
    return (await this.query(sql, values)).rows;
  }

  /** The one value of a one-row answer. */
  async value(sql: string): Promise<unknown> {
    const [row] = await this.rows(sql);
    return row === undefined ? undefined : Object.values(row)[0];
  }

  async refusal(sql: string): Promise<Refusal> {
    try {
      await this.query(sql);
    } catch (error) {
      const { code, message, detail, hint } = error as Refusal;
      return { code, message, detail, hint };
    }
    throw new Error(`was not refused: ${sql}`);
  }

  async end(): Promise<void> {
    await this.client.end().catch(() => undefined);
  }
}

const PATIENCE_MS = 45_000;

/** Waits until `check` answers true, asking again and again. */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    if (await check()) return;
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE_MS / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** An upstream as the guide prepares one: tables with full identity, a role, a publication. */
export async function prepareUpstream(postgres: PostgresServer): Promise<TestClient> {
  const upstream = await TestClient.connect(postgres.superuserUrl);
  await upstream.query(`
    CREATE ROLE mzr LOGIN REPLICATION PASSWORD 'pw';
    CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12,2), note text);
    INSERT INTO orders SELECT i, i * 1.5, 'note ' || i FROM generate_series(1, 5000) i;
    CREATE TABLE "Mixed Case" (id int PRIMARY KEY, v text);
    INSERT INTO "Mixed Case" VALUES (1, 'a'), (2, 'b');
    ALTER TABLE orders REPLICA IDENTITY FULL; ALTER TABLE "Mixed Case" REPLICA IDENTITY FULL;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO mzr;
    CREATE PUBLICATION p FOR TABLE orders, "Mixed Case"`);
  return upstream;
}

/** Cluster, schema, secret and connection under one name. */
export async function preparePipeline(client: TestClient, postgres: PostgresServer, name: string): Promise<void> {
  await client.query(`CREATE CLUSTER ${name} (SIZE = '100cc')`);
  await client.query(`CREATE SCHEMA ${name}`);
  await client.query(`CREATE SECRET ${name}.p AS decode('cHc=', 'base64')`);
  await client.query(
    `CREATE CONNECTION ${name}.pg TO POSTGRES (HOST '127.0.0.1', PORT ${postgres.port}, USER 'mzr',
     PASSWORD SECRET ${name}.p, DATABASE 'postgres')`,
  );
}

export const createSource = (name: string, tables = `public.orders AS ${name}.orders`): string =>
  `CREATE SOURCE ${name}.src IN CLUSTER ${name} FROM POSTGRES CONNECTION ${name}.pg (PUBLICATION 'p') FOR TABLES (${tables})`;

export const slots = (upstream: TestClient): Promise<Record<string, unknown>[]> =>
  upstream.rows(`SELECT slot_name, active FROM pg_replication_slots WHERE slot_name LIKE 'materialize%'`);

export interface Pair {
  materialize: MaterializeServer;
  postgres: PostgresServer;
}
