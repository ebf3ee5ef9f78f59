import { Client } from 'pg';
import { startMaterialize } from '../../../local/materialize/standin';
import { HOSTILE_DEFAULTS, hostileDefaults } from '../../setup/hostile';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import { createPublication } from '../../../src/core/objects/publication/statements';
import { commentOn } from '../../../src/core/sql/upstream';
import { sessionSettings } from '../../../src/core/sql/session';
import { connectMaterialize } from '../../../src/systems/materialize';
import { connectSource, readPublication } from '../../../src/systems/postgres';
import { withClient, type SqlClient } from '../../../src/systems/sql-client';
import { SqlPools } from '../../../src/systems/sql-pool';
import { until } from '../../../local/stack/until';

const OPTIONS = { connectTimeoutMs: 20_000, deadlineMs: 20_000 };
const TLS = { mode: 'disable', ca: null } as const;

/** What a session of ours has, whatever role and database say. Not among them: what is left to whoever set it. */
const OURS: Record<string, string> = {
  search_path: 'pg_catalog, pg_temp',
  standard_conforming_strings: 'on',
  client_encoding: 'UTF8',
  DateStyle: 'ISO, MDY',
  TimeZone: 'UTC',
  IntervalStyle: 'postgres',
  extra_float_digits: '3',
  bytea_output: 'hex',
  quote_all_identifiers: 'off',
  row_security: 'on',
  password_encryption: 'scram-sha-256',
  synchronous_commit: 'on',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  idle_in_transaction_session_timeout: '20s',
  statement_timeout: '20s',
};

/** What the session said that said this: lines of others come late, between its own. */
function sessionWith(said: string[], statement: string): (string | undefined)[] {
  const own = said.flatMap((line) => {
    const [, pid, sql] = /^n2m\|(\d+)\|.*?(?:statement|execute[^:]*): (.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid, sql }];
  });
  const pid = own.find(({ sql }) => sql === statement)?.pid;
  return own.filter((one) => one.pid === pid).map(({ sql }) => sql);
}

