import { Client, Pool } from 'pg';
import { type Catalog, installCatalog } from '../../../local/materialize/catalog';
import type { MzError } from '../../../local/materialize/contract';
import { mapStoreError } from '../../../local/materialize/errors';
import { translateShow } from '../../../local/materialize/show';
import { createSessionSettings, type SessionSettings } from '../../../local/materialize/show/settings';
import { type PostgresServer, startPostgres } from '../../../local/postgres/server';

const settingsOf = (role: string, system: Record<string, string> = {}): SessionSettings =>
  createSessionSettings({ role, database: 'materialize', system: () => system });

function failure(act: () => unknown): Pick<MzError, 'code' | 'message'> {
  try {
    act();
  } catch (error) {
    const { code, message } = error as MzError;
    return { code, message };
  }
  throw new Error('it did not fail');
}

describe('settings', () => {
  test('SET LOCAL ends with its transaction, SET too when that is rolled back', () => {
    const settings = settingsOf('materialize');
    settings.set('cluster', ['a']);
    settings.endTransaction(true);
    settings.set('cluster', ['b']);
    settings.set('cluster', ['c'], true);
    expect(settings.show('cluster')).toBe('c');
    settings.endTransaction(false);
    expect(settings.show('CLUSTER')).toBe('a');
    settings.reset('cluster');
    expect(settings.show('cluster')).toBe('quickstart');
  });

  test.each([
    ['5000', '5 s'],
    ['90s', '90 s'],
    ['2min', '2 min'],
    ['0', '0'],
    ['1500 ms', '1500 ms'],
  ])('statement_timeout %s is shown as %s', (given, shown) => {
    const settings = settingsOf('materialize');
    settings.set('statement_timeout', [given]);
    expect(settings.show('statement_timeout')).toBe(shown);
  });

  test('what only the system may see or change', () => {
    const settings = settingsOf('materialize', { enable_create_table_from_source: 'true', max_tables: '5' });
    expect(failure(() => settings.show('enable_create_table_from_source'))).toEqual({
      code: '42704',
      message: 'unrecognized configuration parameter "enable_create_table_from_source"',
    });
    expect(settings.show('max_tables')).toBe('5');
    expect(failure(() => settings.set('max_tables', ['6'])).code).toBe('55P02');
    expect(failure(() => settings.set('statement_timeout', ['soon'])).code).toBe('22023');
    expect(
      settingsOf('mz_system', { enable_create_table_from_source: 'true' }).show('enable_create_table_from_source'),
    ).toBe('on');
    expect(settings.parameterStatus().get('server_version')).toBe('9.5.0');
  });
});

describe('errors of the store', () => {
  test('keep no code, hint or position of the store', () => {
    const error = { severity: 'ERROR', hint: 'of the store', position: '15' };
    expect(mapStoreError({ ...error, code: '42P01', message: 'relation "x.y" does not exist' })).toMatchObject({
      code: 'XX000',
      message: "unknown catalog item 'x.y'",
      hint: undefined,
    });
    expect(mapStoreError({ ...error, code: '22012', message: 'division by zero' })).toEqual({
      severity: 'ERROR',
      code: 'XX000',
      message: 'division by zero',
      detail: undefined,
    });
    expect(mapStoreError({ severity: 'ERROR', code: '57014', message: 'canceling statement' }).code).toBe('57014');
  });
});

