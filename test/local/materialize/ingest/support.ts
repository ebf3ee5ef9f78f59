import { Client, Pool } from 'pg';
import type {
  IngestedSource,
  IngestedTable,
  Ingestion,
  IngestionSettings,
  UpstreamConnection,
} from '../../../../local/materialize/contract';
import { createIngestion } from '../../../../local/materialize/ingest';
import {
  connectUpstream,
  connectionError,
  describePublication,
  newSlotName,
  selectTables,
  validateTables,
  withUpstream,
} from '../../../../local/materialize/upstream';
import { startPostgres, type PostgresServer } from '../../../../local/postgres/server';
import { until } from '../../../../local/stack/until';

/** The relations of the store that the ingestion writes to, as the catalog makes them. */
const STORE = `
  CREATE SCHEMA mz_store; CREATE SCHEMA mz_internal;
  CREATE TABLE mz_store.table_state (id text PRIMARY KEY, committed bool NOT NULL DEFAULT false, error text,
    definite bool NOT NULL DEFAULT false);
  CREATE TABLE mz_store.unreadable_rows (table_id text, line text, message text, count bigint, PRIMARY KEY (table_id, line));
  CREATE TABLE mz_internal.mz_source_status_history (occurred_at timestamptz, source_id text, status text, error text,
    details jsonb, replica_id text);
  CREATE TABLE mz_internal.mz_source_statistics (id text, replica_id text, messages_received numeric,
    bytes_received numeric, updates_staged numeric, updates_committed numeric, records_indexed numeric,
    bytes_indexed numeric, rehydration_latency interval, snapshot_records_known numeric,
    snapshot_records_staged numeric, snapshot_committed bool, offset_known numeric, offset_committed numeric,
    UNIQUE NULLS NOT DISTINCT (id, replica_id));
  CREATE TABLE mz_internal.mz_frontiers (object_id text, read_frontier numeric, write_frontier numeric)`;

/** Every version of a row of the statistics: one that stands for a single interval, a look at the row itself may miss. */
const STATISTICS_LOG = `
  CREATE TABLE statistics_log (LIKE mz_internal.mz_source_statistics, n serial);
  CREATE FUNCTION log_statistics() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO statistics_log SELECT NEW.*; RETURN NULL; END $$;
  CREATE TRIGGER log AFTER INSERT OR UPDATE ON mz_internal.mz_source_statistics
    FOR EACH ROW EXECUTE FUNCTION log_statistics()`;

export const FAST: IngestionSettings = {
  rowsPerSecond: () => Infinity,
  statisticsInterval: 100,
  statusDelay: 0,
  restartDelay: 300,
  schemaValidationInterval: 300,
  checksRecovery: true,
};

export const R1 = { id: 'u901', size: '100cc' };
export const R2 = { id: 'u902', size: '50cc' };
const ROLE = 'mzr';
const PASSWORD = 'pw';

interface SourceEvent {
  status: string;
  error: string | null;
  details: unknown;
  replica_id: string | null;
}

/** Two servers: Postgres upstream and the store of the stand-in, with everything a test asks of them. */
export class Bench {
  private nextId = 1;
  ingestion: Ingestion;
  settings = FAST;

  private constructor(
    readonly upstream: PostgresServer,
    readonly storeServer: PostgresServer,
    readonly store: Pool,
    private admin: Client,
  ) {
    this.ingestion = createIngestion(store, this.settings);
  }

  static async start(settings: Record<string, string> = {}): Promise<Bench> {
    const [upstream, storeServer] = await Promise.all([
      startPostgres({ settings: { wal_level: 'logical', max_replication_slots: '20', ...settings } }),
      startPostgres(),
    ]);
    const store = new Pool({ connectionString: storeServer.superuserUrl, max: 20 });
    store.on('error', () => undefined);
    await store.query(`${STORE};${STATISTICS_LOG}`);
    const bench = new Bench(upstream, storeServer, store, await connect(upstream));
    await bench.sql(`CREATE ROLE ${ROLE} LOGIN REPLICATION PASSWORD '${PASSWORD}'; GRANT pg_read_all_data TO ${ROLE}`);
    return bench;
  }

