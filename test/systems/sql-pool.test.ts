import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Client } from 'pg';
import { startMaterialize, type MaterializeServer } from '../../local/materialize/standin';
import { startPostgres, type PostgresServer } from '../../local/postgres/server';
import type { TlsSpec } from '../../src/core/spec/types';
import { connectMaterialize, readTargetReading } from '../../src/systems/materialize';
import { connectSource, readSourceReading } from '../../src/systems/postgres';
import { withClient, type SqlClient } from '../../src/systems/sql-client';
import { SqlPools, type PoolLimits } from '../../src/systems/sql-pool';

const SECRET = 'first-password';

let server: PostgresServer;
let materialize: MaterializeServer;
let admin: Client;
const pools: SqlPools[] = [];

beforeAll(async () => {
  [server, materialize] = await Promise.all([startPostgres({ tls: true }), startMaterialize()]);
  admin = new Client({ connectionString: server.superuserUrl });
  admin.on('error', () => undefined);
  await admin.connect();
  await admin.query(`CREATE ROLE watcher LOGIN PASSWORD '${SECRET}'`);
}, 120_000);
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  await until(async () => (await sessions()).length === 0, 'every session to be gone');
});
afterAll(async () => {
  await admin?.end();
  await Promise.all([server?.stop(), materialize?.stop()]);
});

function newPool(limits: Partial<PoolLimits> = {}): SqlPools {
  const pool = new SqlPools(limits);
  pools.push(pool);
  return pool;
}

interface Where {
  host?: string;
  port?: number;
  password?: string;
  mode?: TlsSpec['mode'];
  signal?: AbortSignal;
}

/** Uses a pooled session upstream as a check does. */
function use<T>(pool: SqlPools, work: (client: SqlClient) => Promise<T>, where: Where = {}): Promise<T> {
  const { host = '127.0.0.1', port = server.port, password = SECRET, mode = 'verify-full', signal } = where;
  const address = {
    url: `postgres://watcher:${password}@${host}:${port}/postgres`,
    tls: mode === 'disable' ? { mode, ca: null } : { mode, ca: server.caPem },
  };
  return withClient(connectSource(address, { connectTimeoutMs: 20_000, deadlineMs: 20_000, pool, signal }), work);
}

const ask = async (client: SqlClient, sql = 'SELECT pg_backend_pid() AS pid'): Promise<number | undefined> =>
  (await client.query<{ pid: number }>(sql))[0]?.pid;