describe.each([14, 18] as const)('sessions on PostgreSQL %i whose role and database have other defaults', (version) => {
  let server: PostgresServer;
  let url: string;
  const pools = new SqlPools({ connections: 1 });
  const said: string[] = [];

  beforeAll(async () => {
    const settings = { wal_level: 'logical', log_statement: 'all', log_line_prefix: '%a|%p|' };
    server = await startPostgres({ version, settings, log: (line) => void said.push(line) });
    const admin = new Client({ connectionString: server.superuserUrl });
    await admin.connect();
    await admin.query(`CREATE ROLE shop LOGIN PASSWORD 'x'; GRANT CREATE ON DATABASE postgres TO shop`);
    await admin.query(
      'CREATE SCHEMA hostile AUTHORIZATION shop; CREATE TABLE hostile."T" (id int); ALTER TABLE hostile."T" OWNER TO shop',
    );
    for (const whose of ['ROLE shop', 'DATABASE postgres', 'ROLE shop IN DATABASE postgres']) {
      for (const statement of hostileDefaults(whose)) await admin.query(statement);
    }
    await admin.end();
    url = `postgres://shop:x@127.0.0.1:${server.port}/postgres`;
  }, 120_000);
  afterAll(async () => {
    await pools.close();
    await server?.stop();
  });

  const use = <T>(work: (client: SqlClient) => Promise<T>, pool?: SqlPools): Promise<T> =>
    withClient(connectSource({ url, tls: TLS }, { ...OPTIONS, pool }), work);
  const settings = async (client: SqlClient): Promise<Record<string, string>> => {
    const list = Object.keys(OURS).map((name) => `pg_catalog.current_setting('${name}') AS "${name}"`);
    return (await client.query<Record<string, string>>(`SELECT ${list.join(', ')}`))[0] ?? {};
  };

  it('have what statements lean on, alone and pooled', async () => {
    expect(HOSTILE_DEFAULTS.map(([name]) => name)).toEqual(expect.arrayContaining(Object.keys(OURS)));
    expect(await use(settings)).toEqual(OURS);
    expect(await use(settings, pools)).toEqual(OURS);
  });

  it('say so before anything else, once for each connection', async () => {
    const fresh = new SqlPools({ connections: 1 });
    for (const time of [1, 2]) await use((client) => client.query(`SELECT ${time}`), fresh);
    await fresh.close();
    await use((client) => client.query('SELECT 3'));
    const [first] = sessionSettings('source', OPTIONS.deadlineMs);
    await until(() => Promise.resolve(said.some((line) => line.endsWith('SELECT 3')) || undefined), {
      what: 'the last statement in the log',
      timeout: 30_000,
    });
    expect(sessionWith(said, 'SELECT 1')).toEqual([first, 'SELECT 1', 'SELECT 2']);
    expect(sessionWith(said, 'SELECT 3')).toEqual([first, 'SELECT 3']);
  });

  it('ask before they send what may change something, and send nothing where the answer is no', async () => {
    const asked: string[] = [];
    let answer = (): Promise<void> => Promise.resolve();
    const beforeChange = () => {
      asked.push('asked');
      return answer();
    };
    await withClient(connectSource({ url, tls: TLS }, { ...OPTIONS, beforeChange }), async (client) => {
      await client.query('SELECT 1');
      expect(asked).toEqual([]);
      await client.query('CREATE TABLE hostile.sent (id int)');
      expect(asked).toEqual(['asked']);
      answer = () => Promise.reject(new Error('given up'));
      await expect(client.query('CREATE TABLE hostile.kept (id int)')).rejects.toThrow('given up');
      const made = `SELECT relname FROM pg_class WHERE relname IN ('sent', 'kept')`;
      expect(await client.query(made)).toEqual([{ relname: 'sent' }]);
    });
  });

  it('write a comment as it is, backslash and all', async () => {
    const comment = String.raw`it's\'; \x41 é`;
    const table = { schema: 'hostile', name: 'T' };
    const found = await use(async (client) => {
      await client.query(createPublication('p', [table]));
      await client.query(commentOn('PUBLICATION', 'p', comment));
      return readPublication(client, 'p');
    });
    expect(found).toMatchObject({ comment, tables: [table] });
  });
});

describe('sessions of Materialize', () => {
  it('have what statements lean on; one that cannot be told is not used', async () => {
    const materialize = await startMaterialize();
    try {
      const shown = await withClient(connectMaterialize(materialize.url, OPTIONS), async (client) => {
        const names = ['search_path', 'TimeZone', 'DateStyle', 'transaction_isolation', 'auto_route_catalog_queries'];
        const values = await Promise.all(names.map((name) => client.query<Record<string, string>>(`SHOW ${name}`)));
        await expect(client.query(`SET bytea_output = 'hex'`)).rejects.toMatchObject({ info: { code: '42704' } });
        await expect(client.query(`SET standard_conforming_strings = off`)).rejects.toMatchObject({
          info: { code: '22023', message: 'parameter "standard_conforming_strings" can only be set to "on"' },
        });
        return Object.fromEntries(values.flatMap(([row]) => Object.entries(row ?? {})));
      });
      expect(shown).toEqual({
        search_path: 'mz_catalog, pg_catalog',
        timezone: 'UTC',
        datestyle: 'ISO, MDY',
        transaction_isolation: 'strict serializable',
        auto_route_catalog_queries: 'on',
      });
      // It knows few of what Postgres is told: as if a server refused to be told.
      const session = connectSource({ url: materialize.url, tls: TLS }, OPTIONS);
      await expect(session).rejects.toMatchObject({ info: { system: 'source', code: '42704' } });
    } finally {
      await materialize.stop();
    }
  }, 120_000);
});
