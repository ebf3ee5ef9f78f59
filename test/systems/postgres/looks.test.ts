import { Client } from 'pg';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import {
  grantSelect,
  grantSelectOnFutureTables,
  grantUsage,
  revokeSelectOnFutureTables,
} from '../../../src/core/objects/grants/statements';
import {
  alterPublicationAdd,
  alterPublicationDrop,
  createPublication,
  dropPublication,
  publishEverything,
} from '../../../src/core/objects/publication/statements';
import { replicaIdentityFull } from '../../../src/core/objects/replica-identity/statements';
import { createRole, noIdleInTransactionTimeout } from '../../../src/core/objects/role/statements';
import { dropSlot } from '../../../src/core/objects/source/slot-statements';
import { commentOn } from '../../../src/core/sql/upstream';
import { quoteIdent } from '../../../src/core/sql/quote';
import {
  connectSource,
  isrgRootX1Pem,
  listMaterializeSlots,
  listTables,
  readBlockers,
  readCopyProgress,
  readDefaultPrivileges,
  readOpenTransactions,
  readPublication,
  readColumnsOf,
  readReplicaIdentities,
  readRole,
  readSelection,
  readSlot,
  readSourceFacts,
  readSourceReading,
  readTables,
  readWalLevel,
  readWriters,
} from '../../../src/systems/postgres';
import type { SqlClient } from '../../../src/systems/sql-client';
import type { PostgresSourceSpec } from '../../../src/core/spec/types';

const DISABLED = { mode: 'disable', ca: null } as const;
const OPTIONS = { connectTimeoutMs: 10_000, deadlineMs: 10_000 };
const SLOT = `materialize_${'0123456789abcdef'.repeat(2)}`;

let server: PostgresServer;
let ownerUrl: string;
let client: SqlClient;
const open: Client[] = [];

async function session(url: string, application: string): Promise<Client> {
  const one = new Client({ connectionString: url, application_name: application });
  one.on('error', () => undefined);
  await one.connect();
  open.push(one);
  return one;
}

async function until<T>(look: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (const end = Date.now() + 20_000; ;) {
    const value = await look();
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`did not come about: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const as = (user: string, password: string): string =>
  `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${server.port}/shop`;

beforeAll(async () => {
  server = await startPostgres({ settings: { wal_level: 'logical', max_prepared_transactions: '5' } });
  const admin = await session(server.superuserUrl, 'setup');
  await admin.query(`CREATE ROLE shop_owner LOGIN CREATEROLE REPLICATION PASSWORD 'owner pass/word'`);
  await admin.query('GRANT pg_monitor TO shop_owner');
  await admin.query('CREATE DATABASE shop OWNER shop_owner');
  ownerUrl = as('shop_owner', 'owner pass/word');
  const superShop = await session(server.superuserUrl.replace(/postgres$/, 'shop'), 'setup');
  await superShop.query('CREATE TABLE public.foreign_owned (id int PRIMARY KEY)');
  const owner = await session(ownerUrl, 'setup');
  for (const text of [
    'CREATE SCHEMA sales',
    `CREATE TYPE sales.mood AS ENUM ('good', 'bad')`,
    `CREATE TABLE public.orders (id bigint PRIMARY KEY, total numeric(12,2), big numeric(50,2), price money,
       mood sales.mood, tags text[], doubled bigint GENERATED ALWAYS AS (id * 2) STORED, note text NOT NULL)`,
    `INSERT INTO public.orders (id, total, note) SELECT i, i, repeat('x', 500) FROM generate_series(1, 20000) i`,
    'ANALYZE public.orders',
    'CREATE TABLE sales."Mixed ""Case" (v text)',
    'CREATE TABLE sales.parts (id int) PARTITION BY RANGE (id)',
    'CREATE TABLE sales.parts_1 PARTITION OF sales.parts FOR VALUES FROM (0) TO (10)',
    'CREATE UNLOGGED TABLE sales.scratch (id int)',
    'CREATE VIEW sales.looks AS SELECT 1 AS one',
    'CREATE TABLE sales.hidden (id int PRIMARY KEY)',
    'ALTER TABLE sales.hidden ENABLE ROW LEVEL SECURITY',
    createRole('mat"er', `pa'ss\\word`),
    noIdleInTransactionTimeout('mat"er'),
    commentOn('ROLE', 'mat"er', '{"managedBy":"n2m","pipeline":"shop"}'),
    grantUsage('sales', 'mat"er'),
    grantSelect([{ schema: 'public', name: 'orders' }], 'mat"er'),
    grantSelectOnFutureTables('shop_owner', 'sales', 'mat"er'),
    replicaIdentityFull({ schema: 'public', name: 'orders' }),
    createPublication('n2m_shop', [{ schema: 'public', name: 'orders' }]),
    alterPublicationAdd('n2m_shop', [{ schema: 'sales', name: 'Mixed "Case' }]),
    commentOn('PUBLICATION', 'n2m_shop', `it's ours`),
  ])
    await owner.query(text);
  client = await connectSource({ url: ownerUrl, tls: DISABLED }, OPTIONS);
});

