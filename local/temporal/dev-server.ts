import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../postgres/free-port';
import { ServerProcess } from '../stack/process';
import { until } from '../stack/until';
import { ensureSearchAttributes, untilNamespaceAnswers } from './ready';
import type { TemporalOptions, TemporalServer } from './types';

/**
 * The one shard of a development server loads its queues 20 times a second at most, so each step of a workflow would wait up to
 * 50 ms; and SQLite in a file syncs on every commit, which loses scheduled starts under load. Measured, both.
 */
const tuning = [
  ...['transfer', 'timer', 'visibility'].flatMap((queue) => [
    '--dynamic-config-value',
    `history.${queue}ProcessorMaxPollRPS=2000`,
  ]),
  ...['journal_mode=wal', 'synchronous=normal'].flatMap((pragma) => ['--sqlite-pragma', pragma]),
];

type Settings = Pick<TemporalOptions, 'dbFile' | 'port' | 'uiPort' | 'dynamicConfig'> & {
  binary: string;
  namespace: string;
  searchAttributes: readonly string[];
};

/** A development server of our own, on loopback, with its state in a file. */
export class DevServer implements TemporalServer {
  private server: ServerProcess | undefined;
  private temporary: string | undefined;
  private ports: [number, number] = [0, 0];
  private dbFile = '';

  private constructor(private readonly settings: Settings) {}

  /** Starts one; another process may take a port we found free, so that is tried three times. */
  static async start(settings: Settings): Promise<DevServer> {
    for (let attempt = 1; ; attempt += 1) {
      const server = new DevServer(settings);
      try {
        await server.prepare();
        await server.run();
        return server;
      } catch (error) {
        await server.stop();
        const taken = error instanceof Error && /address already in use/.test(error.message);
        if (!taken || settings.port !== undefined || attempt === 3) throw error;
      }
    }
  }

  get address(): string {
    return `127.0.0.1:${this.ports[0]}`;
  }

  get ui(): string {
    return `http://127.0.0.1:${this.ports[1]}`;
  }

  get namespace(): string {
    return this.settings.namespace;
  }

  get pid(): number | undefined {
    return this.server?.isRunning ? this.server.pid : undefined;
  }

  async stop(): Promise<void> {
    await this.server?.stop();
    if (this.temporary) await rm(this.temporary, { recursive: true, force: true });
  }

  async kill(): Promise<void> {
    await this.server?.kill();
  }

  async restart(): Promise<void> {
    await this.server?.stop();
    await this.run();
  }

  private async prepare(): Promise<void> {
    const { dbFile, port, uiPort } = this.settings;
    this.ports = [port ?? (await freePort()), uiPort ?? (await freePort())];
    if (!dbFile) this.temporary = await mkdtemp(join(tmpdir(), 'n2m-temporal-'));
    this.dbFile = dbFile ?? join(this.temporary ?? tmpdir(), 'temporal.db');
  }

  private async run(): Promise<void> {
    const { binary, namespace, searchAttributes, dynamicConfig = {} } = this.settings;
    const settings = Object.entries(dynamicConfig).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    const args = [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--ui-ip', '127.0.0.1', '--log-level', 'warn'],
      ...['--port', String(this.ports[0]), '--ui-port', String(this.ports[1])],
      ...['--namespace', namespace, '--db-filename', this.dbFile],
      ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
      ...tuning,
      ...settings.flatMap((setting) => ['--dynamic-config-value', setting]),
    ];
    this.server = ServerProcess.start({
      name: 'the Temporal server',
      command: binary,
      args,
      removeAfter: this.temporary,
    });
    const looking = new AbortController();
    try {
      await Promise.race([this.untilReady(looking.signal), this.server.failed()]);
    } finally {
      looking.abort();
    }
  }

  /**
   * The UI is asked first: it comes up last, and on a port of our own, so its answer proves that our server got its port, where
   * an answer of the frontend might come from another server that holds it.
   */
  private async untilReady(signal: AbortSignal): Promise<void> {
    await until(async () => ((await fetch(this.ui)).ok ? true : undefined), {
      what: 'the Temporal UI',
      timeout: 60_000,
      signal,
    });
    const connection = await untilNamespaceAnswers({ address: this.address }, this.namespace, 60_000, { signal });
    try {
      await ensureSearchAttributes(connection, this.namespace, this.settings.searchAttributes);
    } finally {
      await connection.close();
    }
  }
}
