import { randomBytes } from 'node:crypto';
import { escapeIdentifier, escapeLiteral, type Client, type QueryResultRow } from 'pg';
import { execute, withClient } from '../postgres/client';
import { createSample } from '../postgres/sample';
import { listenForWake, type Wake } from './wake';
import type { PostgresVersion } from '../postgres/binaries';
import { startPostgres, type PostgresServer } from '../postgres/server';

/**
 * What Neon sets on a compute (its open-source manifest; `max_slot_wal_keep_size` is what its control plane was seen to
 * set in 2024).
 *
 * Where vanilla Postgres differs: FOR ALL TABLES and FOR TABLES IN SCHEMA need a real superuser (Neon lets
 * neon_superuser); no proxy in front, so no SNI routing and no IP check; no pooler; slots live in the data folder.
 */
const SETTINGS: Record<string, string> = {
  wal_level: 'replica',
  max_replication_slots: '10',
  max_wal_senders: '10',
  wal_sender_timeout: '10s',
  wal_keep_size: '0',
  max_slot_wal_keep_size: '1GB',
  idle_in_transaction_session_timeout: '5min',
  hot_standby: 'off',
  password_encryption: 'scram-sha-256',
};

const PRIVILEGED_ROLES = [
  `CREATE ROLE cloud_admin SUPERUSER CREATEDB CREATEROLE REPLICATION BYPASSRLS LOGIN`,
  `SET SESSION AUTHORIZATION cloud_admin`,
  `CREATE ROLE neon_superuser CREATEDB CREATEROLE NOLOGIN REPLICATION BYPASSRLS
     IN ROLE pg_read_all_data, pg_write_all_data`,
  `GRANT pg_monitor TO neon_superuser WITH ADMIN OPTION`,
  `GRANT pg_signal_backend TO neon_superuser WITH ADMIN OPTION`,
  `GRANT EXECUTE ON FUNCTION pg_export_snapshot() TO neon_superuser`,
];
const SINCE_16 = `GRANT pg_create_subscription TO neon_superuser`;
/** A physical slot that the storage's walproposer holds on Neon: one slot fewer for everybody else. */
const OWN_SLOT = `SELECT pg_create_physical_replication_slot('wal_proposer_slot')`;

/** A Neon password as the API generates it. */
export const generatePassword = (): string => `npg_${randomBytes(12).toString('base64url').replace(/[-_]/g, 'x')}`;

/** One branch's Postgres, with what the control plane does on it. */
export interface Compute {
  readonly postgres: PostgresServer;
  /** Ends the Postgres in order; every session is dropped. The next connection calls `wake`, which should `resume`. */
  suspend(wake: () => Promise<void>): Promise<void>;
  /** Starts a suspended Postgres with these settings added; does nothing when it runs. */
  resume(settings: Record<string, string>): Promise<void>;
  stop(): Promise<void>;
  /** `password` null makes a role that cannot log in. */
  createRole(name: string, password: string | null): Promise<void>;
  setPassword(name: string, password: string): Promise<void>;
  /** Owned objects go to each database's owner, as compute_ctl does. */
  dropRole(name: string): Promise<void>;
  /** Ends every session, walsenders included, but the superuser's own. */
  dropSessions(): Promise<void>;
  createDatabase(name: string, owner: string): Promise<void>;
  majorVersion(): Promise<number>;
  databases(): Promise<{ id: number; name: string; owner: string }[]>;
  /** Roles that can be seen as a user's: the service's own are left out. */
  roles(): Promise<{ name: string; canLogin: boolean }[]>;
}

const SERVICE_ROLES = `rolname !~ '^pg_' AND rolname NOT IN ('postgres', 'cloud_admin', 'neon_superuser', 'zenith_admin')`;

