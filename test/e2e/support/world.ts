import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as SqlClient } from 'pg';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { startMaterialize, type MaterializeOptions, type MaterializeServer } from '../../../local/materialize/standin';
import { startNeon, type Neon, type NeonOptions } from '../../../local/neon/neon';
import { turnHostile } from './hostile-world';
import { GIVEN_ENV, HOSTILE, MATERIALIZE_VERSION, POSTGRES_VERSION } from './versions';

const ROOT = join(__dirname, '..', '..', '..');
/** One that somebody else runs and that every world of the run shares; without it, stand-ins. */
export const REAL_MATERIALIZE = process.env.N2M_TEST_MATERIALIZE_URL;

/** For cases that a Materialize somebody else runs does not allow: there they are skipped by name, with what they need. */
export const onStandIn = (need: string) => ({
  it: (name: string, test: jest.ProvidesCallback, timeout?: number): void =>
    REAL_MATERIALIZE ? it.skip(`${name} (needs a Materialize with ${need})`, test) : it(name, test, timeout),
  describe: (name: string, define: () => void): void =>
    REAL_MATERIALIZE ? describe.skip(`${name} (needs a Materialize with ${need})`, define) : describe(name, define),
});

/** Makes a stand-in take tables made from a source, and nothing else. */
export const SOURCE_TABLES = { enable_create_table_from_source: true, force_source_table_syntax: true };

/** What the CLI printed and how it ended. */
export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export type Mode = 'kill-before' | 'kill-after' | 'lose-answer' | 'stop-after' | 'hold-before' | 'hold-after';

/** Where workers strike, each once over all of them; see faulty.js. */
export interface Fault {
  strikes?: { pattern: string; mode: Mode; after?: string }[];
  markers?: string;
  journal?: string;
  answers?: boolean;
}

export interface WorldOptions {
  neon?: NeonOptions;
  materialize?: MaterializeOptions;
  /** Under defaults that change what statements mean, and row security. */
  hostile?: boolean;
  /** A stand-in that runs already, shared between cases. */
  sharedMaterialize?: MaterializeServer;
  env?: Record<string, string>;
  /** The folder of the package whose programs run; default: this checkout. */
  package?: string;
}

interface WorkerOptions {
  /** The folder of the package whose program runs. */
  from?: string;
  env?: Record<string, string>;
}

/**
 * One pipeline's world: a Neon of its own, Materialize (the stand-in, or the real one that N2M_TEST_MATERIALIZE_URL
 * names), workers and the command line as processes, on the Temporal server of the run.
 */
export class World {
  readonly name = `w${randomUUID().slice(0, 8)}`;
  readonly taskQueue = `e2e-${this.name}`;
  readonly workers: ChildProcess[] = [];
  readonly log: string[] = [];
  private constructor(
    readonly dir: string,
    readonly neon: Neon,
    readonly materialize: MaterializeServer | null,
    readonly materializeUrl: string,
    readonly temporal: TemporalClient,
    private readonly options: WorldOptions,
  ) {}

  static async start(options: WorldOptions = {}): Promise<World> {
    const dir = await mkdtemp(join(tmpdir(), 'n2m-e2e-'));
    const [neon, materialize] = await Promise.all([
      startNeon({ sampleOrders: 2_000, operationMs: 200, postgresVersion: POSTGRES_VERSION, ...options.neon }),
      REAL_MATERIALIZE
        ? null
        : (options.sharedMaterialize ??
          startMaterialize({ speed: 20, version: MATERIALIZE_VERSION, ...options.materialize })),
    ]);
    const connection = await Connection.connect({ address: process.env.N2M_TEST_TEMPORAL_ADDRESS });
    const namespace = options.env?.TEMPORAL_NAMESPACE ?? process.env.N2M_TEST_TEMPORAL_NAMESPACE;
    const temporal = new TemporalClient({ connection, namespace });
    const url = REAL_MATERIALIZE ?? materialize?.url ?? '';
    const world = new World(dir, neon, materialize, url, temporal, options);
    if (options.hostile ?? HOSTILE) {
      await world.upstream((client) => turnHostile(client, neon.owner, neon.database));
    }
    return world;
  }

  get env(): Record<string, string> {
    return {
      TEMPORAL_ADDRESS: process.env.N2M_TEST_TEMPORAL_ADDRESS ?? '',
      TEMPORAL_NAMESPACE: process.env.N2M_TEST_TEMPORAL_NAMESPACE ?? 'default',
      N2M_TASK_QUEUE: this.taskQueue,
      N2M_NEON_API_URL: this.neon.api,
      N2M_SECRET_NEON_API_KEY: this.neon.apiKey,
      N2M_SECRET_POSTGRES_URL: this.neon.ownerUrl(),
      N2M_SECRET_MATERIALIZE_URL: this.materializeUrl,
      N2M_SHUTDOWN_GRACE_SECONDS: '1',
      N2M_WEBHOOK_ALLOW: '127.0.0.0/8',
      ...GIVEN_ENV,
      ...this.options.env,
    };
  }

  private program(name: 'worker' | 'client', folder = this.options.package ?? ROOT): string {
    return join(folder, 'lib', `${name}.js`);
  }