afterAll(async () => {
  await client?.close();
  await Promise.all(open.map((one) => one.end().catch(() => undefined)));
  await server?.stop();
});

const TABLES = [
  { schema: 'public', name: 'orders' },
  { schema: 'public', name: 'foreign_owned' },
  { schema: 'sales', name: 'Mixed "Case' },
  { schema: 'sales', name: 'hidden' },
  { schema: 'sales', name: 'absent' },
];

describe('tables', () => {
  it('tells owner, identity, rights, size and what each column can be ingested as', async () => {
    const facts = await readTables(client, TABLES, 'mat"er');
    expect(facts.map((table) => table.name)).toEqual(['foreign_owned', 'orders', 'Mixed "Case', 'hidden']);
    const [foreign, orders, mixed, hidden] = facts;
    expect(foreign).toMatchObject({ owner: 'postgres', ownedByUs: false, selectable: false, schemaUsable: true });
    expect(orders).toMatchObject({
      relkind: 'r',
      ownedByUs: true,
      replicaIdentity: 'full',
      hasPrimaryKey: true,
      constraints: ['orders_pkey'],
      rowSecurity: false,
      selectable: true,
      estimatedRows: 20000,
    });
    expect(Number(orders?.bytes)).toBeGreaterThan(20000 * 500);
    expect(orders?.columns.map(({ name, ingest, generated, nullable }) => [name, ingest, generated, nullable])).toEqual(
      [
        ['id', 'yes', null, false],
        ['total', 'yes', null, true],
        ['big', 'text', null, true],
        ['price', 'text', null, true],
        ['mood', 'text', null, true],
        ['tags', 'yes', null, true],
        ['doubled', 'yes', 'stored', true],
        ['note', 'yes', null, false],
      ],
    );
    expect(mixed).toMatchObject({ replicaIdentity: 'default', hasPrimaryKey: false, selectable: false });
    expect(mixed?.estimatedRows).toBeNull();
    expect(hidden).toMatchObject({ rowSecurity: true, schemaUsable: true });
  });

  it('knows nothing of rights while the role does not exist', async () => {
    const [orders] = await readTables(client, [{ schema: 'public', name: 'orders' }], 'nobody_yet');
    expect(orders).toMatchObject({ selectable: null, schemaUsable: null });
  });

  it('resolves schemas and all without views, unlogged tables and system schemas', async () => {
    expect(await listTables(client, { kind: 'schemas', schemas: ['sales'], aliases: [] })).toEqual([
      { schema: 'sales', name: 'Mixed "Case' },
      { schema: 'sales', name: 'hidden' },
      { schema: 'sales', name: 'parts' },
      { schema: 'sales', name: 'parts_1' },
    ]);
    const all = await listTables(client, { kind: 'all', aliases: [] });
    expect(all.map((table) => `${table.schema}.${table.name}`)).toEqual([
      'public.foreign_owned',
      'public.orders',
      'sales.Mixed "Case',
      'sales.hidden',
      'sales.parts',
      'sales.parts_1',
    ]);
  });

  it('finds schemas by pattern, and tells what stays out and which patterns match nothing', async () => {
    const { tables, facts } = await readSelection(client, {
      ...{ kind: 'schemas', schemas: ['public', 'gone'], globs: ['s*s'], aliases: [] },
      exclude: ['public.f*', 'parts_?', 'none', '"Mixed"*'],
    });
    expect(tables.map((table) => `${table.schema}.${table.name}`)).toEqual([
      'public.orders',
      'sales.hidden',
      'sales.parts',
    ]);
    expect(facts).toEqual({
      excluded: {
        count: 3,
        first: [
          { schema: 'public', name: 'foreign_owned' },
          { schema: 'sales', name: 'Mixed "Case' },
          { schema: 'sales', name: 'parts_1' },
        ],
      },
      unmatched: [
        { key: 'schemas', pattern: 'gone' },
        { key: 'exclude', pattern: 'none' },
      ],
    });
    const listed = await readSelection(client, { kind: 'list', tables: [{ schema: 'a', name: 'b', alias: null }] });
    expect(listed.facts).toEqual({ excluded: { count: 0, first: [] }, unmatched: [] });
  });

  it('reads identities of what exists only', async () => {
    expect(await readReplicaIdentities(client, TABLES, 'mat"er')).toEqual([
      { schema: 'public', name: 'foreign_owned', replicaIdentity: 'default', rowSecurity: false, columns: 1 },
      { schema: 'public', name: 'orders', replicaIdentity: 'full', rowSecurity: false, columns: 7 },
      { schema: 'sales', name: 'Mixed "Case', replicaIdentity: 'default', rowSecurity: false, columns: 1 },
      { schema: 'sales', name: 'hidden', replicaIdentity: 'default', rowSecurity: true, columns: 1 },
    ]);
    const left = [{ schema: 'public', table: 'orders', column: 'mood' }];
    const [, orders] = await readReplicaIdentities(client, TABLES, 'mat"er', left);
    expect(orders).toMatchObject({ name: 'orders', columns: 6 });
    const [one] = await readColumnsOf(client, [{ schema: 'public', name: 'orders' }]);
    expect(one?.columns.filter(({ generated }) => generated === null).length).toBe(7);
  });
});

