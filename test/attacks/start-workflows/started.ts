import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { Readable } from 'node:stream';
import { MockActivityEnvironment } from '@temporalio/testing';
import { ScheduleNotFoundError } from '@temporalio/client';
import { DefaultLogger } from '@temporalio/worker';
import { Client } from 'pg';
import { startMaterialize, type MaterializeOptions, type MaterializeServer } from '../../../local/materialize/standin';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import { createActivities, type Deps } from '../../../src/activities';
import { CALLERS, inputsEdge } from '../../../src/activities/edges/callers';
import { failuresEdge } from '../../../src/activities/edges/failures';
import { createSourceDirectory } from '../../../src/activities/support/source-directory';
import type { Activities } from '../../../src/activities/types';
import type { Examination } from '../../../src/core/examine/types';
import { scrub } from '../../../src/core/failures/scrub';
import type { FailureInfo } from '../../../src/core/failures/types';
import { parsePipeline } from '../../../src/core/spec/parse';
import type { PipelineSpec } from '../../../src/core/spec/types';
import { createSecrets, type Secrets, type SecretsConfig } from '../../../src/systems/secrets';
import { SqlPools } from '../../../src/systems/sql-pool';

type All = ReturnType<typeof createActivities>;
type Input<Name extends keyof All> = Parameters<All[Name]>[0];

export const OWNER_PASSWORD = 'owner-password-4711';

/** A worker whose activities are called as the server would call them, with one Postgres and one Materialize of its own. */
export class Attacked {
  private readonly pool = new SqlPools();
  private constructor(
    readonly postgres: PostgresServer,
    readonly materialize: MaterializeServer,
    readonly elsewhere: Elsewhere,
    readonly env: Record<string, string>,
  ) {}

  /** `owner` owns the database `shop` with `orders` and `customers`, and is no superuser. */
  static async start(options: { rbac?: boolean; users?: string[] } & MaterializeOptions = {}): Promise<Attacked> {
    const [postgres, materialize, elsewhere] = await Promise.all([
      startPostgres({ settings: { wal_level: 'logical' } }),
      startMaterialize(options),
      Elsewhere.start(),
    ]);
    const attacked = new Attacked(postgres, materialize, elsewhere, {
      N2M_SECRET_POSTGRES_URL: `postgres://owner:${OWNER_PASSWORD}@127.0.0.1:${postgres.port}/shop`,
      N2M_SECRET_MATERIALIZE_URL: materialize.url,
    });
    await attacked.upstream(
      [
        `CREATE ROLE owner LOGIN CREATEROLE REPLICATION BYPASSRLS PASSWORD '${OWNER_PASSWORD}'`,
        'CREATE DATABASE shop OWNER owner',
      ],
      'postgres',
    );
    await attacked.upstream([
      'SET ROLE owner',
      'CREATE TABLE orders (id int PRIMARY KEY, note text)',
      'CREATE TABLE customers (id int PRIMARY KEY)',
    ]);
    return attacked;
  }

  /** A file with these lines under `source` and at its end. */
  spec({
    source = '',
    more = '',
    name = 'shop',
  }: { source?: string; more?: string; name?: string } = {}): PipelineSpec {
    const file = parsePipeline(`
name: ${name}
source:
  kind: postgres
  url: env:N2M_SECRET_POSTGRES_URL
  database: shop
  tables: [public.orders]
  tls: { mode: disable }
${source}
materialize:
  url: env:N2M_SECRET_MATERIALIZE_URL
  cluster: { snapshotSize: 200cc, steadySize: 50cc }
${more}`);
    if (!file.ok) throw new Error(JSON.stringify(file.problems));
    return file.spec;
  }

  secrets(config: Partial<SecretsConfig> = {}): Secrets {
    return createSecrets({ env: this.env, allow: [], directory: null, ...config });
  }

  deps(secrets = this.secrets(), reachableAllow: string[] = []): Deps {
    return {
      secrets,
      sources: createSourceDirectory(secrets, reachableAllow),
      pool: this.pool,
      schedules: { getHandle: () => ({ describe: () => Promise.reject(gone()) }) },
      workflows: {
        count: () => Promise.resolve({ count: 0 }),
        list: () => Readable.from([]),
        getHandle: () => ({ describe: () => Promise.resolve({ taskQueue: 'n2m' }) }),
      },
      metrics: { check: () => undefined, snapshot: () => undefined },
      taskQueue: 'n2m',
    } as unknown as Deps;
  }

  /** Calls an activity through the edges a worker puts around it. */
  async call<Name extends keyof Activities>(name: Name, input: Input<Name>, deps = this.deps(), caller = {}) {
    const clean = (text: string): string => scrub(text, deps.secrets.known());
    const options = { interceptors: [failuresEdge(clean), inputsEdge(deps)], logger: quiet };
    const info = {
      activityType: name,
      workflowType: CALLERS[name]?.[0] ?? 'replicate',
      workflowExecution: { workflowId: 'pipeline/shop', runId: 'run' },
      ...caller,
    };
    const environment = new MockActivityEnvironment(info, options);
    const activity = createActivities(deps)[name] as (input: Input<Name>) => Promise<unknown>;
    const answer: unknown = await environment.run(activity as never, input);
    return answer as Awaited<ReturnType<Activities[Name]>>;
  }

  examine(spec: PipelineSpec, deps = this.deps()): Promise<Examination> {
    return new MockActivityEnvironment().run(() => createActivities(deps).examine({ spec }));
  }

  /** The failure an activity ends with. */
  async refusal<Name extends keyof Activities>(
    name: Name,
    input: Input<Name>,
    deps = this.deps(),
    caller = {},
  ): Promise<FailureInfo> {
    const answer: unknown = await this.call(name, input, deps, caller).then(
      (value) => new Error(`${name} did it: ${JSON.stringify(value)}`),
      (error: unknown) => error,
    );
    const [info] = (answer as { details?: FailureInfo[] }).details ?? [];
    if (!info) throw answer as Error;
    return info;
  }

  /** Statements upstream as the superuser, or as somebody; answers with the rows of the last one. */
  async upstream(statements: string[], database = 'shop', login?: { user: string; password: string }) {
    const url = new URL(this.postgres.superuserUrl);
    url.pathname = `/${database}`;
    if (login) Object.assign(url, { username: login.user, password: login.password });
    return run(url.href, statements);
  }

  /** Statements in Materialize as somebody. */
  target(statements: string[], user = 'materialize') {
    return run(this.materialize.urlFor(user), statements);
  }

  async secretsInMaterialize(): Promise<number> {
    return (await this.target([`SELECT name FROM mz_catalog.mz_secrets WHERE id LIKE 'u%'`])).length;
  }

  async stop(): Promise<void> {
    await this.pool.close();
    await Promise.all([this.postgres.stop(), this.materialize.stop(), this.elsewhere.stop()]);
  }
}

const gone = (): Error => new ScheduleNotFoundError('no such schedule', 'none');
const quiet = new DefaultLogger('ERROR');

/** Statements one after the other; answers with the rows of the last one. */
export async function run(connectionString: string, statements: string[]): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query<Record<string, unknown>>(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** A server of the attacker's, which asks whoever connects for the password in clear and notes what it hears. */
export class Elsewhere {
  readonly heard: string[] = [];
  private constructor(private readonly server: Server) {}

  static async start(): Promise<Elsewhere> {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        elsewhere.heard.push(chunk.toString('latin1'));
        socket.write(Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]));
      });
    });
    const elsewhere = new Elsewhere(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return elsewhere;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }
}
