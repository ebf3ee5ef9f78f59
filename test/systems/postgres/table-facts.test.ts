import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import { connectSource, listTables, readServer, readTables } from '../../../src/systems/postgres';
import { managedServer } from '../../../src/systems/postgres/managed';
import { withClient } from '../../../src/systems/sql-client';
import { startUpstream, type Upstream } from './upstream';

/** Counters come to be seen some time after what they count. */
async function until<T>(look: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (const end = Date.now() + 20_000; ;) {
    const value = await look();
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`did not come about: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const EVERYTHING = { insert: true, update: true, delete: true, truncate: true };

describe.each([14, 18] as const)('what a plan knows of tables of Postgres %i', (version) => {
  let up: Upstream;
  beforeAll(async () => {
    up = await startUpstream(version);
  });
  afterAll(() => up?.stop());

  it('tells generated columns from others, with what they are computed by', async () => {
    const virtual = version === 18 ? ', half numeric GENERATED ALWAYS AS (price / 2) VIRTUAL' : '';
    await up.run(
      `CREATE TABLE priced (id int PRIMARY KEY, price numeric DEFAULT 1,
         total numeric GENERATED ALWAYS AS (price * 2) STORED${virtual})`,
    );
    const { columns } = await up.table('priced');
    expect(columns.map(({ name, generated, expression }) => [name, generated, expression])).toEqual([
      ['id', null, null],
      ['price', null, null],
      ['total', 'stored', '(price * (2)::numeric)'],
      ...(version === 18 ? [['half', 'virtual', '(price / (2)::numeric)']] : []),
    ]);
  });

  it('tells who inherits, and that partitions do not', async () => {
    await up.run(
      'CREATE TABLE payment (id int PRIMARY KEY)',
      ...['a', 'b', 'c', 'd', 'e'].map((name) => `CREATE TABLE payment_${name} () INHERITS (payment)`),
      'CREATE TABLE parts (id int) PARTITION BY RANGE (id)',
      'CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10)',
    );
    const [payment, child, parts, part] = (await up.facts(['payment', 'payment_a', 'parts', 'parts_1'])).tables.sort(
      (a, b) => a.oid - b.oid,
    );
    const heirs = ['a', 'b', 'c', 'd'].map((name) => ({ schema: 'public', name: `payment_${name}` }));
    expect(payment).toMatchObject({ name: 'payment', hypertable: false, heirs: { count: 5, first: heirs } });
    for (const one of [child, parts, part]) expect(one?.heirs).toEqual({ count: 0, first: [] });
    expect([payment, parts, part].map((one) => one?.relkind)).toEqual(['r', 'p', 'r']);
  });

  it('tells a hypertable by its chunks and by its catalog, and leaves chunks out of all tables', async () => {
    await up.run(
      'CREATE SCHEMA _timescaledb_internal',
      'CREATE SCHEMA _timescaledb_catalog',
      'CREATE SCHEMA metrics',
      'CREATE TABLE _timescaledb_catalog.hypertable (id int, schema_name name, table_name name)',
      'CREATE TABLE _timescaledb_catalog.chunk (id int, schema_name name, table_name name)',
      'CREATE TABLE metrics.filled (at timestamptz)',
      'CREATE TABLE metrics.empty (at timestamptz)',
      'CREATE TABLE metrics.plain (at timestamptz)',
      'CREATE TABLE _timescaledb_internal._hyper_1_1_chunk () INHERITS (metrics.filled)',
      'CREATE TABLE metrics.own_chunk () INHERITS (metrics.filled)',
      `INSERT INTO _timescaledb_catalog.hypertable VALUES (1, 'metrics', 'empty')`,
      `INSERT INTO _timescaledb_catalog.chunk VALUES (1, '_timescaledb_internal', '_hyper_1_1_chunk'),
                                                     (2, 'metrics', 'own_chunk')`,
    );
    const read = (await up.facts(['metrics.filled', 'metrics.empty', 'metrics.plain'])).tables;
    expect(read.map(({ name, hypertable, heirs }) => [name, hypertable, heirs.count])).toEqual([
      ['empty', true, 0],
      ['filled', true, 2],
      ['plain', false, 0],
    ]);
    const all = await listTables(up.client, { kind: 'all', aliases: [] });
    const named = all.filter(({ schema }) => schema === 'metrics' || schema.startsWith('_timescale'));
    expect(named.map(({ schema, name }) => `${schema}.${name}`)).toEqual([
      'metrics.empty',
      'metrics.filled',
      'metrics.plain',
    ]);
    await up.run('REVOKE ALL ON SCHEMA _timescaledb_catalog FROM owner');
    await up.sudo('ALTER SCHEMA _timescaledb_catalog OWNER TO postgres');
    expect((await up.table('metrics.filled')).hypertable).toBe(true);
    await up.sudo('DROP SCHEMA _timescaledb_catalog, _timescaledb_internal, metrics CASCADE');
  });

  it('tells what is not kept: unlogged, temporary', async () => {
    await up.run('CREATE UNLOGGED TABLE scratch (id int)', 'CREATE TABLE kept (id int)');
    expect((await up.table('scratch')).persistence).toBe('unlogged');
    expect((await up.table('kept')).persistence).toBe('permanent');
    const other = await up.session();
    await other.query('CREATE TEMP TABLE passing (id int)');
    const { rows } = await other.query<{ name: string }>(`SELECT pg_my_temp_schema()::regnamespace::text AS name`);
    expect((await up.table(`${rows[0]?.name}.passing`)).persistence).toBe('temporary');
  });

  it('takes neither an index that is gone nor a deferrable key for an identity', async () => {
    await up.run(
      'CREATE TABLE lost (id int NOT NULL)',
      'CREATE UNIQUE INDEX lost_id ON lost (id)',
      'ALTER TABLE lost REPLICA IDENTITY USING INDEX lost_id',
      'CREATE TABLE late (id int, PRIMARY KEY (id) DEFERRABLE)',
    );
    expect((await up.table('lost')).replicaIdentity).toBe('index');
    await up.run('DROP INDEX lost_id');
    expect((await up.table('lost')).replicaIdentity).toBe('nothing');
    expect(await up.table('late')).toMatchObject({ replicaIdentity: 'default', hasPrimaryKey: false });
  });

  it('tells who may pass the use of a schema on', async () => {
    await up.sudo('CREATE SCHEMA lent', 'CREATE SCHEMA given', 'GRANT CREATE, USAGE ON SCHEMA lent TO owner');
    await up.sudo('GRANT CREATE ON SCHEMA given TO owner', 'GRANT USAGE ON SCHEMA given TO owner WITH GRANT OPTION');
    await up.run('CREATE TABLE lent.t (id int)', 'CREATE TABLE given.t (id int)', 'CREATE TABLE mine (id int)');
    expect(await up.table('lent.t')).toMatchObject({ schemaGrantable: false, schemaOpen: false });
    expect((await up.table('given.t')).schemaGrantable).toBe(true);
    // From 15 on public belongs to the owner of the database.
    expect(await up.table('mine')).toMatchObject({ schemaGrantable: version >= 15, schemaOpen: true });
  });

  it('names every publication that publishes a table', async () => {
    await up.run(
      'CREATE TABLE sold (id int PRIMARY KEY, note text)',
      `CREATE PUBLICATION own FOR TABLE sold WITH (publish = 'insert, delete')`,
    );
    await up.sudo('CREATE PUBLICATION everything FOR ALL TABLES');
    const entry = { schema: 'public', name: 'sold' };
    expect((await up.table('sold')).publications).toEqual([
      {
        ...{ name: 'everything', owner: 'postgres', ownedByUs: false, via: 'all', publishes: EVERYTHING },
        ...{ entry, columns: null, filtered: false, generatedColumns: 'none' },
      },
      {
        ...{ name: 'own', owner: 'owner', ownedByUs: true, via: 'table' },
        publishes: { insert: true, update: false, delete: true, truncate: false },
        ...{ entry, columns: null, filtered: false, generatedColumns: 'none' },
      },
    ]);
    await up.sudo('DROP PUBLICATION everything', 'DROP PUBLICATION own');
    expect((await up.table('sold')).publications).toEqual([]);
  });

  it('finds the publications of a partition at its ancestors', async () => {
    await up.run(
      'CREATE TABLE logs (id int, year int) PARTITION BY RANGE (year)',
      'CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10) PARTITION BY RANGE (year)',
      'CREATE TABLE logs_1_a PARTITION OF logs_1 FOR VALUES FROM (0) TO (5)',
      'CREATE PUBLICATION root FOR TABLE logs WITH (publish_via_partition_root = true)',
      'CREATE PUBLICATION middle FOR TABLE logs_1',
    );
    expect((await up.table('logs_1_a')).publications.map(({ name, via }) => [name, via])).toEqual([
      ['middle', 'table'],
      ['root', 'table'],
    ]);
    await up.run('DROP PUBLICATION root', 'DROP PUBLICATION middle');
  });

  it('tells how wide rows are, with what is stored out of line, and how often they change', async () => {
    await up.run(
      'CREATE TABLE wide (id int PRIMARY KEY, seen int, document text)',
      'ALTER TABLE wide ALTER COLUMN document SET STORAGE EXTERNAL',
      `INSERT INTO wide SELECT i, 0, repeat('x', 20000) FROM generate_series(1, 200) i`,
      'CREATE TABLE never (id int PRIMARY KEY)',
      'ANALYZE wide',
    );
    expect((await up.table('never')).rowBytes).toBeNull();
    const { rowBytes } = await up.table('wide');
    expect(rowBytes).toBeGreaterThan(18_000);
    expect(rowBytes).toBeLessThan(30_000);
    const writer = await up.session();
    const counted = async () => (await up.table('wide')).written;
    const before = (await counted())?.changes ?? 0;
    await writer.query('UPDATE wide SET seen = 1');
    await writer.query('DELETE FROM wide WHERE id <= 50');
    await writer.end();
    const written = await until(counted, (now) => (now?.changes ?? 0) >= before + 250);
    expect(written?.changes).toBe(before + 250);
    expect(written?.seconds).toBeGreaterThan(0);
    await up.sudo('SELECT pg_stat_reset()');
    const reset = await until(counted, (now) => now?.changes === 0);
    expect(reset?.seconds).toBeLessThan(written?.seconds ?? 0);
  });

  it('tells a server that takes no changes', async () => {
    expect(await up.facts([])).toMatchObject({ standby: false, readOnly: false, managed: null });
    const reader = await up.session();
    await reader.query('ALTER ROLE owner SET default_transaction_read_only = on');
    const facts = await up.facts([]);
    expect(facts).toMatchObject({ standby: false, readOnly: true });
    await reader.query('ALTER ROLE owner RESET default_transaction_read_only');
  });

  it.each([
    ['rds_superuser', 'rds'],
    ['cloudsqlsuperuser', 'cloud-sql'],
    ['azure_pg_admin', 'azure'],
    ['supabase_admin', 'supabase'],
    ['neon_superuser', 'neon'],
  ])('takes a server with role %s for one of %s, and says what the login is a member of', async (role, managed) => {
    await up.sudo(`CREATE ROLE ${role}`, `GRANT ${role} TO owner`);
    const facts = await up.facts([]);
    expect(facts.managed).toBe(managed);
    expect(facts.user.memberOf).toContain(role);
    await up.sudo(`DROP ROLE ${role}`);
    expect((await up.facts([])).managed).toBeNull();
  });

  it('reads nothing where nothing is asked for', async () => {
    expect(await readTables(up.client, [{ schema: 'public', name: 'not_there' }], null)).toEqual([]);
  });
});

describe.each([15, 18] as const)('column lists, filters and schemas of Postgres %i', (version) => {
  let up: Upstream;
  beforeAll(async () => {
    up = await startUpstream(version);
  });
  afterAll(() => up?.stop());

  it('reads what each publication leaves out', async () => {
    const generated = version === 18 ? ', publish_generated_columns = stored' : '';
    await up.run(
      'CREATE TABLE orders (id int PRIMARY KEY, "Note""s" text, price int)',
      'CREATE PUBLICATION narrow FOR TABLE orders (price, id, "Note""s") WHERE (price > 5)',
      `CREATE PUBLICATION whole FOR TABLE orders WITH (publish = 'update'${generated})`,
    );
    await up.sudo('CREATE PUBLICATION of_schema FOR TABLES IN SCHEMA public');
    const { publications } = await up.table('orders');
    expect(publications.map(({ name, via, columns, filtered }) => [name, via, columns, filtered])).toEqual([
      ['narrow', 'table', ['id', 'Note"s', 'price'], true],
      ['of_schema', 'schema', null, false],
      ['whole', 'table', null, false],
    ]);
    expect(publications.map(({ generatedColumns }) => generatedColumns)).toEqual([
      'none',
      'none',
      version === 18 ? 'stored' : 'none',
    ]);
    await up.sudo('DROP PUBLICATION of_schema');
  });

  it('takes the list of the ancestor under whose name a partition is published, and of no other', async () => {
    await up.run(
      'CREATE TABLE logs (id int, year int, note text) PARTITION BY RANGE (year)',
      'CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM (0) TO (10)',
      'CREATE PUBLICATION as_root FOR TABLE logs (id, year), logs_1 (note) WITH (publish_via_partition_root = true)',
      'CREATE PUBLICATION as_parts FOR TABLE logs, logs_1 (note)',
      'CREATE PUBLICATION of_root FOR TABLE logs',
    );
    const { publications } = await up.table('logs_1');
    expect(publications.map(({ name, entry, columns }) => [name, entry.name, columns])).toEqual([
      ['as_parts', 'logs_1', ['note']],
      ['as_root', 'logs', ['id', 'year']],
      ['of_root', 'logs_1', null],
    ]);
  });
});

describe.each([14, 18] as const)('a standby of Postgres %i', (version) => {
  it('is told from its primary, and says where that is to who may know', async () => {
    const primary = await startPostgres({ version });
    let standby: PostgresServer | null = null;
    const options = { connectTimeoutMs: 20_000, deadlineMs: 20_000 };
    const tls = { mode: 'disable', ca: null } as const;
    const facts = (url: string) => withClient(connectSource({ url, tls }, options), readServer);
    try {
      const { hostname, port } = new URL(primary.superuserUrl);
      standby = await startPostgres({ standbyOf: primary });
      const { superuserUrl } = standby;
      expect(await facts(primary.superuserUrl)).toMatchObject({ standby: false, primary: null });
      const found = await until(
        () => facts(superuserUrl),
        (seen) => seen.primary !== null,
      );
      expect(found).toMatchObject({ standby: true, primary: `${hostname}:${port}` });
    } finally {
      await standby?.stop('immediate');
      await primary.stop('immediate');
    }
  });
});

test('Aurora has the marks of RDS and one of its own', () => {
  expect(managedServer(['rds.logical_replication', 'rds_superuser', 'aurora_version'])).toBe('aurora');
  expect(managedServer(['rds.logical_replication'])).toBe('rds');
  expect(managedServer([])).toBeNull();
});