describe('role, publication, privileges', () => {
  it('reads a role with its settings and comment, and null for none', async () => {
    expect(await readRole(client, 'mat"er')).toEqual({
      name: 'mat"er',
      login: true,
      superuser: false,
      replication: true,
      bypassRls: false,
      config: ['idle_in_transaction_session_timeout=0'],
      limits: [],
      memberOf: [],
      comment: '{"managedBy":"n2m","pipeline":"shop"}',
    });
    expect((await readRole(client, 'shop_owner'))?.memberOf).toEqual(
      expect.arrayContaining(['pg_monitor', 'pg_read_all_stats']),
    );
    expect(await readRole(client, 'nobody')).toBeNull();
  });

  it('logs the role in with the password as it was given', async () => {
    const role = await connectSource({ url: as(encodeURIComponent('mat"er'), `pa'ss\\word`), tls: DISABLED }, OPTIONS);
    expect(await role.query('SELECT current_user')).toEqual([{ current_user: 'mat"er' }]);
    await role.close();
  });

  it('reads a publication, column lists and filters, and null for none', async () => {
    const publication = await readPublication(client, 'n2m_shop');
    expect(publication).toEqual({
      name: 'n2m_shop',
      owner: 'shop_owner',
      ownedByUs: true,
      allTables: false,
      publishes: { insert: true, update: true, delete: true, truncate: true },
      viaRoot: false,
      generatedColumns: false,
      tables: [
        { schema: 'public', name: 'orders', columns: null, filtered: false },
        { schema: 'sales', name: 'Mixed "Case', columns: null, filtered: false },
      ],
      comment: "it's ours",
    });
    const owner = await session(ownerUrl, 'test');
    await owner.query(
      `CREATE PUBLICATION narrow FOR TABLE public.orders (id, note) WHERE (id > 5) WITH (publish = 'insert')`,
    );
    expect(await readPublication(client, 'narrow')).toMatchObject({
      publishes: { insert: true, update: false, delete: false, truncate: false },
      tables: [{ name: 'orders', columns: ['id', 'note'], filtered: true }],
    });
    await owner.query(publishEverything('narrow'));
    expect((await readPublication(client, 'narrow'))?.publishes).toEqual({
      insert: true,
      update: true,
      delete: true,
      truncate: true,
    });
    await owner.query(alterPublicationDrop('n2m_shop', [{ schema: 'sales', name: 'Mixed "Case' }]));
    expect((await readPublication(client, 'n2m_shop'))?.tables).toHaveLength(1);
    await owner.query(dropPublication('narrow'));
    expect(await readPublication(client, 'narrow')).toBeNull();
  });

  it('reads default privileges until they are taken back', async () => {
    expect(await readDefaultPrivileges(client, 'mat"er')).toEqual([{ owner: 'shop_owner', schema: 'sales' }]);
    const owner = await session(ownerUrl, 'test');
    await owner.query(revokeSelectOnFutureTables('shop_owner', 'sales', 'mat"er'));
    expect(await readDefaultPrivileges(client, 'mat"er')).toEqual([]);
    await owner.query(grantSelectOnFutureTables('shop_owner', 'sales', 'mat"er'));
  });
});

