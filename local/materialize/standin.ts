import { join } from 'node:path';
import { Pool } from 'pg';
import { withClient } from '../postgres/client';
import { onFreePort } from '../postgres/free-port';
import { startPostgres, type PostgresServer } from '../postgres/server';
import { installCatalog, type Catalog, type ClusterSize } from './catalog';
import { BackgroundResizes, type Ending } from './background';
import { MzError, type Ingestion, type IngestionSettings } from './contract';
import { listenForControl, type ControlServer } from './control';
import { Mutex, type Environment } from './environment';
import { Faults } from './faults';
import { createIngestion } from './ingest';
import { evictingReaders } from './readers';
import { SessionContext } from './session/context';
import { createSessionSettings } from './show/settings';
import { setStoreRights } from './store-rights';
import type { Login } from './wire/login';
import { featuresOf, versionText } from './version';
import { listen, type WireServer } from './wire/server';

export interface MaterializeOptions {
  /** Keeps definitions and rows here over `stop`; without it everything is gone then. */
  dir?: string;
  port?: number;
  /** The recorded release that is played, `26.9` or `26.39` (the default); or any answer of mz_version(), by whose number it goes. */
  version?: string;
  sizes?: ClusterSize[];
  /** Rows copied per second in a snapshot, by cluster size. Default: 500 per hundredth of a credit. */
  rowsPerSecond?: Record<string, number> | ((size: string) => number);
  /** Multiplies the pace of snapshots. */
  speed?: number;
  statisticsInterval?: number;
  restartDelay?: number;
  schemaValidationInterval?: number;
  statusDelay?: number;
  /** How long a resize in the background takes until its cut-over, milliseconds. */
  resizeDelay?: number;
  /** Rows of mz_egress_ips, as CIDR. */
  egressIps?: string[];
  /** System settings as ALTER SYSTEM SET would set them. */
  flags?: Record<string, string | boolean | number>;
  /** Hold roles to their privileges, as in production. Default: not, as in the emulator. */
  rbac?: boolean;
  /** Roles to make beside `materialize`. */
  users?: string[];
  /** Passwords by user; without it everybody is let in. */
  passwords?: Record<string, string>;
  /** PEM texts; without it TLS is refused, as by the emulator. */
  tls?: { cert: string; key: string };
  log?: (line: string) => void;
}

