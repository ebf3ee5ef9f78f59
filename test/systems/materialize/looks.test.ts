import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import { createServerCertificate } from '../../../local/postgres/certificate';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import { base64Utf8 } from '../../../src/core/base64';
import { writeMark } from '../../../src/core/plan/ownership';
import { leftClusters, orphanName } from '../../../src/core/objects/cluster/orphans';
import {
  alterClusterReplicationFactor,
  alterClusterSize,
  commentOnCluster,
  createCluster,
} from '../../../src/core/objects/cluster/statements';
import {
  type ConnectionOptions,
  alterConnection,
  createConnection,
  validateConnection,
} from '../../../src/core/objects/connection/statements';
import { grantSelect } from '../../../src/core/objects/grants/statements';
import { createPublication } from '../../../src/core/objects/publication/statements';
import { replicaIdentityFull } from '../../../src/core/objects/replica-identity/statements';
import { createRole } from '../../../src/core/objects/role/statements';
import { commentOnSchema, createSchema } from '../../../src/core/objects/schema/statements';
import { alterSecret, createSecret } from '../../../src/core/objects/secret/statements';
import {
  type SourceDefinition,
  type TableMapping,
  addSubsource,
  createSource,
  createSourceBare,
  createTableFromSource,
  dropSource,
} from '../../../src/core/objects/source/statements';
import { dropSubsource, dropTable } from '../../../src/core/objects/tables/statements';
import { type ItemName, commentOn } from '../../../src/core/sql/items';
import type { PipelineSpec } from '../../../src/core/spec/types';
import {
  connectMaterialize,
  readCluster,
  readConnection,
  readEgressCidrs,
  readMissingPrivileges,
  readReplicas,
  readSchema,
  readSecret,
  readSetting,
  readSizes,
  readSource,
  readSourceProgress,
  readStalledSince,
  readOrphans,
  readTargetFacts,
  readTargetReading,
  unverified,
} from '../../../src/systems/materialize';
import type { SqlClient } from '../../../src/systems/sql-client';

const OPTIONS = { connectTimeoutMs: 10_000, deadlineMs: 20_000 };
const PASSWORD = `pa'ss\\word`;

let upstream: PostgresServer;
let server: MaterializeServer;
let client: SqlClient;
let owner: Client;

const item = (name: string): ItemName => ({ database: 'materialize', schema: 'Shop', name });
const CONNECTION = item('shop_postgres');
const SECRET = item('shop_password');
const SOURCE = item('shop_source');
const mapping = (name: string, target = name): TableMapping => ({
  upstream: { schema: 'public', name },
  target: item(target),
});

const connection = (): ConnectionOptions => ({
  host: '127.0.0.1',
  port: upstream.port,
  user: 'replicator',
  database: 'postgres',
  passwordSecret: SECRET,
  sslMode: 'verify-full',
  certificateAuthority: upstream.caPem,
});

const definition = (tables: TableMapping[]): SourceDefinition => ({
  name: SOURCE,
  cluster: 'ingest shop',
  connection: CONNECTION,
  publication: 'n2m_shop',
  tables,
  textColumns: [{ schema: 'public', table: 'moody', column: 'm' }],
  excludeColumns: [{ schema: 'public', table: 'moody', column: 'secret' }],
  progress: 'shop_source_progress',
});