describe('facts of a plan', () => {
  it('gathers the whole', async () => {
    const source: PostgresSourceSpec = {
      kind: 'postgres',
      url: 'env:N2M_SECRET_URL',
      reachableAt: null,
      database: 'shop',
      role: { name: 'mat"er', via: 'sql' },
      tables: { kind: 'list', tables: TABLES.map((table) => ({ ...table, alias: null })) },
      textColumns: [],
      excludeColumns: [],
      tls: DISABLED,
      publication: 'n2m_shop',
    };
    const reachable = { host: 'ep-x-pooler.c-2.us-east-2.aws.neon.tech', port: 5432 };
    const facts = await readSourceFacts(client, { pipeline: 'shop', source, reachable, neon: null });
    expect(facts).toMatchObject({
      walLevel: 'logical',
      maxSlotWalKeepSize: null,
      pooler: null,
      missingTables: [{ schema: 'sales', name: 'absent' }],
      user: { name: 'shop_owner', superuser: false, replication: true, createRole: true, canCreateInDatabase: true },
      defaultPrivileges: [{ owner: 'shop_owner', schema: 'sales' }],
    });
    expect(facts.versionNum).toBeGreaterThanOrEqual(180000);
    expect(facts.maxReplicationSlots - facts.usedReplicationSlots).toBeGreaterThanOrEqual(2);
    expect(await readWalLevel(client)).toBe('logical');
  });
});

