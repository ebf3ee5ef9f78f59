import type { ConnectionOptions } from 'node:tls';
import { Client, types } from 'pg';
import type { System } from '../core/failures/types';
import { scrubbed, systemError, toSystemError } from './errors';

export interface Notice {
  code: string;
  message: string;
}

/** A session of its own: one caller, one statement at a time, closed by whoever opened it. */
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
  /** Ends the session at once, as when an activity is cancelled. */
  signal?: AbortSignal;
  /** Secrets to keep out of errors. */
  secrets?: () => readonly string[];
}

export interface Endpoint {
  host: string;
  port: number;
  user: string;
  password: string | null;
  database: string;
}

export interface OpenOptions extends ConnectOptions {
  system: System;
  endpoint: Endpoint;
  ssl: ConnectionOptions | false;
  /** The server ends statements by itself, too (Postgres; Materialize's own timeout covers few statements). */
  serverTimeout: boolean;
}

const APPLICATION = 'n2m';
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

/** `postgres://user:password@host:port/database` in parts. The error never repeats the URL. */
export function parsePostgresUrl(url: string, system: System): Endpoint & { parameters: URLSearchParams } {
  const bad = (why: string) =>
    systemError('InvalidPipeline', system, `the connection URL ${why}`, {
      hint: 'it looks like postgres://user:password@host:5432/database',
    });
  if (!URL.canParse(url)) throw bad('cannot be read');
  const parsed = new URL(url);
  if (!/^postgres(ql)?:$/.test(parsed.protocol)) throw bad('does not start with postgres://');
  if (parsed.hostname === '') throw bad('names no host');
  const decode = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw bad('holds a % that does not start an escape');
    }
  };
  const user = decode(parsed.username);
  if (user === '') throw bad('names no user');
  const database = decode(parsed.pathname.slice(1));
  return {
    host: decode(parsed.hostname).replace(/^\[(.*)\]$/, '$1'),
    port: parsed.port === '' ? 5432 : Number(parsed.port),
    user,
    password: parsed.password === '' ? null : decode(parsed.password),
    database: database === '' ? user : database,
    parameters: parsed.searchParams,
  };
}

/** Opens a session. Fails with a SystemError whose texts hold no secret. */
export async function openSqlClient(options: OpenOptions): Promise<SqlClient> {
  const { endpoint, system, signal } = options;
  const where = `${endpoint.host}:${endpoint.port}`;
  const client = new Client({
    host: endpoint.host,
    port: endpoint.port,
    user: endpoint.user,
    // A function, because the driver would look for PGPASSWORD in the environment in place of an empty text.
    password: () => endpoint.password ?? '',
    database: endpoint.database,
    ssl: options.ssl,
    application_name: APPLICATION,
    connectionTimeoutMillis: options.connectTimeoutMs,
    keepAlive: true,
    types: parsers,
  });
  const notices: Notice[] = [];
  let ended = false;
  // Set by a statement: proxies in front of a server may drop settings of the startup message.
  let serverTimeoutMs: number | null = null;

  client.on('error', () => (ended = true));
  client.on('end', () => (ended = true));
  client.on('notice', ({ code, message }) => {
    notices.push({ code: code ?? '', message: message ?? '' });
    if (notices.length > KEPT_NOTICES) notices.shift();
  });

  const secrets = (): string[] => [
    ...(options.secrets?.() ?? []),
    ...(endpoint.password === null ? [] : [endpoint.password]),
  ];
  const failure = (error: unknown) => scrubbed(toSystemError(error, system, where), secrets());
  /** With a statement under way the driver destroys the socket at once. */
  const destroy = (): void => void client.end().catch(() => undefined);

  async function within<T>(ms: number, work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    let onAbort: (() => void) | undefined;
    const cut = new Promise<never>((_resolve, reject) => {
      const end = (why: string): void => {
        ended = true;
        reject(systemError('Timeout', system, `${where}: ${why}`, { retryable: true }));
        destroy();
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

  try {
    await within(options.connectTimeoutMs + 1_000, client.connect());
  } catch (error) {
    destroy();
    throw failure(error);
  }

  return {
    system,
    notices,
    async query<R extends object>(sql: string, params?: unknown[], deadlineMs = options.deadlineMs): Promise<R[]> {
      if (ended) throw systemError('Unreachable', system, `${where}: the session has ended`, { retryable: true });
      try {
        if (options.serverTimeout && serverTimeoutMs !== deadlineMs) {
          await within(options.deadlineMs + 1_000, client.query(`SET statement_timeout = ${Math.round(deadlineMs)}`));
          serverTimeoutMs = deadlineMs;
        }
        // The server's own timeout comes first where it has one, so that nothing goes on after we left.
        const answer = await within(
          options.serverTimeout ? deadlineMs + 1_000 : deadlineMs,
          params === undefined ? client.query<R>(sql) : client.query<R>(sql, params),
        );
        // Several statements in one text answer as a list; the last one's rows are the answer.
        const last = Array.isArray(answer) ? (answer as (typeof answer)[]).at(-1) : answer;
        return last?.rows ?? [];
      } catch (error) {
        throw failure(error);
      }
    },
    async close() {
      ended = true;
      await client.end().catch(() => undefined);
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