function computeOf(postgres: PostgresServer): Compute {
  async function asAdmin<T>(database: string, work: (client: Client) => Promise<T>): Promise<T> {
    const url = new URL(postgres.superuserUrl);
    url.pathname = `/${encodeURIComponent(database)}`;
    // A failing statement is not logged: it may carry a password.
    return withClient({ connectionString: url.href, options: '-c log_min_error_statement=panic' }, async (client) => {
      await client.query('SET SESSION AUTHORIZATION cloud_admin');
      return work(client);
    });
  }
  const run = (sql: string, database = 'postgres'): Promise<void> =>
    asAdmin(database, async (client) => void (await client.query(sql)));
  const read = <Row extends QueryResultRow>(sql: string): Promise<Row[]> =>
    asAdmin('postgres', async (client) => (await client.query<Row>(sql)).rows);

  const databases = () =>
    read<{ id: number; name: string; owner: string }>(
      `SELECT oid::int AS id, datname AS name, pg_get_userbyid(datdba) AS owner FROM pg_database
       WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY oid`,
    );

  let sleep: Wake | null = null;
  let resuming: Promise<void> | null = null;
  const wakes: Wake[] = [];

  async function start(settings: Record<string, string>): Promise<void> {
    await sleep?.close();
    sleep = null;
    await postgres.start(settings);
  }

  return {
    postgres,
    databases,
    async suspend(wake) {
      await postgres.halt();
      sleep = await listenForWake(postgres.port, wake);
      wakes.push(sleep);
    },
    resume(settings) {
      resuming ??= start(settings).finally(() => {
        resuming = null;
      });
      return resuming;
    },
    async stop() {
      await sleep?.close();
      wakes.forEach((each) => each.abandon());
      await resuming?.catch(() => undefined);
      await postgres.stop();
    },
    async majorVersion() {
      const sql = `SELECT current_setting('server_version_num')::int / 10000 AS major`;
      return (await read<{ major: number }>(sql))[0]?.major ?? 0;
    },
    createRole: (name, password) =>
      run(
        `CREATE ROLE ${escapeIdentifier(name)} INHERIT CREATEROLE CREATEDB BYPASSRLS REPLICATION IN ROLE neon_superuser ` +
          (password === null ? 'NOLOGIN' : `LOGIN PASSWORD ${escapeLiteral(password)}`),
      ),
    setPassword: (name, password) => run(`ALTER ROLE ${escapeIdentifier(name)} PASSWORD ${escapeLiteral(password)}`),
    async dropRole(name) {
      const role = escapeIdentifier(name);
      for (const database of await databases()) {
        const owner = escapeIdentifier(database.owner);
        await run(`REASSIGN OWNED BY ${role} TO ${owner}; DROP OWNED BY ${role}`, database.name);
      }
      await run(`DROP ROLE IF EXISTS ${role}`);
    },
    dropSessions: () =>
      run(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
               WHERE backend_type IN ('client backend', 'walsender') AND pid <> pg_backend_pid()
                 AND usename <> 'postgres'`),
    async createDatabase(name, owner) {
      const database = escapeIdentifier(name);
      await run(`CREATE DATABASE ${database} OWNER ${escapeIdentifier(owner)}`);
      await run(`GRANT ALL PRIVILEGES ON DATABASE ${database} TO neon_superuser`);
      for (const kind of ['TABLES', 'SEQUENCES']) {
        const grant = `GRANT ALL ON ${kind} TO neon_superuser WITH GRANT OPTION`;
        await run(`ALTER DEFAULT PRIVILEGES IN SCHEMA public ${grant}`, name);
      }
    },
    roles: () =>
      read(`SELECT rolname AS name, rolcanlogin AS "canLogin" FROM pg_roles WHERE ${SERVICE_ROLES} ORDER BY oid`),
  };
}

export interface ComputeOptions {
  /** Major version of its Postgres; the newest where none is named. */
  version?: PostgresVersion;
  port?: number;
  database: string;
  owner: string;
  ownerPassword: string;
  /** Rows in the sample's `orders`; 0 leaves the database empty. */
  sampleOrders: number;
  /** Added to, or instead of, what Neon sets. */
  settings?: Record<string, string>;
  log?: (line: string) => void;
}

/** Starts a Postgres set up as a fresh Neon compute: TLS, Neon's settings and roles, one database with sample data. */
export async function startCompute(options: ComputeOptions): Promise<Compute> {
  const { version, port, log, database, owner } = options;
  const postgres = await startPostgres({
    version,
    port,
    log,
    tls: true,
    settings: { ...SETTINGS, ...options.settings },
  });
  return orStop(postgres, async () => {
    const since16 = version === undefined || version >= 16 ? [SINCE_16] : [];
    await execute(postgres.superuserUrl, [...PRIVILEGED_ROLES, ...since16, OWN_SLOT]);
    const compute = computeOf(postgres);
    await compute.createRole(owner, options.ownerPassword);
    await compute.createDatabase(database, owner);
    if (options.sampleOrders > 0) await fill(postgres, options);
    return compute;
  });
}

/**
 * Starts a Postgres from what the parent's holds now, for a child branch: roles, passwords, publications and tables come along,
 * slots do not. System identifier and timeline are the parent's, as on Neon.
 */
export async function branchCompute(
  parent: Compute,
  options: Pick<ComputeOptions, 'version' | 'port' | 'settings' | 'log'>,
): Promise<Compute> {
  const { version, port, log } = options;
  const { postgres: from } = parent;
  const settings = { ...SETTINGS, ...options.settings };
  const postgres = await startPostgres({ version, port, log, tls: from.certificate ?? true, settings, copyOf: from });
  return orStop(postgres, async () => {
    await execute(postgres.superuserUrl, [OWN_SLOT]);
    return computeOf(postgres);
  });
}

async function orStop<T>(postgres: PostgresServer, prepare: () => Promise<T>): Promise<T> {
  try {
    return await prepare();
  } catch (error) {
    await postgres.stop('immediate');
    throw error;
  }
}

const fill = (postgres: PostgresServer, options: ComputeOptions): Promise<void> =>
  withClient(
    {
      ...{ host: postgres.host, port: postgres.port, database: options.database },
      ...{ user: options.owner, password: options.ownerPassword, ssl: { ca: postgres.caPem ?? undefined } },
    },
    (client) => createSample(client, { orders: options.sampleOrders }),
  );