describe('slots, copies and who is in the way', () => {
  const role = 'mat"er';
  const roleUrl = (): string => as(encodeURIComponent(role), `pa'ss\\word`);

  it('names the session and the prepared transaction that hold up the making of a slot', async () => {
    const writer = await session(ownerUrl, 'nightly-report');
    const preparer = await session(ownerUrl, 'two-phase');
    await writer.query('CREATE TABLE IF NOT EXISTS public.noise (id int)');
    await writer.query('BEGIN');
    await writer.query('INSERT INTO public.noise VALUES (1)');
    await preparer.query('BEGIN');
    await preparer.query('INSERT INTO public.noise VALUES (2)');
    await preparer.query(`PREPARE TRANSACTION 'it''s held'`);
    const transactions = await readOpenTransactions(client);
    expect(transactions).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ kind: 'session', user: 'shop_owner', application: 'nightly-report', writing: true }),
        expect.objectContaining({ kind: 'prepared', gid: "it's held", user: 'shop_owner', database: 'shop' }),
      ]),
    );
    const writers = await readWriters(client);
    expect(writers.map(({ remedy }) => remedy).sort()).toEqual([
      `ROLLBACK PREPARED 'it''s held';`,
      expect.stringMatching(/^SELECT pg_catalog\.pg_terminate_backend\(\d+\);$/),
    ]);
    const replication = await session(roleUrl(), 'materialize');
    const made = replication.query(`SELECT pg_create_logical_replication_slot('${SLOT}', 'pgoutput')`);
    const bySession = await until(
      () => readBlockers(client, role),
      (found) => found.length > 0,
    );
    expect(bySession).toHaveLength(1);
    expect(bySession[0]).toMatchObject({ kind: 'session', user: 'shop_owner', application: 'nightly-report' });
    expect(bySession[0]?.remedy).toBe(`SELECT pg_catalog.pg_terminate_backend(${bySession[0]?.pid});`);
    await client.query(bySession[0]?.remedy ?? '');
    const byPrepared = await until(
      () => readBlockers(client, role),
      (found) => found[0]?.kind === 'prepared',
    );
    expect(byPrepared).toEqual([
      expect.objectContaining({ kind: 'prepared', gid: "it's held", remedy: `ROLLBACK PREPARED 'it''s held';` }),
    ]);
    await client.query(byPrepared[0]?.remedy ?? '');
    await made;
    expect(await readBlockers(client, role)).toEqual([]);
  });

  it('reads a slot with its distances, and says when there is none', async () => {
    const slot = await readSlot(client, SLOT);
    expect(slot).toMatchObject({
      slot: SLOT,
      exists: true,
      active: false,
      walStatus: 'reserved',
      invalidationReason: null,
    });
    expect(slot.retainedBytes).toMatch(/^\d+$/);
    expect(slot.unconfirmedBytes).toMatch(/^-?\d+$/);
    expect(slot.restartLsn).toMatch(/^[0-9A-F]+\/[0-9A-F]+$/);
    expect(slot.inactiveSince).toMatch(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(await readSlot(client, 'no_such_slot')).toMatchObject({ exists: false, restartLsn: null });
    expect(await listMaterializeSlots(client)).toEqual([{ slot: SLOT, active: false }]);
  });

  it('takes the reading of a check', async () => {
    const input = { slot: SLOT, publication: 'n2m_shop', role, tables: TABLES };
    const reading = await readSourceReading(client, input);
    expect(reading).toMatchObject({
      maxSlotWalKeepSize: null,
      slot: { exists: true },
      walSenders: [],
      blockers: [],
      writers: [],
      publication: { exists: true, tables: [{ schema: 'public', name: 'orders' }], leavesOut: [], narrowed: [] },
      server: {
        standby: false,
        history: expect.stringMatching(/^system \d+$/) as string,
        flushedLsn: expect.stringMatching(/^[0-9A-F]+\/[0-9A-F]+$/) as string,
      },
    });
    expect(reading.tables).toHaveLength(4);
    // Nobody says which are replicated: the application's writes to what is published are proven all the same.
    await client.query('ALTER TABLE public.orders REPLICA IDENTITY NOTHING');
    const blind = await readSourceReading(client, { ...input, tables: null });
    await client.query('ALTER TABLE public.orders REPLICA IDENTITY FULL');
    expect(blind.tables).toEqual([]);
    expect(blind.writes?.refused.map(({ name }) => name)).toContain('orders');
    const none = await readSourceReading(client, { ...input, slot: 'gone', publication: 'gone' });
    expect(none).toMatchObject({ slot: { exists: false }, publication: { exists: false, leavesOut: [] } });
    await client.query(`SET neon.timeline_id = 'abc'`);
    const onNeon = await readSourceReading(client, input);
    await client.query('RESET neon.timeline_id');
    expect(onNeon.server).toEqual({ standby: false, history: 'timeline abc', flushedLsn: null });
  });

  it.each([
    ['a table', 'COPY public.orders TO STDOUT'],
    ['a query', 'COPY (SELECT "id", "note" FROM "public"."orders" WHERE ctid >= \'(0,0)\'::tid) TO STDOUT'],
  ])('sees a copy of %s under way', async (_what, copy) => {
    const copier = await session(roleUrl(), 'materialize');
    // Nobody reads the socket, so the copy stands still where the buffers are full.
    const stream = (copier as unknown as { connection: { stream: { pause(): void } } }).connection.stream;
    copier.query(copy).catch(() => undefined);
    setImmediate(() => stream.pause());
    const progress = await until(
      () => readCopyProgress(client, role),
      (found) => found.length > 0,
    );
    expect(progress).toEqual([expect.objectContaining({ schema: 'public', name: 'orders' })]);
    expect(progress[0]?.tuples).toBeGreaterThanOrEqual(0);
    await copier.end();
    await until(
      () => readCopyProgress(client, role),
      (found) => found.length === 0,
    );
  });

  it('drops the slot', async () => {
    await client.query(dropSlot(SLOT));
    expect(await readSlot(client, SLOT)).toMatchObject({ exists: false });
  });
});