  /** Starts a worker, of another package or with more in its environment where that is said; resolves once it polls. */
  async startWorker(fault?: Fault, { from, env }: WorkerOptions = {}): Promise<ChildProcess> {
    const preload = fault ? ['--require', join(__dirname, 'faulty.js')] : [];
    const worker = spawn(process.execPath, [...preload, this.program('worker', from)], {
      env: { ...process.env, ...this.env, ...(fault ? { N2M_TEST_FAULT: JSON.stringify(fault) } : {}), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.workers.push(worker);
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        this.log.push(chunk.toString());
        said += chunk.toString();
        if (/\bstate(=|":")RUNNING/.test(said)) resolve();
      };
      worker.stdout.on('data', read);
      worker.stderr.on('data', read);
      // Not at 'exit': what it said before may not have been read then.
      worker.once('close', (code, signal) => reject(new Error(`the worker ended (${code ?? signal}): ${said}`)));
    });
    return worker;
  }

  /** Stops a worker, the one that was started last if none is named, as a deployment does. */
  async stopWorker(worker = this.workers.at(-1)): Promise<void> {
    if (worker) await end(worker);
  }

  /** Keeps a worker alive however often it is killed, as an orchestrator does, until `stop`. */
  async keepWorker(fault: Fault): Promise<void> {
    const worker = await this.startWorker(fault);
    const again = () => this.keepWorker(fault).catch((error: Error) => this.log.push(error.message));
    const killed = (signal: NodeJS.Signals | null) => signal === 'SIGKILL' && !this.stopping;
    if (killed(worker.signalCode)) void again();
    else worker.once('exit', (_code, signal) => killed(signal) && void again());
  }

  private stopping = false;

  /** Writes the pipeline file; `change` edits the plain object before. */
  async write(change: (file: PipelineFile) => void = () => undefined): Promise<string> {
    const file = this.pipelineFile();
    change(file);
    const path = join(this.dir, 'pipeline.yaml');
    await writeFile(path, stringify(file, { lineWidth: 0 }));
    return path;
  }

  pipelineFile(): PipelineFile {
    return {
      name: this.name,
      source: {
        kind: 'neon',
        project: this.neon.project,
        apiKey: 'env:N2M_SECRET_NEON_API_KEY',
        database: this.neon.database,
        role: `mz_${this.name}`,
        tables: ['public.customers', 'public.orders', 'public."Order Items"', 'public.events'],
        tls: { mode: 'verify-full', ca: this.neon.caPem },
      },
      materialize: {
        url: 'env:N2M_SECRET_MATERIALIZE_URL',
        database: 'materialize',
        schema: this.name,
        cluster: { name: `ingest_${this.name}`, snapshotSize: '200cc', steadySize: '50cc' },
      },
      snapshot: { pollEvery: '1s' },
      watch: { every: '10s' },
    };
  }

  /** Runs the built command line as a process of its own. */
  async n2m(args: string[], env: Record<string, string> = {}): Promise<Ran> {
    const child = spawn(process.execPath, [this.program('client'), ...args], {
      env: { ...process.env, ...this.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = (await once(child, 'close')) as [number];
    return { code, stdout, stderr };
  }

  async upstream<T>(use: (client: SqlClient) => Promise<T>, branch?: string): Promise<T> {
    return withSql({ connectionString: this.upstreamUrl(branch) }, use);
  }

  /** The pipeline's database as superuser; on the default branch, or another. */
  upstreamUrl(branch = this.neon.branch): string {
    return this.neon.postgresOf(branch).superuserUrl.replace(/\/[^/?]*(\?|$)/, `/${this.neon.database}$1`);
  }

  async target<T>(use: (client: SqlClient) => Promise<T>): Promise<T> {
    return withSql({ connectionString: this.materializeUrl }, use);
  }

  /** Where Materialize goes on, what the pipeline made there must not. */
  private async forget(): Promise<void> {
    await this.target(async (client) => {
      await client.query(`DROP SCHEMA IF EXISTS "${this.name}" CASCADE`);
      await client.query(`DROP CLUSTER IF EXISTS "ingest_${this.name}" CASCADE`);
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    for (const worker of this.workers) await end(worker);
    await this.temporal.schedule
      .getHandle(`pipeline/${this.name}/watch`)
      .delete()
      .catch(() => undefined);
    await this.temporal.connection.close();
    if (REAL_MATERIALIZE) await this.forget();
    else if (!this.options.sharedMaterialize) await this.materialize?.stop();
    await this.neon.stop();
    await rm(this.dir, { recursive: true, force: true });
  }
}

export interface PipelineFile {
  name: string;
  source: Record<string, unknown> & { tables?: string[] };
  materialize: Record<string, unknown> & {
    schema: string;
    cluster: { name: string; snapshotSize: string; steadySize: string };
  };
  [key: string]: unknown;
}

export async function withSql<T>(
  config: { connectionString: string },
  use: (client: SqlClient) => Promise<T>,
): Promise<T> {
  const client = new SqlClient(config);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 15_000);
  await gone;
  clearTimeout(hard);
}