const sessions = async (): Promise<number[]> =>
  (await admin.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE usename = 'watcher'`)).rows.map(
    ({ pid }) => pid,
  );

async function until(met: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = Date.now() + 20_000; !(await met());) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Takes connections and never says a word; or hands them on, counted. */
async function gate(onward?: number): Promise<{ port: number; connections: () => number; close: () => Promise<void> }> {
  const taken: Socket[] = [];
  let count = 0;
  const { connect } = await import('node:net');
  const listener: Server = createServer((socket) => {
    count += 1;
    taken.push(socket.on('error', () => undefined));
    if (onward === undefined) return;
    const out = connect(onward, '127.0.0.1').on('error', () => socket.destroy());
    socket
      .on('close', () => out.destroy())
      .pipe(out)
      .pipe(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    connections: () => count,
    close: async () => {
      for (const socket of taken) socket.destroy();
      await new Promise((resolve) => listener.close(resolve));
    },
  };
}

describe('connections of the checks', () => {
  it('are made once for two readings, on either side', async () => {
    const pool = newPool();
    const toPostgres = await gate(server.port);
    const toMaterialize = await gate(materialize.port);
    const slot = { slot: 'materialize_none', publication: 'none', role: 'watcher', tables: [] };
    const url = materialize.url.replace(`:${materialize.port}`, `:${toMaterialize.port}`);
    const source = { database: 'materialize', schema: 'public', name: 'none' };
    const options = { connectTimeoutMs: 20_000, deadlineMs: 20_000, pool };
    for (let reading = 0; reading < 2; reading += 1) {
      const [upstream, target] = await Promise.all([
        use(pool, (client) => readSourceReading(client, slot), { port: toPostgres.port }),
        withClient(connectMaterialize(url, options), (client) =>
          readTargetReading(client, { source, cluster: 'quickstart', stalledSince: null, reads: null }),
        ),
      ]);
      expect(upstream).toMatchObject({ slot: { exists: false }, publication: { exists: false } });
      expect(target).toMatchObject({ source: { exists: false }, cluster: { exists: true } });
    }
    expect({ upstream: toPostgres.connections(), target: toMaterialize.connections() }).toEqual({
      upstream: 1,
      target: 1,
    });
    await toPostgres.close();
    await toMaterialize.close();
  });

  it('are no more than the bound, however many ask at once', async () => {
    const pool = newPool({ connections: 3 });
    const pids = await Promise.all(
      Array.from({ length: 15 }, () =>
        use(pool, (client) => ask(client, 'SELECT pg_backend_pid() AS pid, pg_sleep(0.02)')),
      ),
    );
    expect(new Set(pids).size).toBe(3);
    expect((await sessions()).sort()).toEqual([...new Set(pids)].sort());
  });

  it('are replaced when their backend was killed', async () => {
    const pool = newPool();
    const pid = await use(pool, (client) => ask(client));
    await admin.query('SELECT pg_terminate_backend($1)', [pid]);
    await until(async () => (await sessions()).length === 0, 'the backend to be gone');
    // The goodbye of the server may still be on its way: one check may meet it, none after that.
    const next = await use(pool, (client) => ask(client)).catch(() => use(pool, (client) => ask(client)));
    expect(next).not.toBe(pid);
    expect(await sessions()).toEqual([next]);
  });

  it('are replaced when their caller was cut off in the middle of a statement', async () => {
    const pool = newPool();
    const caller = new AbortController();
    let pid: number | undefined;
    const asleep = use(
      pool,
      async (client) => {
        pid = await ask(client);
        await Promise.all([client.query('SELECT pg_sleep(60)'), Promise.resolve().then(() => caller.abort())]);
      },
      { signal: caller.signal },
    );
    await expect(asleep).rejects.toMatchObject({ info: { type: 'Timeout' } });
    expect(await use(pool, (client) => ask(client))).not.toBe(pid);
    await admin.query('SELECT pg_terminate_backend($1)', [pid]);
  });

  it('keep the deadline of each statement, which the server ends, and go on after it', async () => {
    const pool = newPool();
    const pid = await use(pool, async (client) => {
      await expect(client.query('SELECT pg_sleep(60)', undefined, 100)).rejects.toMatchObject({
        info: { type: 'Timeout', retryable: true },
      });
      return ask(client);
    });
    expect(await use(pool, (client) => ask(client))).toBe(pid);
    expect(await use(pool, (client) => client.query('SHOW statement_timeout'))).toEqual([{ statement_timeout: '20s' }]);
  });

  it('are closed when nobody needed them for a while', async () => {
    const pool = newPool({ idleMs: 50 });
    await use(pool, (client) => ask(client));
    await until(async () => (await sessions()).length === 0, 'the idle connection to be closed');
    expect(await use(pool, (client) => ask(client))).toBeGreaterThan(0);
  });

  it('serve nobody with another password or a stricter look at the certificate', async () => {
    const pool = newPool();
    // The resolver reads 127.1 as 127.0.0.1, which alone is in the certificate.
    const named = { host: '127.1', mode: 'verify-ca' } as const;
    await use(pool, (client) => ask(client), named);
    await expect(use(pool, (client) => ask(client), { ...named, mode: 'verify-full' })).rejects.toMatchObject({
      info: { type: 'CertificateRejected' },
    });
    const wrong = 'second-password';
    const refused = use(pool, (client) => ask(client), { ...named, password: wrong });
    await expect(refused).rejects.toMatchObject({ info: { type: 'AuthenticationFailed' } });
    await expect(refused).rejects.not.toThrow(new RegExp(`${wrong}|${SECRET}`));
    await admin.query(`ALTER ROLE watcher PASSWORD '${wrong}'`);
    try {
      expect(await use(pool, (client) => ask(client), { ...named, password: wrong })).toBeGreaterThan(0);
    } finally {
      await admin.query(`ALTER ROLE watcher PASSWORD '${SECRET}'`);
    }
  });

  it('to a server that never answers hold up nobody else, nor more than so many callers', async () => {
    const pool = newPool({ connections: 2, waiting: 3 });
    const dumb = await gate();
    const caller = new AbortController();
    const where = { port: dumb.port, signal: caller.signal };
    let answers = 0;
    const hung = Array.from({ length: 5 }, () =>
      use(pool, (client) => ask(client), where).finally(() => (answers += 1)),
    );
    for (const one of hung) one.catch(() => undefined);
    await until(() => Promise.resolve(dumb.connections() === 2), 'both connections');
    await expect(use(pool, (client) => ask(client), where)).rejects.toMatchObject({
      info: { type: 'ServerBusy', retryable: true, message: expect.stringContaining('3 looks wait') as string },
    });
    expect(await use(pool, (client) => ask(client))).toBeGreaterThan(0);
    expect(answers).toBe(0);
    caller.abort();
    for (const one of hung) await expect(one).rejects.toMatchObject({ info: { type: 'Timeout' } });
    expect(dumb.connections()).toBe(2);
    // Nor does it hold up the end of the worker: the connection attempts have 20 s of patience.
    const began = performance.now();
    await pool.close();
    expect(performance.now() - began).toBeLessThan(15_000);
    await dumb.close();
  });
});
