import type { ConnectionOptions } from 'node:tls';
import { Client, types, type ClientConfig } from 'pg';
import type { System } from '../core/failures/types';
import { mayChange } from '../core/sql/changes';
import { statementKind } from '../core/sql/kind';
import { sessionSettings, setStatementTimeout } from '../core/sql/session';
import type { Traced } from '../core/telemetry/call';
import { scrubbed, systemError, toSystemError } from './errors';
import type { Endpoint } from './postgres-url';

export interface Notice {
  code: string;
  message: string;
}

/** A session of one caller, closed by whoever opened it. Statements sent at once travel together and run in their order. */
export interface SqlClient {
  readonly system: System;
  /** What the server said besides its answers, oldest first, bounded. */
  readonly notices: readonly Notice[];
  /**
   * Sends one statement (or several without parameters, one transaction) and answers with its rows. Past the deadline the socket is destroyed and Timeout is thrown:
   * whether the statement took effect is then unknown, and must be looked up.
   */
  query<R extends object = Record<string, unknown>>(sql: string, params?: unknown[], deadlineMs?: number): Promise<R[]>;
  close(): Promise<void>;
}

/** What callers choose; the rest follows from the URL and the file. */
export interface ConnectOptions {
  connectTimeoutMs: number;
  /** Of each statement that names no other. */
  deadlineMs: number;
  /** Asked right before each text that may change something; what it throws keeps the text from being sent. */
  beforeChange?: () => Promise<void>;
  /** Gives each statement a span of its own. */
  traced?: Traced;
  /** Ends the session at once, as when an activity is cancelled. */
  signal?: AbortSignal;
  /** Secrets to keep out of errors. */
  secrets?: () => readonly string[];
  /** Lends a connection that is kept open between callers; without it one is made, and ended by `close`. */
  pool?: SqlPool;
}

/** Connections kept for the next caller with the same login: see sql-pool.ts. */
export interface SqlPool {
  lend(options: OpenOptions): Lease;
}

/** A connection for a while. */
export interface Lease {
  ready: Promise<Client>;
  /** Gives it back; for good when something on it is broken, unfinished or not even there yet. */
  end(broken: boolean): Promise<void>;
}

export interface OpenOptions extends ConnectOptions {
  system: System;
  /** All that was given to get here. A secret: it holds the password. */
  address: string;
  endpoint: Endpoint;
  ssl: ConnectionOptions | false;
  /** Settings in the startup itself: `-c name=value`. */
  startup?: string;
  /** The server ends statements by itself, too (Postgres; Materialize's own timeout covers few statements). */
  serverTimeout: boolean;
}

const KEPT_NOTICES = 20;
const BOOL = 16;
const TIMESTAMPTZ = 1184;

/** Instants as ISO text, booleans as booleans, 64-bit integers and Materialize's own types as the text they came as. */
const parsers = {
  getTypeParser(oid: number, format?: 'text' | 'binary'): (value: string) => unknown {
    if (oid === TIMESTAMPTZ) {
      return (text) =>
        text.includes('infinity')
          ? text
          : new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString();
    }
    if (oid === BOOL) return (text) => text === 't';
    return types.getTypeParser(oid, format ?? 'text') as (value: string) => unknown;
  },
};

/** What the driver is told. Statements go out without waiting for the answers of those before. */
export function driverConfig({ endpoint, ssl, connectTimeoutMs, startup }: OpenOptions): ClientConfig {
  return {
    host: endpoint.host,
    port: endpoint.port,
    user: endpoint.user,
    // A function, because the driver would look for PGPASSWORD in the environment in place of an empty text.
    password: () => endpoint.password ?? '',
    database: endpoint.database,
    ssl,
    application_name: 'n2m',
    options: startup,
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    pipeline: true,
    types: parsers,
  };
}

function ownConnection(options: OpenOptions): Lease {
  const client = new Client(driverConfig(options));
  client.on('error', () => undefined);
  const end = async (broken: boolean): Promise<void> => {
    if (broken) sever(client);
    await client.end().catch(() => undefined);
  };
  return { ready: client.connect(), end };
}

/** Cuts the line: the driver would wait for the answers of statements under way first. */
export const sever = (client: Client): void => void client.connection.stream.destroy();

/** The timeout each server was last told. */
const serverTimeouts = new WeakMap<Client, number>();

/** Connections that were told what our statements lean on; one that could not be is never used. */
const prepared = new WeakSet<Client>();