async function until<T>(look: () => Promise<T>, good: (value: T) => boolean): Promise<T> {
  for (const end = Date.now() + 30_000; ;) {
    const value = await look();
    if (good(value)) return value;
    if (Date.now() > end) throw new Error(`did not come about: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

beforeAll(async () => {
  upstream = await startPostgres({ tls: true, settings: { wal_level: 'logical' } });
  server = await startMaterialize({
    statisticsInterval: 200,
    schemaValidationInterval: 200,
    restartDelay: 100,
    speed: 1000,
    egressIps: ['203.0.113.0/24', '192.0.2.1/32'],
    users: ['n2m_user'],
  });
  owner = new Client({ connectionString: upstream.superuserUrl });
  owner.on('error', () => undefined);
  await owner.connect();
  const published = ['orders', 'Mixed "Case', 'moody', 'later'].map((name) => ({ schema: 'public', name }));
  for (const sql of [
    `CREATE TYPE mood AS ENUM ('good', 'bad')`,
    'CREATE TABLE orders (id bigint PRIMARY KEY, note text)',
    `INSERT INTO orders SELECT i, 'x' FROM generate_series(1, 100) i`,
    'CREATE TABLE "Mixed ""Case" (id int PRIMARY KEY)',
    'CREATE TABLE moody (id int PRIMARY KEY, m mood, secret text)',
    'CREATE TABLE later (id int PRIMARY KEY, m mood)',
    ...published.map(replicaIdentityFull),
    createRole('replicator', PASSWORD),
    grantSelect(published, 'replicator'),
    createPublication('n2m_shop', published),
  ])
    await owner.query(sql);
  client = await connectMaterialize(server.url, OPTIONS);
});

afterAll(async () => {
  await client?.close();
  await server?.stop();
  await owner?.end();
  await upstream?.stop();
});

describe('before anything is made', () => {
  it('says what is absent', async () => {
    expect(await readSchema(client, 'materialize', 'Shop')).toEqual({
      databaseExists: true,
      exists: false,
      comment: null,
    });
    expect((await readSchema(client, 'nodb', 'Shop')).databaseExists).toBe(false);
    expect(await readCluster(client, 'ingest shop', SOURCE)).toBeNull();
    expect(await readSecret(client, SECRET)).toBeNull();
    expect(await readConnection(client, CONNECTION)).toBeNull();
    expect(await readSource(client, SOURCE)).toBeNull();
    expect(await readSourceProgress(client, SOURCE)).toBeNull();
    expect(await readStalledSince(client, SOURCE, null)).toEqual([]);
  });

  it('reads settings, sizes and addresses', async () => {
    expect(await readSetting(client, 'max_sources')).toBe('200');
    expect(await readSetting(client, 'no_such_setting')).toBeNull();
    const { sizes, power } = await readSizes(client);
    expect(sizes.slice(0, 3)).toEqual(['25cc', '50cc', '100cc']);
    expect(power['25cc']).toEqual({ cores: 0.5, memoryBytes: 4069523456, credits: 0.25 });
    expect(await readEgressCidrs(client)).toEqual(['192.0.2.1/32', '203.0.113.0/24']);
  });
});

describe('objects', () => {
  it('a cluster with size, comment and replicas, and who else lives on it', async () => {
    await client.query(createCluster('ingest shop', '100cc'));
    await client.query(commentOnCluster('ingest shop', '{"managedBy":"n2m"}'));
    const cluster = await until(
      () => readCluster(client, 'ingest shop', SOURCE),
      (found) => found?.replicas[0]?.status === 'online',
    );
    expect(cluster).toMatchObject({
      comment: '{"managedBy":"n2m"}',
      managed: true,
      size: '100cc',
      replicationFactor: 1,
      replicas: [{ name: 'r1', size: '100cc', status: 'online' }],
      pending: 0,
      otherObjects: [],
    });
  });

  it('a schema and a secret, whose text shows nowhere', async () => {
    await client.query(createSchema('materialize', 'Shop'));
    await client.query(commentOnSchema('materialize', 'Shop', 'ours'));
    expect(await readSchema(client, 'materialize', 'Shop')).toEqual({
      databaseExists: true,
      exists: true,
      comment: 'ours',
    });
    await client.query(createSecret(SECRET, base64Utf8('wrong')));
    await client.query(alterSecret(SECRET, base64Utf8(PASSWORD)));
    await client.query(commentOn('SECRET', SECRET, "it's ours"));
    expect(await readSecret(client, SECRET)).toMatchObject({ comment: "it's ours" });
  });

  it('a verified connection, read back as it was asked for', async () => {
    await client.query(createConnection(CONNECTION, connection()));
    expect(await readConnection(client, CONNECTION)).toMatchObject({
      comment: null,
      host: '127.0.0.1',
      port: upstream.port,
      user: 'replicator',
      database: 'postgres',
      sslMode: 'verify-full',
      passwordSecret: 'materialize.Shop.shop_password',
      certificateAuthority: upstream.caPem,
    });
    await client.query(validateConnection(CONNECTION));
  });

  it('a connection changed to other options, and back', async () => {
    await client.query(
      alterConnection(CONNECTION, { ...connection(), sslMode: 'require', certificateAuthority: null }),
    );
    expect(await readConnection(client, CONNECTION)).toMatchObject({ sslMode: 'require', certificateAuthority: null });
    await client.query(alterConnection(CONNECTION, connection()));
    expect(await readConnection(client, CONNECTION)).toMatchObject({
      sslMode: 'verify-full',
      certificateAuthority: upstream.caPem,
    });
  });

  it('upstream refusals by their kind', async () => {
    const refused = (change: Partial<ConnectionOptions>) =>
      client.query(createConnection(item('other'), { ...connection(), ...change }));
    await expect(refused({ user: 'nobody' })).rejects.toMatchObject({
      info: { type: 'AuthenticationFailed', retryable: false },
    });
    await expect(refused({ port: 1 })).rejects.toMatchObject({ info: { type: 'Unreachable' } });
    await expect(refused({ database: 'nodb' })).rejects.toMatchObject({ info: { type: 'NotFound' } });
    await expect(refused({ certificateAuthority: null, sslMode: 'verify-ca' })).rejects.toMatchObject({
      info: { type: 'CertificateRejected' },
    });
    await expect(client.query(createConnection(CONNECTION, connection()))).rejects.toMatchObject({
      info: { type: 'Conflict', retryable: true },
    });
    await expect(client.query(createCluster('x', 'medium'))).rejects.toMatchObject({
      info: { type: 'UnknownSize' },
    });
    await expect(
      client.query(createSource({ ...definition([mapping('moody')]), textColumns: [] })),
    ).rejects.toMatchObject({
      info: { type: 'UnsupportedType' },
    });
    await expect(client.query(createSource(definition([mapping('absent')])))).rejects.toMatchObject({
      info: { type: 'PreconditionFailed' },
    });
  });
});

describe('a source with subsources', () => {
  it('is read back with its tables', async () => {
    await client.query(
      createSource(definition([mapping('orders'), mapping('Mixed "Case'), mapping('moody', 'moods')])),
    );
    await client.query(commentOn('SOURCE', SOURCE, 'ours'));
    await client.query('CREATE VIEW "Shop".looks AS SELECT count(*) FROM "Shop".orders');
    const source = await readSource(client, SOURCE);
    expect(source).toMatchObject({
      comment: 'ours',
      cluster: 'ingest shop',
      publication: 'n2m_shop',
      slot: expect.stringMatching(/^materialize_[0-9a-f]{32}$/) as string,
      syntax: 'subsources',
      textColumns: ['public.moody.m'],
      excludeColumns: ['public.moody.secret'],
    });
    expect(source?.connectionId).toBe((await readConnection(client, CONNECTION))?.id);
    expect(source?.children.map(({ kind, schema, name, upstream: from }) => [kind, schema, name, from.name])).toEqual([
      ['subsource', 'Shop', 'Mixed "Case', 'Mixed "Case'],
      ['subsource', 'Shop', 'moods', 'moody'],
      ['subsource', 'Shop', 'orders', 'orders'],
    ]);
    expect(source?.children[2]?.dependents).toMatchObject([{ name: 'materialize.Shop.looks', type: 'view' }]);
    expect(source?.dependents).toEqual(source?.children[2]?.dependents);
    expect((await readCluster(client, 'ingest shop', SOURCE))?.otherObjects).toEqual([]);
  });

  it('shows the commit by the frontier, and statistics of live replicas', async () => {
    const progress = await until(
      () => readSourceProgress(client, SOURCE),
      (found) =>
        found?.children.every((child) => child.statisticsCommitted === true && (child.writeFrontierMs ?? 0) > 0) ??
        false,
    );
    expect(progress?.slot).toMatch(/^materialize_/);
    expect(progress?.source.status).toBe('running');
    for (const child of progress?.children ?? []) expect(child.writeFrontierMs).toBeGreaterThan(1_600_000_000_000);
    expect(progress?.children.find((child) => child.name === 'orders')).toMatchObject({
      recordsKnown: '100',
      recordsStaged: '100',
    });
    expect(progress?.offsetCommitted).toMatch(/^\d+$/);
    expect((await readSource(client, SOURCE))?.children.map((child) => child.committed)).toEqual([true, true, true]);
  });

  it('gets one more table, and loses it', async () => {
    await client.query(
      addSubsource({ ...definition([]), textColumns: [{ schema: 'public', table: 'later', column: 'm' }] }, [
        mapping('later'),
      ]),
    );
    expect((await readSource(client, SOURCE))?.textColumns).toEqual(['public.later.m', 'public.moody.m']);
    await client.query(dropSubsource(item('later')));
    expect((await readSource(client, SOURCE))?.children).toHaveLength(3);
    await expect(client.query(dropSubsource(item('orders')))).rejects.toMatchObject({
      info: { type: 'Conflict', retryable: false },
    });
  });

  it('gives the reading of a check', async () => {
    const input = { source: SOURCE, cluster: 'ingest shop', stalledSince: null, reads: null };
    const reading = await until(
      () => readTargetReading(client, input),
      (found) => found.tables.every((table) => table.committed === true),
    );
    expect(reading).toMatchObject({
      source: { exists: true, status: 'running', error: null },
      cluster: {
        exists: true,
        name: 'ingest shop',
        size: '100cc',
        replicationFactor: 1,
        replicas: [{ status: 'online' }],
      },
    });
    expect(reading.tables).toHaveLength(3);
    for (const table of reading.tables) expect(table.freshnessMs).toBeGreaterThanOrEqual(0);
    const all = await readTargetReading(client, input);
    expect(all.tables.map(({ read }) => read)).toEqual([{ ok: true }, { ok: true }, { ok: true }]);
    expect(all.readTo).toBe(
      all.tables
        .map(({ id }) => id)
        .sort()
        .at(-1),
    );
    for (const [name, value] of Object.entries({ cluster: 'quickstart', transaction_isolation: 'strict serializable' }))
      expect(await client.query(`SHOW ${name}`)).toEqual([{ [name]: value }]);
    const gone = await readTargetReading(client, { ...input, source: item('gone'), cluster: 'gone' });
    expect(gone).toMatchObject({
      source: { exists: false, id: null },
      tables: [],
      cluster: { exists: false, replicas: [] },
    });
  });

  it('follows a resize and a cluster without replicas', async () => {
    await client.query(alterClusterSize('ingest shop', '50cc'));
    const replicas = await until(
      () => readReplicas(client, 'ingest shop'),
      (found) => found.length === 1 && found[0]?.size === '50cc' && found[0].status === 'online',
    );
    expect(replicas).toMatchObject([{ size: '50cc' }]);
    await client.query(alterClusterReplicationFactor('ingest shop', 0));
    expect(await readReplicas(client, 'ingest shop')).toEqual([]);
    expect((await readSourceProgress(client, SOURCE))?.children[0]?.statisticsCommitted).toBeNull();
    expect((await readCluster(client, 'ingest shop', SOURCE))?.replicationFactor).toBe(0);
    await client.query(alterClusterReplicationFactor('ingest shop', 1));
  });

  it("tells a dead table's error and when it stalled, the others living on", async () => {
    const before = new Date(Date.now() - 1_000).toISOString();
    await until(
      () => readSourceProgress(client, SOURCE),
      (found) => found?.source.status === 'running',
    );
    await owner.query('TRUNCATE "Mixed ""Case"');
    const reading = await until(
      () => readTargetReading(client, { source: SOURCE, cluster: 'ingest shop', stalledSince: before, reads: null }),
      (found) => found.tables.some((table) => table.status === 'stalled') && found.source.stalledSince.length > 0,
    );
    expect(reading.tables.find((table) => table.table === 'Mixed "Case')?.error).toContain('truncated');
    expect(reading.tables.find((table) => table.table === 'Mixed "Case')?.read).toMatchObject({
      ok: false,
      error: expect.stringContaining('table was truncated') as string,
    });
    expect(reading.source.stalledSince[0]?.error).toMatch(/^Mixed "Case: /);
    const events = await readStalledSince(client, SOURCE, before);
    expect(await readStalledSince(client, SOURCE, events.at(-1)?.at ?? '')).toEqual([]);
  });
});

describe('a source with source tables', () => {
  beforeAll(async () => {
    await client.query(dropSource(SOURCE));
    const admin = await connectMaterialize(server.urlFor('mz_system'), OPTIONS);
    await admin.query('ALTER SYSTEM SET enable_create_table_from_source = true');
    await admin.query('ALTER SYSTEM SET force_source_table_syntax = true');
    await admin.close();
    await client.close();
    client = await connectMaterialize(server.url, OPTIONS);
  });

  it('is read back in the same words', async () => {
    await expect(client.query(createSource(definition([mapping('orders')])))).rejects.toMatchObject({
      info: { type: 'UnsupportedServer' },
    });
    await client.query(createSourceBare(definition([])));
    await client.query(createTableFromSource(definition([]), mapping('orders')));
    await client.query(createTableFromSource(definition([]), mapping('moody', 'moods')));
    const source = await readSource(client, SOURCE);
    expect(source).toMatchObject({
      syntax: 'tables',
      textColumns: ['public.moody.m'],
      excludeColumns: ['public.moody.secret'],
      children: [
        { kind: 'table', name: 'moods', upstream: { schema: 'public', name: 'moody' } },
        { kind: 'table', name: 'orders', upstream: { schema: 'public', name: 'orders' } },
      ],
    });
    const progress = await until(
      () => readSourceProgress(client, SOURCE),
      (found) => found?.children.every((child) => (child.writeFrontierMs ?? 0) > 0) ?? false,
    );
    expect(progress?.children).toHaveLength(2);
  });

  it('gathers the facts of a plan', async () => {
    const spec = {
      name: 'shop',
      materialize: {
        database: 'materialize',
        schema: 'Shop',
        cluster: { name: 'ingest shop', snapshotSize: '100cc', steadySize: '50cc' },
        names: { secret: SECRET.name, connection: CONNECTION.name, source: SOURCE.name },
      },
    } as PipelineSpec;
    const facts = await readTargetFacts(client, spec);
    expect(facts).toMatchObject({
      forcesSourceTables: true,
      user: 'materialize',
      missingPrivileges: [],
      databaseExists: true,
      schema: { exists: true },
      cluster: { size: '50cc' },
      secret: { comment: "it's ours" },
      connection: { host: '127.0.0.1' },
      source: { syntax: 'tables' },
      limits: { maxSources: 200, maxTables: 200, usedTables: 2, maxPerSchema: 1000, maxClusters: 25 },
    });
    expect(facts.versionNum).toBeGreaterThanOrEqual(2_600_000);
    expect(facts.schemaItems.map((one) => one.name)).toEqual(expect.arrayContaining(['orders', 'moods', SOURCE.name]));
    await client.query(dropTable(item('moods')));
    expect((await readSource(client, SOURCE))?.children).toHaveLength(1);
  });

  it('knows by their marks what an earlier version of the file named', async () => {
    const spec = {
      name: 'strayed',
      materialize: {
        ...{ database: 'materialize', schema: 'Shop', cluster: { name: 'new' } },
        names: { secret: 'new', connection: 'new', source: 'new' },
      },
    } as PipelineSpec;
    const marked = writeMark(spec.name);
    await client.query(createCluster('before', '25cc'));
    await client.query(createCluster('new', '25cc'));
    await client.query(createSchema('materialize', 'before'));
    await client.query(createSecret(item('before'), 'eA=='));
    await client.query(`CREATE VIEW "Shop".v AS SELECT 1 AS one`);
    await client.query(`CREATE INDEX strayed IN CLUSTER before ON "Shop".v (one)`);
    for (const cluster of ['before', 'new']) await client.query(commentOnCluster(cluster, marked));
    await client.query(commentOnSchema('materialize', 'before', marked));
    await client.query(commentOn('SECRET', item('before'), marked));
    const orphans = await readOrphans(client, spec);
    expect(orphans.map(orphanName)).toEqual([
      'cluster before',
      'schema materialize.before',
      'secret materialize.Shop.before',
    ]);
    expect(orphans[0]?.otherObjects.map(({ name }) => name)).toEqual(['strayed']);
    await client.query('DROP INDEX "Shop".strayed');
    expect(leftClusters(await readOrphans(client, spec)).map(orphanName)).toEqual(['cluster before']);
  });
});

describe('privileges', () => {
  it('names what is missing where access control is on, and nothing where it is off', async () => {
    const user = await connectMaterialize(server.urlFor('n2m_user'), OPTIONS);
    const wanted = { database: 'materialize', schema: null, cluster: null };
    expect(await readMissingPrivileges(user, wanted)).toEqual([]);
    const admin = await connectMaterialize(server.urlFor('mz_system'), OPTIONS);
    await admin.query(createCluster('theirs', '25cc'));
    await admin.query('ALTER SYSTEM SET enable_rbac_checks = true');
    const strict = await connectMaterialize(server.urlFor('n2m_user'), OPTIONS);
    expect(await readMissingPrivileges(strict, wanted)).toEqual(
      expect.arrayContaining(['CREATECLUSTER on SYSTEM', 'CREATE on DATABASE "materialize"']),
    );
    expect(await readMissingPrivileges(strict, { database: 'materialize', schema: 'Shop', cluster: 'theirs' })).toEqual(
      expect.arrayContaining(['CREATE on CLUSTER "theirs"', 'CREATE on SCHEMA "materialize"."Shop"']),
    );
    await admin.query('GRANT CREATECLUSTER ON SYSTEM TO n2m_user');
    await admin.query('GRANT CREATE ON DATABASE materialize TO n2m_user');
    expect(await readMissingPrivileges(strict, wanted)).not.toEqual(
      expect.arrayContaining(['CREATECLUSTER on SYSTEM']),
    );
    await expect(strict.query(alterClusterSize('theirs', '25cc'))).rejects.toMatchObject({
      info: { type: 'PermissionDenied', code: '42501' },
    });
    await admin.query('ALTER SYSTEM SET enable_rbac_checks = false');
    await Promise.all([user.close(), strict.close(), admin.close()]);
  });
});

describe('sessions', () => {
  it('an answer that does not come is a Timeout, and the statement took effect all the same', async () => {
    server.faults.add({ action: 'delay', match: 'CREATE SECRET', delayMs: 3_000 });
    const impatient = await connectMaterialize(server.url, OPTIONS);
    await expect(
      impatient.query(createSecret(item('slow'), base64Utf8('hidden-value')), undefined, 300),
    ).rejects.toMatchObject({
      info: { type: 'Timeout', retryable: true, message: expect.not.stringContaining('hidden') as string },
    });
    await until(
      () => readSecret(client, item('slow')),
      (found) => found !== null,
    );
    await impatient.close();
  });

  it('is refused where TLS is asked for and there is none', async () => {
    await expect(connectMaterialize(`${server.url}?sslmode=require`, OPTIONS)).rejects.toMatchObject({
      info: { type: 'CertificateRejected' },
    });
  });

  it('is refused without TLS where nobody asked for none and the address is not the loopback', async () => {
    // Leads to this machine, and is no address of it.
    const elsewhere = new URL(server.url);
    elsewhere.hostname = '0.0.0.0';
    elsewhere.search = '';
    await expect(connectMaterialize(elsewhere.href, OPTIONS)).rejects.toMatchObject({
      info: { type: 'CertificateRejected' },
    });
    elsewhere.search = '?sslmode=disable';
    await (await connectMaterialize(elsewhere.href, OPTIONS)).close();
  });

  it.each([
    ['mz.example', '', null],
    ['mz.example', '?sslmode=require', null],
    ['mz.example', '?sslmode=no-verify', { host: 'mz.example', encrypted: true }],
    ['mz.example', '?sslmode=disable', { host: 'mz.example', encrypted: false }],
    ['127.0.0.1', '', null],
    ['localhost', '?sslmode=disable', null],
  ])('is known to be unverified, or not: at %s%s', (host, query, told) => {
    expect(unverified(`postgres://n2m@${host}:6875/materialize${query}`)).toEqual(told);
  });

  it('verifies where the URL asks for TLS, against its own authority or that of the URL', async () => {
    const certificate = createServerCertificate();
    const folder = await mkdtemp(join(tmpdir(), 'n2m-tls-'));
    const file = join(folder, 'ca.pem');
    await writeFile(file, certificate.caPem);
    const secure = await startMaterialize({ tls: { cert: certificate.certificatePem, key: certificate.keyPem } });
    try {
      expect(secure.url).toContain('sslmode=require');
      await expect(connectMaterialize(secure.url, OPTIONS)).rejects.toMatchObject({
        info: { type: 'CertificateRejected', system: 'materialize', retryable: false },
      });
      const trusted = await connectMaterialize(`${secure.url}&sslrootcert=${encodeURIComponent(file)}`, OPTIONS);
      expect(await trusted.query('SELECT current_user AS me')).toEqual([{ me: 'materialize' }]);
      await trusted.close();
      await (await connectMaterialize(secure.url.replace('require', 'no-verify'), OPTIONS)).close();
      await expect(connectMaterialize(`${secure.url}&sslrootcert=absent.pem`, OPTIONS)).rejects.toThrow(
        'cannot be read',
      );
    } finally {
      await secure.stop();
      await rm(folder, { recursive: true });
    }
  });
});