describe('SHOW', () => {
  let server: PostgresServer;
  let pool: Pool;
  let catalog: Catalog;

  beforeAll(async () => {
    server = await startPostgres({});
    const admin = new Client({ connectionString: server.superuserUrl });
    await admin.connect();
    await admin.query('CREATE DATABASE materialize');
    await admin.end();
    const url = new URL(server.superuserUrl);
    url.pathname = '/materialize';
    pool = new Pool({
      connectionString: url.toString(),
      max: 4,
      options: '-c search_path=public,mz_catalog,pg_catalog',
    });
    pool.on('error', () => undefined);
    catalog = await installCatalog(pool, { version: 'v26.9.0', egressIps: ['203.0.113.7/32'] });
  });

  afterAll(async () => {
    await server?.stop();
    await pool?.end();
  });

  const ask = async (sql: string, settings = settingsOf('materialize')) => {
    const session = { database: 'materialize', searchPath: ['public'], role: 'materialize' };
    const translated = await translateShow(sql, { catalog, session, settings });
    return { rows: (await pool.query<object>(translated.sql)).rows, notices: translated.notices };
  };

  test('opened again, it answers with the version and sizes asked for now, and knows what was made before', async () => {
    const size = { processes: 1, workers: 1, cpuNanoCores: '1', memoryBytes: '1', diskBytes: '1', creditsPerHour: '1' };
    const owner = (await catalog.resolveRole('materialize')).id;
    await catalog.addCluster({ name: 'kept', size: '25cc', replicationFactor: 1, ownerId: owner });
    const again = await installCatalog(pool, { version: 'v26.24.0', sizes: [{ size: 'M.1-nano', ...size }] });
    expect((await pool.query('SELECT mz_version_num() AS n')).rows).toEqual([{ n: 2602400 }]);
    expect((await pool.query('SELECT size FROM mz_cluster_replica_sizes')).rows).toEqual([{ size: 'M.1-nano' }]);
    expect((await again.resolveCluster('kept')).size).toBe('25cc');
    catalog = await installCatalog(pool, { version: 'v26.9.0', egressIps: ['203.0.113.7/32'] });
    expect((await pool.query('SELECT * FROM mz_egress_ips')).rows).toEqual([
      { egress_ip: '203.0.113.7', prefix_length: 32, cidr: '203.0.113.7/32' },
    ]);
  });

  test('narrows by LIKE and WHERE', async () => {
    expect((await ask(`SHOW CLUSTERS LIKE 'quick%'`)).rows).toEqual([
      { name: 'quickstart', replicas: 'r1 (25cc)', comment: '' },
    ]);
    expect((await ask(`SHOW CLUSTER REPLICAS WHERE cluster = 'quickstart' AND ready`)).rows).toHaveLength(1);
    expect((await ask(`SHOW SCHEMAS LIKE 'publ%'`)).rows).toEqual([{ name: 'public', comment: '' }]);
  });

  test('says when the active cluster does not exist', async () => {
    const settings = settingsOf('materialize');
    settings.set('cluster', ['nope']);
    const { rows, notices } = await ask('SHOW cluster', settings);
    expect(rows).toEqual([{ cluster: 'nope' }]);
    expect(notices).toMatchObject([{ code: 'MZ007', message: 'cluster "nope" does not exist' }]);
  });

  test('refuses what is not there, and what it cannot answer', async () => {
    await expect(ask('SHOW SOURCES FROM nowhere')).rejects.toMatchObject({
      code: 'XX000',
      message: `unknown schema 'nowhere'`,
    });
    await expect(ask('SHOW SOURCES IN CLUSTER nope')).rejects.toMatchObject({ message: `unknown cluster 'nope'` });
    await expect(ask('SHOW CREATE SOURCE nope')).rejects.toMatchObject({ message: `unknown catalog item 'nope'` });
    await expect(ask('SHOW NETWORK POLICIES')).rejects.toMatchObject({ code: '0A000' });
  });

  test('describes views by the store, with types of our own', async () => {
    const owner = (await catalog.resolveRole('materialize')).id;
    const session = { database: 'materialize', searchPath: ['public'], role: 'materialize' };
    await catalog.addView({
      name: await catalog.resolveNewName(['v'], session),
      ownerId: owner,
      query: 'SELECT 1::uint8 AS n, now() AS at',
      session,
    });
    expect((await ask('SHOW COLUMNS FROM v')).rows).toEqual([
      { name: 'n', nullable: true, type: 'uint8', comment: '' },
      { name: 'at', nullable: true, type: 'timestamp with time zone', comment: '' },
    ]);
    expect(
      (await pool.query('SELECT sum(x), max(x), x + x AS twice FROM (VALUES (2::uint8)) v(x) GROUP BY x')).rows,
    ).toEqual([{ sum: '2', max: '2', twice: '4' }]);
  });
});