/** Once for each connection, in one round trip, and answered before anything else is sent. */
async function prepare(client: Client, { system, deadlineMs }: OpenOptions): Promise<void> {
  if (prepared.has(client)) return;
  await Promise.all(sessionSettings(system, deadlineMs).map((statement) => client.query(statement)));
  prepared.add(client);
  serverTimeouts.set(client, deadlineMs);
}

/** Opens a session. Fails with a SystemError whose texts hold no secret. */
export async function openSqlClient(options: OpenOptions): Promise<SqlClient> {
  const { endpoint, system, signal } = options;
  const where = `${endpoint.host}:${endpoint.port}`;
  const notices: Notice[] = [];
  let ended = false;
  let underWay = 0;

  const secrets = (): string[] => [
    ...(options.secrets?.() ?? []),
    ...(endpoint.password === null ? [] : [endpoint.password]),
  ];
  const failure = (error: unknown) => scrubbed(toSystemError(error, system, where), secrets());

  const lease = options.pool?.lend(options) ?? ownConnection(options);
  async function within<T>(ms: number, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const cut = new Promise<never>((_resolve, reject) => {
      const end = (why: string): void => {
        ended = true;
        reject(systemError('Timeout', system, `${where}: ${why}`, { retryable: true }));
        void lease.end(true);
      };
      timer = setTimeout(() => end(`no answer within ${Math.round(ms / 100) / 10} s`), ms);
      onAbort = () => end('given up because the caller was cancelled');
      if (signal?.aborted) onAbort();
      else signal?.addEventListener('abort', onAbort, { once: true });
    });
    work.catch(() => undefined);
    try {
      return await Promise.race([work, cut]);
    } finally {
      clearTimeout(timer);
      if (onAbort) signal?.removeEventListener('abort', onAbort);
    }
  }

  const connect = async (): Promise<Client> => {
    try {
      const ready = lease.ready.then(async (client) => {
        await prepare(client, options);
        return client;
      });
      return await within(options.connectTimeoutMs + 1_000, ready);
    } catch (error) {
      void lease.end(true);
      throw failure(error);
    }
  };
  const client = await connect();
  const onEnd = (): void => void (ended = true);
  const onNotice = ({ code, message }: Partial<Notice>): void => {
    notices.push({ code: code ?? '', message: message ?? '' });
    if (notices.length > KEPT_NOTICES) notices.shift();
  };
  client.on('error', onEnd).on('end', onEnd).on('notice', onNotice);

  /** The server's own timeout comes first where it has one, so that nothing goes on after we left. */
  async function send<R extends object>(sql: string, params: unknown[] | undefined, deadlineMs: number) {
    const told = !options.serverTimeout || serverTimeouts.get(client) === deadlineMs;
    if (!told) serverTimeouts.set(client, deadlineMs);
    const limit = told ? null : client.query(setStatementTimeout(deadlineMs));
    const answer = params === undefined ? client.query<R>(sql) : client.query<R>(sql, params);
    answer.catch(() => undefined);
    await limit?.catch((error: unknown) => {
      serverTimeouts.delete(client);
      throw error;
    });
    return answer;
  }

  async function answered<R extends object>(sql: string, params: unknown[] | undefined, ms: number): Promise<R[]> {
    underWay += 1;
    try {
      const patience = options.serverTimeout ? ms + 1_000 : ms;
      const answer = await within(patience, send<R>(sql, params, ms));
      // Several statements in one text answer as a list; the last one's rows are the answer.
      const last = Array.isArray(answer) ? (answer as (typeof answer)[]).at(-1) : answer;
      return last?.rows ?? [];
    } catch (error) {
      throw failure(error);
    } finally {
      underWay -= 1;
    }
  }

  return {
    system,
    notices,
    async query<R extends object>(sql: string, params?: unknown[], deadlineMs = options.deadlineMs): Promise<R[]> {
      if (options.beforeChange && mayChange(sql)) await options.beforeChange();
      if (ended) throw systemError('Unreachable', system, `${where}: the session has ended`, { retryable: true });
      if (!options.traced) return answered<R>(sql, params, deadlineMs);
      const call = { system: system === 'materialize' ? system : 'postgres', kind: statementKind(sql) } as const;
      return options.traced({ ...call, host: endpoint.host, port: endpoint.port }, () =>
        answered<R>(sql, params, deadlineMs),
      );
    },
    async close() {
      const broken = ended || underWay > 0;
      ended = true;
      await lease.end(broken);
      client.off('error', onEnd).off('end', onEnd).off('notice', onNotice);
    },
  };
}

/** Opens a session, hands it to `use` and closes it, whatever happens. */
export async function withClient<T>(open: Promise<SqlClient>, use: (client: SqlClient) => Promise<T>): Promise<T> {
  const client = await open;
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
