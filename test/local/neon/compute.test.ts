import type { Client } from 'pg';
import { startNeon, type Neon } from '../../../local/neon/neon';
import { SAMPLE_TABLES } from '../../../local/postgres/sample';
import { startTraffic } from '../../../local/postgres/traffic';
import { asSuperuser, connect, until } from './client';

let neon: Neon;
let owner: Client;
const first = async (sql: string): Promise<unknown> =>
  Object.values((await owner.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0];

beforeAll(async () => {
  neon = await startNeon({ sampleOrders: 2_000, operationMs: 30 });
  owner = await connect(neon, neon.owner, new URL(neon.ownerUrl()).password);
});
afterAll(async () => {
  await owner.end();
  await neon.stop();
});

it.each([
  ['wal_level', 'replica'],
  ['max_replication_slots', '10'],
  ['max_wal_senders', '10'],
  ['wal_sender_timeout', '10s'],
  ['idle_in_transaction_session_timeout', '5min'],
  ['ssl', 'on'],
])('sets %s to %s', async (name, value) => expect(await first(`SHOW ${name}`)).toBe(value));

it('has one physical slot of its own', async () => {
  const { rows } = await owner.query('SELECT slot_name, slot_type, restart_lsn FROM pg_replication_slots');
  expect(rows).toEqual([{ slot_name: 'wal_proposer_slot', slot_type: 'physical', restart_lsn: null }]);
});

it('has an owner who may much, but is no superuser', async () => {
  const { rows } = await owner.query(
    `SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls
     FROM pg_roles WHERE rolname IN ('neondb_owner', 'neon_superuser', 'cloud_admin') ORDER BY 1`,
  );
  const all = { rolinherit: true, rolcreaterole: true, rolcreatedb: true, rolreplication: true, rolbypassrls: true };
  expect(rows).toEqual([
    { rolname: 'cloud_admin', rolsuper: true, ...all },
    { rolname: 'neon_superuser', rolsuper: false, ...all },
    { rolname: 'neondb_owner', rolsuper: false, ...all },
  ]);
  for (const group of ['neon_superuser', 'pg_read_all_data', 'pg_write_all_data', 'pg_monitor', 'pg_signal_backend']) {
    expect(await first(`SELECT pg_has_role('neondb_owner', '${group}', 'usage')`)).toBe(true);
  }
  expect(await first(`SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'shop'`)).toBe('neondb_owner');
  await expect(owner.query('ALTER SYSTEM SET work_mem = 1000')).rejects.toMatchObject({ code: '42501' });
});

it('hands out default privileges as Neon does: to tables of the service, not to those of others', async () => {
  await asSuperuser(neon, 'SET ROLE cloud_admin; CREATE TABLE public.of_the_service (); RESET ROLE');
  const granted = (table: string): Promise<unknown> =>
    first(`SELECT EXISTS (SELECT FROM pg_class, aclexplode(relacl) g WHERE relname = '${table}'
             AND g.grantee = 'neon_superuser'::regrole AND g.privilege_type = 'SELECT' AND g.is_grantable)`);
  expect(await granted('of_the_service')).toBe(true);
  expect(await granted('orders')).toBe(false);
  await asSuperuser(neon, 'DROP TABLE public.of_the_service');
});

it('has a shop with every kind of table that needs care', async () => {
  for (const table of SAMPLE_TABLES) {
    expect(await first(`SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = '${table}'`)).toBe(
      'neondb_owner',
    );
  }
  expect(await first('SELECT count(*)::int FROM orders')).toBe(2_000);
  const keys = `SELECT count(*)::int FROM pg_constraint WHERE contype = 'p' AND conrelid =`;
  expect(await first(`${keys} 'events'::regclass`)).toBe(0);
  expect(await first(`${keys} '"Order Items"'::regclass`)).toBe(1);
  expect(await first(`SELECT pg_typeof(state)::text FROM products LIMIT 1`)).toBe('product_state');
  expect(await first(`SELECT reltuples::int FROM pg_class WHERE relname = 'orders'`)).toBe(2_000);
});

it('is changed by traffic in every table and every way, over a restart of the compute', async () => {
  const touched = (): Promise<unknown> =>
    asSuperuser(neon, `SELECT bool_and(n_tup_ins > 0 AND n_tup_upd > 0 AND n_tup_del > 0) FROM pg_stat_user_tables`);
  await asSuperuser(neon, 'SELECT pg_stat_reset()');
  const { host, port, caPem } = neon.postgres;
  const password = new URL(neon.ownerUrl()).password;
  const connection = { host, port, user: neon.owner, password, database: neon.database, ssl: { ca: caPem ?? '' } };
  const traffic = startTraffic(connection, { perSecond: 500 });
  try {
    await until(async () => (await touched()) === true);
    expect(traffic.counts()).toMatchObject({ failures: 0, lastFailure: null });
    await neon.postgres.restart();
    const { changes } = traffic.counts();
    await until(() => traffic.counts().changes > changes + 20);
  } finally {
    await traffic.stop();
  }
});