  async stop(): Promise<void> {
    await this.ingestion.close();
    await this.store.end();
    await this.admin.end().catch(() => undefined);
    await Promise.all([this.upstream.stop(), this.storeServer.stop()]);
  }

  /** Ends the ingestion as a crash of the stand-in would, and begins another one. */
  async crash(): Promise<void> {
    await this.ingestion.close();
    this.ingestion = createIngestion(this.store, this.settings);
  }

  /** The same servers, other settings. */
  async with(settings: Partial<IngestionSettings>): Promise<void> {
    this.settings = { ...FAST, ...settings };
    await this.crash();
  }

  /** Runs statements upstream as the superuser. */
  async sql<T extends object>(text: string, values?: unknown[]): Promise<T[]> {
    return (await this.admin.query<T>(text, values)).rows;
  }

  async reconnectAdmin(): Promise<void> {
    await this.admin.end().catch(() => undefined);
    this.admin = await connect(this.upstream);
  }

  /** Another session upstream, for transactions that stay open. */
  session = (): Promise<Client> => connect(this.upstream);

  async rows<T extends object>(text: string, values?: unknown[]): Promise<T[]> {
    return (await this.store.query<T>(text, values)).rows;
  }

  connection(change: Partial<UpstreamConnection> = {}): UpstreamConnection {
    return {
      host: '127.0.0.1',
      port: this.upstream.port,
      user: ROLE,
      password: PASSWORD,
      database: 'postgres',
      sslMode: 'disable',
      certificateAuthority: null,
      ...change,
    };
  }

  /** A source over tables that exist upstream; its tables exist in the store, as after CREATE SOURCE. */
  async source(names: string[], textColumns: string[][] = []): Promise<IngestedSource> {
    const publication = `p${this.nextId}`;
    for (const name of names) await this.sql(`ALTER TABLE ${name} REPLICA IDENTITY FULL`);
    await this.sql(`CREATE PUBLICATION ${publication} FOR TABLE ${names.join(', ')}`);
    const id = this.newId();
    const progressId = this.newId();
    const tables = await this.describe(publication, textColumns);
    return { id, progressId, slot: newSlotName(), publication, connection: this.connection(), tables };
  }

  /** A table upstream; wide rows where its copy is to be seen there: the sockets hold about 5 MB of it. */
  async fill(name: string, rows: number, width = 1): Promise<void> {
    await this.sql(`CREATE TABLE ${name} (id int PRIMARY KEY, v text);
      INSERT INTO ${name} SELECT i, repeat('v', ${width}) || i FROM generate_series(1, ${rows}) i`);
  }

  /** Copies under way upstream. */
  copying = (): Promise<{ rows: string }[]> =>
    this.sql('SELECT tuples_processed::text AS rows FROM pg_stat_progress_copy WHERE tuples_processed > 0');

  newId = (): string => `u${this.nextId++}`;

  /** Tables of the publication, ready to be ingested under new ids. */
  async describe(publication: string, textColumns: string[][] = [], only?: string): Promise<IngestedTable[]> {
    const connection = this.connection();
    const asked = <T>(use: (client: Client) => Promise<T>) => withUpstream(connection, connectionError, use);
    const { database } = connection;
    const published = await asked((client) => describePublication(client, { database, publication }));
    const selected = selectTables(published, { type: 'all' }, ['shop', 'src']);
    const wanted = selected.map(({ table }) => table).filter(({ name }) => only === undefined || name === only);
    const upstream = await asked((client) => validateTables(client, published, wanted, { textColumns }));
    const tables = upstream.map((table) => ({ id: this.newId(), upstream: table }));
    for (const table of tables) await this.createStoreTable(table);
    return tables;
  }

