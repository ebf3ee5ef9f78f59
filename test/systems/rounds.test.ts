import { startMaterialize, type MaterializeServer } from '../../local/materialize/standin';
import { startPostgres, type PostgresServer } from '../../local/postgres/server';
import * as sql from '../../src/core/sql/materialize';
import { connectMaterialize, readTargetFacts } from '../../src/systems/materialize';
import { connectSource, readSourceFacts } from '../../src/systems/postgres';
import type { SqlClient } from '../../src/systems/sql-client';
import * as f from '../core/plan/fixtures';

const OPTIONS = { connectTimeoutMs: 20_000, deadlineMs: 30_000 };

let upstream: PostgresServer;
let server: MaterializeServer;

beforeAll(async () => {
  [upstream, server] = await Promise.all([
    startPostgres({ settings: { wal_level: 'logical' } }),
    startMaterialize({ users: ['n2m_user'], rbac: true }),
  ]);
}, 120_000);
afterAll(async () => {
  await server?.stop();
  await upstream?.stop('immediate');
});

interface Counted extends SqlClient {
  /** How often answers were waited for, one wait after the other: what a slow server costs. */
  rounds: number;
  questions: number;
}

/** Holds questions back until nothing else asks, then lets them go together: as a server that takes its time. */
function counted(client: SqlClient): Counted {
  let waiting: (() => Promise<unknown>)[] = [];
  let going = false;
  const self: Counted = {
    system: client.system,
    notices: client.notices,
    rounds: 0,
    questions: 0,
    query: (text, params, deadline) =>
      new Promise((resolve, reject) => {
        self.questions += 1;
        waiting.push(() => client.query<never>(text, params, deadline).then(resolve, reject));
        void go();
      }),
    close: () => client.close(),
  };
  async function go(): Promise<void> {
    if (going) return;
    going = true;
    while (waiting.length > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      const together = waiting;
      waiting = [];
      self.rounds += 1;
      await Promise.all(together.map((send) => send()));
      await new Promise((resolve) => setImmediate(resolve));
    }
    going = false;
  }
  return self;
}

/** With connecting and preparing the session, ten of them at 300 ms are the three seconds a plan may take. */
const MOST_ROUNDS = 4;

it('counts questions one after the other apart, and those at once together', async () => {
  const client = counted(await connectMaterialize(server.url, OPTIONS));
  await client.query('SELECT 1');
  await client.query('SELECT 2');
  expect(client).toMatchObject({ rounds: 2, questions: 2 });
  await Promise.all([client.query('SELECT 3'), client.query('SELECT 4'), client.query('SELECT 5')]);
  expect(client).toMatchObject({ rounds: 3, questions: 5 });
  await client.close();
});

it('a plan asks Materialize in few rounds, whether anything is there or not', async () => {
  const client = counted(await connectMaterialize(server.url, OPTIONS));
  const empty = await readTargetFacts(client, f.spec);
  expect(empty).toMatchObject({ databaseExists: true, cluster: null, resizesInBackground: true });
  expect(client.rounds).toBeLessThanOrEqual(MOST_ROUNDS);
  expect(client.questions).toBeGreaterThan(4 * MOST_ROUNDS);
  await client.close();

  const plain = await connectMaterialize(server.url, OPTIONS);
  await plain.query(sql.createCluster('ingest_shop', '50cc'));
  await plain.query(sql.createSchema('materialize', 'shop'));
  await plain.close();
  const again = counted(await connectMaterialize(server.url, OPTIONS));
  expect(await readTargetFacts(again, f.spec)).toMatchObject({ cluster: { size: '50cc', reconfiguration: null } });
  expect(again.rounds).toBeLessThanOrEqual(MOST_ROUNDS);
  await again.close();
});

it('and the server upstream', async () => {
  const url = upstream.superuserUrl;
  const plain = await connectSource({ url, tls: { mode: 'disable', ca: null } }, OPTIONS);
  await plain.query('CREATE TABLE public.orders (id int PRIMARY KEY)');
  const client = counted(plain);
  const facts = await readSourceFacts(client, {
    pipeline: 'shop',
    source: f.neonSource,
    reachable: { host: 'localhost', port: upstream.port },
    neon: null,
  });
  expect(facts.tables.map(({ name }) => name)).toEqual(['orders']);
  expect(client.rounds).toBeLessThanOrEqual(MOST_ROUNDS);
  expect(client.questions).toBeGreaterThan(2 * MOST_ROUNDS);
  await client.close();
});
