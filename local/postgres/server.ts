import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { postgresAccount, writeFor } from './account';
import { findBinaries, type PostgresVersion } from './binaries';
import { createServerCertificate, type ServerCertificate } from './certificate';
import { execute } from './client';
import { openFolder, SUPERUSER, type ServerFolder } from './data-folder';
import { freePort } from './free-port';
import { spawnServer, type ServerProcess } from './process';

export interface PostgresOptions {
  /** Major version; the newest where none is named. */
  version?: PostgresVersion;
  /** Keeps the server's files here and takes them up again; without it a temporary folder is made and removed. */
  dir?: string;
  port?: number;
  /** Server parameters by name, as in postgresql.conf. */
  settings?: Record<string, string>;
  /** Own authority and certificate, or these; then only the superuser may connect without TLS, as Neon refuses plain text. */
  tls?: boolean | ServerCertificate;
  /** Starts from a copy of this server's data as it is now, without its slots. */
  copyOf?: PostgresServer;
  /** The same, as its streaming standby, with its version, certificate and settings (below `settings`). */
  standbyOf?: PostgresServer;
  log?: (line: string) => void;
}

/** A running PostgreSQL on 127.0.0.1. */
export interface PostgresServer {
  readonly host: '127.0.0.1';
  /** As it was asked for. */
  readonly version: PostgresVersion | undefined;
  /** Those in force. */
  settings(): Readonly<Record<string, string>>;
  readonly port: number;
  /** Database `postgres` as the superuser, without TLS. */
  readonly superuserUrl: string;
  /** The authority's certificate when TLS is on. */
  readonly caPem: string | null;
  readonly certificate: ServerCertificate | null;
  readonly dataDir: string;
  /** The last lines of the server's log. */
  log(): readonly string[];
  isRunning(): boolean;
  /** Stops and starts on the same port, sessions are dropped; `settings` are added to those in force. */
  restart(settings?: Record<string, string>): Promise<void>;
  /** Ends the server for good; a folder it made is removed. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Ends the server in order and keeps its data for `start`: an outage. */
  halt(): Promise<void>;
  /** Starts it again after `halt` or `kill`; `settings` are added to those in force. */
  start(settings?: Record<string, string>): Promise<void>;
  /** Ends the server as a crash does and keeps its data for `start`, which recovers. */
  kill(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const FAST_STOP_MS = 10_000;
const KEPT_LINES = 500;
const DEFAULTS: Record<string, string> = {
  unix_socket_directories: '',
  listen_addresses: '127.0.0.1',
  fsync: 'off',
  full_page_writes: 'off',
  logging_collector: 'off',
  timezone: 'UTC',
};

const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function accessRules(tls: boolean): string {
  const kind = tls ? 'hostssl' : 'host';
  return [
    `host all ${SUPERUSER} 127.0.0.1/32 scram-sha-256`,
    `host replication ${SUPERUSER} 127.0.0.1/32 scram-sha-256`,
    `${kind} all all 127.0.0.1/32 scram-sha-256`,
    `${kind} replication all 127.0.0.1/32 scram-sha-256`,
    '',
  ].join('\n');
}

/** What a standby is started with. It needs at least as much of everything as its primary. */
function streamingFrom(primary: PostgresServer): Record<string, string> {
  const { hostname, port, username, password } = new URL(primary.superuserUrl);
  return {
    ...primary.settings(),
    hot_standby: 'on',
    primary_conninfo: `host=${hostname} port=${port} user=${username} password=${password}`,
  };
}

/** Starts PostgreSQL from the npm binaries and answers once it takes connections. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const account = postgresAccount();
  const { standbyOf, copyOf = standbyOf } = options;
  const binaries = await findBinaries(account, standbyOf?.version ?? options.version);
  const folder: ServerFolder = await openFolder(binaries, account, { ...options, copyOf });
  const tls = options.tls ?? standbyOf?.certificate ?? false;
  const certificate: ServerCertificate | null = tls === true ? createServerCertificate() : tls || null;
  const settings = { ...DEFAULTS, ...(standbyOf && streamingFrom(standbyOf)), ...options.settings };
  if (standbyOf !== undefined) await writeFor(account, join(folder.data, 'standby.signal'), '');
  const lines: string[] = [];
  let port = options.port ?? (await freePort());
  let server: ServerProcess | null = null;
  let removed = false;
  let everReady = false;

  const note = (line: string): void => {
    lines.push(line);
    if (lines.length > KEPT_LINES) lines.shift();
    options.log?.(line);
  };
  const url = (): string => `postgres://${SUPERUSER}:${folder.superuserPassword}@127.0.0.1:${port}/postgres`;

  async function configure(): Promise<void> {
    const all: Record<string, string> = { ...settings, port: String(port) };
    if (certificate !== null) Object.assign(all, { ssl: 'on' });
    const text = Object.entries(all).map(([name, value]) => `${name} = ${quote(value)}`);
    await writeFor(account, join(folder.data, 'postgresql.conf'), text.join('\n') + '\n');
    await writeFor(account, join(folder.data, 'pg_hba.conf'), accessRules(certificate !== null));
    if (certificate === null) return;
    await writeFor(account, join(folder.data, 'server.crt'), certificate.certificatePem);
    await writeFor(account, join(folder.data, 'server.key'), certificate.keyPem);
  }

  function answers(): Promise<boolean> {
    const config = { connectionString: url(), connectionTimeoutMillis: 5_000 };
    return execute(config, ['SELECT 1']).then(
      () => true,
      () => false,
    );
  }

  /** Answers false when the server ended before it was ready. */
  async function launch(): Promise<boolean> {
    await configure();
    const started = spawnServer({
      program: binaries.postgres,
      args: ['-D', folder.data],
      account,
      cwd: folder.path,
      removeAfter: folder.temporary ? folder.path : null,
      log: note,
    });
    server = started;
    const deadline = Date.now() + READY_WITHIN_MS;
    while (started.running) {
      // Asked for after the process is up, so another server on the port is not taken for ours.
      if ((await answers()) && started.running) return true;
      if (Date.now() > deadline) {
        started.signal('SIGQUIT');
        throw new Error(`Postgres did not answer on port ${port} within ${READY_WITHIN_MS / 1000} s:\n${tail()}`);
      }
      await pause(40);
    }
    return false;
  }

  const tail = (): string => lines.slice(-15).join('\n');

  async function start(more: Record<string, string> = {}): Promise<void> {
    Object.assign(settings, more);
    if (server?.running) return;
    if (removed) throw new Error('this Postgres was stopped and its temporary folder removed: start a new one');
    for (let attempt = 1; ; attempt += 1) {
      lines.length = 0;
      if (await launch()) return;
      const portTaken = lines.some((line) => line.includes('could not bind'));
      // After a crash the old children may hold the shared memory for a moment.
      const notGone = lines.some((line) => /pre-existing shared memory|lock file .* already exists/.test(line));
      if (attempt >= 20 || !(portTaken || notGone)) throw new Error(`Postgres ended at its start:\n${tail()}`);
      if (portTaken && options.port === undefined && !everReady) port = await freePort();
      await pause(100);
    }
  }

  async function end(mode: 'fast' | 'immediate'): Promise<void> {
    const current = server;
    if (current === null || !current.running) return;
    current.signal(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
    // A walsender whose consumer hangs would hold a fast shutdown forever.
    const impatience = setTimeout(() => current.signal('SIGQUIT'), FAST_STOP_MS);
    await current.ended;
    clearTimeout(impatience);
  }

  async function stop(mode: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await end(mode);
    if (!folder.temporary) return;
    removed = true;
    await rm(folder.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  try {
    await start();
    everReady = true;
  } catch (error) {
    await stop('immediate');
    throw error;
  }

  return {
    host: '127.0.0.1',
    version: options.version ?? standbyOf?.version,
    settings: () => settings,
    get port() {
      return port;
    },
    get superuserUrl() {
      return url();
    },
    caPem: certificate?.caPem ?? null,
    certificate,
    dataDir: folder.data,
    log: () => lines,
    isRunning: () => server?.running ?? false,
    start,
    stop,
    halt: () => end('fast'),
    async restart(more = {}) {
      await end('fast');
      await start(more);
    },
    async kill() {
      server?.signal('SIGKILL');
      await server?.ended;
    },
  };
}
