import { existsSync, watch } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { POSTGRES_VERSIONS } from '../../../local/postgres/binaries';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';

async function ask(url: string, sql: string, ssl?: { ca: string }): Promise<unknown[]> {
  const client = new Client({ connectionString: url, ssl });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.flatMap((row) => Object.values(row));
  } finally {
    await client.end();
  }
}

describe('a Postgres of our own', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startPostgres({ tls: true, settings: { wal_level: 'replica' } });
  });
  afterAll(() => server.stop());

  it('takes settings at a restart, on the same port, and drops the sessions', async () => {
    const port = server.port;
    const session = new Client({ connectionString: server.superuserUrl });
    const dropped = new Promise<Error>((resolve) => session.on('error', resolve));
    await session.connect();
    expect(await ask(server.superuserUrl, 'SHOW wal_level')).toEqual(['replica']);
    await server.restart({ wal_level: 'logical' });
    await dropped;
    expect(server.port).toBe(port);
    expect(await ask(server.superuserUrl, 'SHOW wal_level')).toEqual(['logical']);
  });

  it('proves itself by TLS to whoever trusts its authority, and lets no other role in without', async () => {
    await ask(server.superuserUrl, `CREATE ROLE guest LOGIN PASSWORD 'guest'`);
    const url = `postgres://guest:guest@127.0.0.1:${server.port}/postgres`;
    const ssl = 'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()';
    expect(await ask(url, ssl, { ca: server.caPem ?? '' })).toEqual([true]);
    await expect(ask(url, ssl)).rejects.toMatchObject({ code: '28000' });
    const other = await startPostgres({ tls: true });
    await expect(ask(url, ssl, { ca: other.caPem ?? '' })).rejects.toThrow(/certificate/);
    await other.stop();
  });

  it('keeps what was committed over a crash', async () => {
    await ask(server.superuserUrl, 'CREATE TABLE kept AS SELECT 42 AS n');
    await server.kill();
    expect(server.isRunning()).toBe(false);
    await server.start();
    expect(await ask(server.superuserUrl, 'SELECT n FROM kept')).toEqual([42]);
  });
});

it('takes up a folder it was given, and says so when the folder is not its own', async () => {
  const dir = await mkdtemp(join(os.tmpdir(), 'n2m-given-'));
  const first = await startPostgres({ dir });
  await ask(first.superuserUrl, 'CREATE TABLE kept AS SELECT 42 AS n');
  await first.stop();
  const second = await startPostgres({ dir });
  expect(await ask(second.superuserUrl, 'SELECT n FROM kept')).toEqual([42]);
  await second.stop();
  await rm(join(dir, 'superuser-password'));
  await expect(startPostgres({ dir })).rejects.toThrow('name an empty folder');
  await rm(dir, { recursive: true });
});

/** As on a machine where nothing was ever started. */
async function onFreshMachine(work: (folder: string) => Promise<void>): Promise<void> {
  const own = await mkdtemp(join(os.tmpdir(), 'n2m-own-'));
  await chmod(own, 0o777);
  // Not by TMPDIR: a test's process.env is a copy, which os does not read.
  const temporary = jest.spyOn(os, 'tmpdir').mockReturnValue(own);
  try {
    await work(own);
  } finally {
    temporary.mockRestore();
    await rm(own, { recursive: true });
  }
}

it('names what is wrong when the server does not start, and removes its folder', () =>
  onFreshMachine(async (folder) => {
    await expect(startPostgres({ settings: { no_such_setting: 'x' } })).rejects.toThrow('no_such_setting');
    const left = (await readdir(folder)).filter((name) => !name.startsWith('n2m-postgres-template-'));
    expect(left).toEqual([]);
  }));

it('makes one template for all that start at once on a fresh machine', () =>
  onFreshMachine(async (folder) => {
    const made = new Set<string | null>();
    const watcher = watch(folder, (_, name) => made.add(name));
    try {
      const servers = await Promise.all([startPostgres(), startPostgres(), startPostgres()]);
      await Promise.all(servers.map((server) => server.stop()));
    } finally {
      watcher.close();
    }
    expect([...made].filter((name) => name?.startsWith('n2m-postgres-initdb-'))).toHaveLength(1);
    expect((await readdir(folder)).filter((name) => name.endsWith('.lock'))).toEqual([]);
  }));

it('leaves nothing behind, also when several start at once', async () => {
  const servers = await Promise.all([startPostgres(), startPostgres(), startPostgres()]);
  expect(new Set(servers.map((server) => server.port)).size).toBe(3);
  await Promise.all(servers.map((server) => server.stop()));
  for (const server of servers) {
    expect(existsSync(dirname(server.dataDir))).toBe(false);
    await expect(ask(server.superuserUrl, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(server.start()).rejects.toThrow('start a new one');
  }
});

it.each(POSTGRES_VERSIONS)('runs Postgres %d, too', async (version) => {
  const server = await startPostgres({ version });
  try {
    const [found] = await ask(server.superuserUrl, `SELECT current_setting('server_version_num')::int / 10000`);
    expect(found).toBe(version);
  } finally {
    await server.stop();
  }
});

it.each([14, 15] as const)(
  'copies Postgres %d while it runs, whose backups begin and end in their own way',
  async (version) => {
    const server = await startPostgres({ version });
    const servers = [server];
    try {
      await ask(server.superuserUrl, 'CREATE TABLE kept AS SELECT 7 AS n');
      const copy = await startPostgres({ version, copyOf: server });
      servers.push(copy);
      await ask(server.superuserUrl, 'DROP TABLE kept');
      expect(await ask(copy.superuserUrl, 'SELECT n FROM kept')).toEqual([7]);
    } finally {
      await Promise.all(servers.map((each) => each.stop()));
    }
  },
);