describe('sessions', () => {
  it('holds ISRG Root X1', () => {
    expect(isrgRootX1Pem()).toContain('BEGIN CERTIFICATE');
  });

  it('says who refused a wrong password, in one sentence without the password', async () => {
    const refused = connectSource({ url: as('shop_owner', 'not-the-password'), tls: DISABLED }, OPTIONS);
    await expect(refused).rejects.toMatchObject({
      info: { type: 'AuthenticationFailed', retryable: false, code: '28P01' },
    });
    await expect(refused).rejects.not.toThrow(/not-the-password/);
  });

  it("never takes the worker's own PGPASSWORD for a URL without a password", async () => {
    process.env['PGPASSWORD'] = 'owner pass/word';
    try {
      const refused = connectSource({ url: ownerUrl.replace(/:[^:@]*@/, '@'), tls: DISABLED }, OPTIONS);
      await expect(refused).rejects.toMatchObject({ info: { type: 'AuthenticationFailed', retryable: false } });
    } finally {
      delete process.env['PGPASSWORD'];
    }
  });

  it('says what is missing: database, server, TLS', async () => {
    const base = ownerUrl;
    await expect(connectSource({ url: base.replace(/shop$/, 'nodb'), tls: DISABLED }, OPTIONS)).rejects.toMatchObject({
      info: { type: 'NotFound', code: '3D000' },
    });
    await expect(
      connectSource({ url: 'postgres://a:bbbb@127.0.0.1:1/x', tls: DISABLED }, OPTIONS),
    ).rejects.toMatchObject({ info: { type: 'Unreachable', code: 'ECONNREFUSED', retryable: true } });
    await expect(connectSource({ url: base, tls: { mode: 'verify-full', ca: null } }, OPTIONS)).rejects.toMatchObject({
      info: { type: 'CertificateRejected', retryable: false },
    });
  });

  it('ends a statement at its deadline, on the server, too', async () => {
    const one = await connectSource({ url: ownerUrl, tls: DISABLED }, OPTIONS);
    await expect(one.query('SELECT pg_sleep(30)', undefined, 100)).rejects.toMatchObject({
      info: { type: 'Timeout', retryable: true },
    });
    expect(await one.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await one.close();
    const left = await client.query(
      `SELECT pid FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'`,
    );
    expect(left).toEqual([]);
    await expect(one.query('SELECT 1')).rejects.toMatchObject({ info: { type: 'Unreachable' } });
  });

  it('answers several statements with the rows of the last', async () => {
    expect(await client.query(`SET lock_timeout = '5s'; SELECT 1 AS one; SELECT 2 AS two`)).toEqual([{ two: 2 }]);
  });

  it('is cut at once when its caller is cancelled', async () => {
    const controller = new AbortController();
    const one = await connectSource({ url: ownerUrl, tls: DISABLED }, { ...OPTIONS, signal: controller.signal });
    const asleep = one.query('SELECT pg_sleep(30)');
    controller.abort();
    await expect(asleep).rejects.toMatchObject({ info: { type: 'Timeout' } });
  });

  it('shows itself by name and turns missing rights into PermissionDenied', async () => {
    expect(await client.query('SHOW application_name')).toEqual([{ application_name: 'n2m' }]);
    await expect(client.query(`ALTER TABLE public.foreign_owned REPLICA IDENTITY FULL`)).rejects.toMatchObject({
      info: { type: 'PermissionDenied', code: '42501', message: 'must be owner of table foreign_owned' },
    });
    expect(quoteIdent('x')).toBe('"x"');
  });
});

describe('TLS', () => {
  let secure: PostgresServer;
  let url: string;
  beforeAll(async () => {
    secure = await startPostgres({ tls: true });
    const admin = await session(secure.superuserUrl, 'setup');
    await admin.query(`CREATE ROLE plain LOGIN PASSWORD 'plain-pass'`);
    url = `postgres://plain:plain-pass@127.0.0.1:${secure.port}/postgres`;
  });
  afterAll(async () => {
    await secure?.stop();
  });

  it('connects where the authority is the one given, and says it is encrypted', async () => {
    for (const mode of ['verify-full', 'verify-ca', 'require'] as const) {
      const one = await connectSource({ url, tls: { mode, ca: mode === 'require' ? null : secure.caPem } }, OPTIONS);
      expect(await one.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')).toEqual([{ ssl: true }]);
      await one.close();
    }
  });

  it('refuses another authority, also where the file names none', async () => {
    await expect(connectSource({ url, tls: { mode: 'verify-full', ca: null } }, OPTIONS)).rejects.toMatchObject({
      info: { type: 'CertificateRejected', retryable: false },
    });
    await expect(
      connectSource({ url, tls: { mode: 'verify-ca', ca: isrgRootX1Pem() } }, OPTIONS),
    ).rejects.toMatchObject({
      info: { type: 'CertificateRejected' },
    });
  });

  it('refuses a name the certificate does not carry, unless only the authority counts', async () => {
    // The resolver reads 127.1 as 127.0.0.1; the certificate names only the latter and localhost.
    const named = url.replace('127.0.0.1', '127.1');
    await expect(
      connectSource({ url: named, tls: { mode: 'verify-full', ca: secure.caPem } }, OPTIONS),
    ).rejects.toMatchObject({ info: { type: 'CertificateRejected', code: 'ERR_TLS_CERT_ALTNAME_INVALID' } });
    await (await connectSource({ url: named, tls: { mode: 'verify-ca', ca: secure.caPem } }, OPTIONS)).close();
  });
});