/** A running stand-in on 127.0.0.1. */
export interface MaterializeServer {
  /** As user `materialize`. */
  readonly url: string;
  readonly port: number;
  /** As another user, `mz_system` for ALTER SYSTEM. */
  urlFor(user: string): string;
  /** HTTP: `POST /faults`, see control.ts. */
  readonly controlUrl: string;
  readonly faults: Faults;
  /** How resizes in the background end, from now on and for those under way: `hold` keeps them waiting. */
  endResizes(ending: Ending): Promise<void>;
  /** The backing store, for tests that look behind the scenes. */
  readonly store: Pool;
  /** Cuts all sessions and dataflows and starts anew from what is stored; unfinished snapshots start over. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const STORE_SETTINGS = {
  ...{ max_connections: '500', shared_buffers: '64MB', max_wal_size: '256MB' },
  // Each table here is five relations, and a source goes with all of its tables in one transaction.
  max_locks_per_transaction: '256',
};

/** Starts the stand-in with its backing store and answers once it takes connections. */
export async function startMaterialize(options: MaterializeOptions = {}): Promise<MaterializeServer> {
  const log = options.log ?? (() => undefined);
  const postgres = await startPostgres({
    dir: options.dir === undefined ? undefined : join(options.dir, 'store'),
    settings: STORE_SETTINGS,
  });
  const opened: (() => Promise<unknown>)[] = [() => postgres.stop()];
  const closeAll = async () => {
    for (const close of opened.splice(0).reverse()) await close();
  };
  try {
    return await assemble(options, postgres, opened, closeAll, log);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function assemble(
  options: MaterializeOptions,
  postgres: PostgresServer,
  opened: (() => Promise<unknown>)[],
  closeAll: () => Promise<void>,
  log: (line: string) => void,
): Promise<MaterializeServer> {
  const storeUrl = await storeDatabase(postgres);
  const store = new Pool({ connectionString: storeUrl, max: 40, application_name: 'stand-in' });
  store.on('error', (error) => log(`backing store: ${error.message}`));
  opened.push(() => store.end());
  const catalog = await installCatalog(store, {
    version: versionText(options.version),
    sizes: options.sizes,
    egressIps: options.egressIps,
  });
  await applyOptions(catalog, options);
  await setStoreRights(store);

  const faults = new Faults();
  let system = await catalog.systemSettings();
  let ingestion: Ingestion = createIngestion(store, ingestionSettings(options));
  let server: WireServer | undefined;
  const environment: Environment = {
    catalog,
    store,
    definitions: new Mutex(),
    get ingestion() {
      return ingestion;
    },
    get resizes() {
      return resizes;
    },
    system: () => system,
    reloadSystem: async () => {
      system = await catalog.systemSettings();
    },
    evictingReaders: (work) => (server === undefined ? work() : evictingReaders(store, server, work)),
    log,
  };
  const resizes = new BackgroundResizes(environment, options.resizeDelay ?? 700);
  const start = (port: number): Promise<WireServer> =>
    listen({
      port,
      tls: options.tls,
      passwords: options.passwords,
      services: { faults, storeUrl, typeOids: catalog.typeOids, log },
      openContext: (login) => openContext(environment, login),
    });

  await resume(environment);
  opened.push(() => ingestion.close());
  opened.push(() => Promise.resolve(resizes.pause()));
  // Not one the system chooses: an outgoing connection could take that while a restart leaves it free.
  server = options.port === undefined ? await onFreePort(start) : await start(options.port);
  const { port } = server;
  opened.push(async () => server?.close());
  const restart = async (): Promise<void> => {
    await server?.close();
    resizes.pause();
    await ingestion.close();
    ingestion = createIngestion(store, ingestionSettings(options));
    await resume(environment);
    server = await start(port);
  };
  const control: ControlServer = await listenForControl(faults, restart, (ending) => resizes.end(ending));
  opened.push(() => control.close());

  const urlFor = (user: string): string => {
    const password = options.passwords?.[user];
    const login = password === undefined ? user : `${user}:${encodeURIComponent(password)}`;
    return `postgres://${login}@127.0.0.1:${port}/materialize${options.tls === undefined ? '' : '?sslmode=require'}`;
  };
  return {
    url: urlFor('materialize'),
    port,
    urlFor,
    controlUrl: control.url,
    faults,
    store,
    restart,
    endResizes: (ending) => resizes.end(ending),
    stop: closeAll,
  };
}

/** The store's own database, made the first time. */
async function storeDatabase(postgres: PostgresServer): Promise<string> {
  await withClient(postgres.superuserUrl, async (client) => {
    const { rows } = await client.query(`SELECT 1 FROM pg_database WHERE datname = 'materialize'`);
    if (rows.length === 0) await client.query('CREATE DATABASE materialize');
  });
  const url = new URL(postgres.superuserUrl);
  url.pathname = '/materialize';
  return url.href;
}

async function applyOptions(catalog: Catalog, options: MaterializeOptions): Promise<void> {
  for (const user of options.users ?? []) {
    if ((await catalog.findRole(user)) === null) await catalog.addRole(user);
  }
  const flags = { ...options.flags };
  if (options.rbac !== undefined) flags.enable_rbac_checks = options.rbac;
  for (const [name, value] of Object.entries(flags)) {
    await catalog.setSystem(name, typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));
  }
}

function ingestionSettings(options: MaterializeOptions): IngestionSettings {
  const { rowsPerSecond, speed = 1 } = options;
  const pace = (size: string): number => {
    if (typeof rowsPerSecond === 'function') return rowsPerSecond(size);
    return rowsPerSecond?.[size] ?? 500 * (Number.parseInt(size, 10) || 100);
  };
  return {
    rowsPerSecond: (size) => pace(size) * speed,
    statisticsInterval: options.statisticsInterval ?? 1_000,
    restartDelay: options.restartDelay ?? 5_000,
    schemaValidationInterval: options.schemaValidationInterval ?? 15_000,
    statusDelay: options.statusDelay ?? 0,
    checksRecovery: featuresOf(versionText(options.version)).checksRecovery,
  };
}

/** Starts every stored source again, from its slot. */
async function resume({ catalog, store, ingestion, resizes, log }: Environment): Promise<void> {
  for (const stored of await catalog.storedSources()) {
    try {
      const connection = await catalog.upstreamConnection(stored.connectionId);
      const tables = stored.tables.map(({ item, upstream }) => ({ id: item.id, upstream }));
      const { slot, publication, timelineId, standby } = stored;
      const replica = await catalog.replicaFor(stored.clusterId);
      const progressId = await progressOf(store, stored.item.id);
      const id = stored.item.id;
      ingestion.start({ id, slot, publication, connection, tables, timelineId, standby, progressId }, replica);
    } catch (error) {
      log(`source ${stored.item.name} was not resumed: ${String(error)}`);
    }
  }
  await resizes.resume();
}

/** The progress relation of a source; source-table sources have none. */
async function progressOf(store: Pool, sourceId: string): Promise<string | undefined> {
  const { rows } = await store.query<{ id: string }>(
    `SELECT s.id FROM mz_internal.mz_object_dependencies d
     JOIN mz_catalog.mz_sources s ON s.id = d.referenced_object_id
     WHERE d.object_id = $1 AND s.type = 'progress'`,
    [sourceId],
  );
  return rows[0]?.id;
}

async function openContext(environment: Environment, login: Login): Promise<SessionContext> {
  const role = await environment.catalog.findRole(login.user);
  if (role === null) throw new MzError('28000', `role "${login.user}" does not exist`);
  const settings = createSessionSettings({
    role: role.name,
    database: login.database,
    applicationName: login.applicationName,
    system: environment.system,
  });
  for (const [name, value] of login.settings) {
    try {
      settings.set(name, [value]);
    } catch (error) {
      // Drivers send settings Materialize does not know; it connects all the same.
      environment.log(`startup setting ${name} not set: ${String(error)}`);
    }
  }
  settings.endTransaction(true);
  return new SessionContext(environment, role, settings);
}