  private async createStoreTable({ id, upstream }: IngestedTable): Promise<void> {
    const columns: string[] = [];
    for (const column of upstream.columns) {
      const [row] = await this.sql<{ type: string }>('SELECT format_type($1, $2) AS type', [
        column.typeOid,
        column.typeMod,
      ]);
      columns.push(`"${column.name}" ${column.asText ? 'text' : row!.type}`);
    }
    await this.store.query(`CREATE TABLE mz_store."${id}" (${columns.join(', ')})`);
    await this.store.query('INSERT INTO mz_store.table_state (id) VALUES ($1)', [id]);
  }

  committed = (table: IngestedTable): Promise<void> =>
    this.eventually(`snapshot of ${table.id}`, async () => {
      const [row] = await this.rows<{ committed: boolean }>(
        'SELECT committed FROM mz_store.table_state WHERE id = $1',
        [table.id],
      );
      return row?.committed === true;
    });

  /** Waits until the store holds exactly the rows upstream holds. */
  same = (table: IngestedTable): Promise<void> =>
    this.eventually(`rows of ${table.upstream.name}`, async () => {
      const columns = table.upstream.columns.map(({ name }) => `"${name}"`).join(', ');
      const digest = `SELECT count(*)::int AS n, coalesce(md5(string_agg(r, E'\\n' ORDER BY r)), '') AS digest
        FROM (SELECT ROW(${columns})::text AS r FROM`;
      const [there] = await this.sql<{ n: number }>(`${digest} "${table.upstream.schema}"."${table.upstream.name}") x`);
      const [here] = await this.rows<{ n: number }>(`${digest} mz_store."${table.id}") x`);
      return JSON.stringify(there) === JSON.stringify(here);
    });

  async eventually(what: string, holds: () => Promise<boolean>): Promise<void> {
    await until(async () => ((await holds()) ? true : undefined), { what, timeout: 30_000 });
  }

  history = (id: string): Promise<SourceEvent[]> =>
    this.rows(
      `SELECT status, error, details, replica_id FROM mz_internal.mz_source_status_history WHERE source_id = $1
       ORDER BY occurred_at`,
      [id],
    );

  async lastStatus(id: string): Promise<SourceEvent | undefined> {
    return (await this.history(id)).at(-1);
  }

  slots = (name: string): Promise<{ active: boolean; temporary: boolean; confirmed: string | null }[]> =>
    this.sql(
      `SELECT active, temporary, confirmed_flush_lsn::text AS confirmed FROM pg_replication_slots
       WHERE slot_name LIKE $1`,
      [name],
    );

  async frontier(id: string): Promise<number> {
    const [row] = await this.rows<{ write_frontier: string }>(
      'SELECT write_frontier FROM mz_internal.mz_frontiers WHERE object_id = $1',
      [id],
    );
    return Number(row?.write_frontier ?? -1);
  }

  /** A consumer of the slot that is not ours; `ended` settles when somebody ends it. */
  async holdSlot(source: IngestedSource): Promise<{ ended: Promise<void> }> {
    const client = await connectUpstream(source.connection, 'replication');
    const options = `proto_version '1', publication_names '${source.publication}'`;
    const ended = client.query(`START_REPLICATION SLOT ${source.slot} LOGICAL 0/0 (${options})`).then(
      () => undefined,
      () => undefined,
    );
    await this.eventually('the slot to be held', async () => (await this.slots(source.slot))[0]?.active === true);
    return { ended };
  }

  /** Ends a source and waits until nothing of it is left upstream. */
  async drop(source: IngestedSource): Promise<void> {
    this.ingestion.drop(source.id);
    await this.eventually('the slot to go', async () => (await this.slots(source.slot)).length === 0);
  }
}

async function connect(server: PostgresServer): Promise<Client> {
  const client = new Client({ connectionString: server.superuserUrl });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
