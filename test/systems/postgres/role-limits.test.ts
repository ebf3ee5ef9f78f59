import { startUpstream, type Upstream } from './upstream';

jest.setTimeout(120_000);

let up: Upstream;
beforeAll(async () => {
  up = await startUpstream(18, { idle_replication_slot_timeout: '90min', statement_timeout: '20s' });
  await up.sudo(`CREATE ROLE materialize LOGIN REPLICATION`, 'CREATE TABLE t (id int PRIMARY KEY)');
});
afterAll(() => up.stop());

/** What the role's sessions begin with, as a plan reads it in a session of another login. */
async function limits(): Promise<Record<string, [ms: number, inDatabase: boolean]>> {
  const { role } = await up.facts(['public.t']);
  return Object.fromEntries(role!.limits.map(({ setting, ms, inDatabase }) => [setting, [ms, inDatabase]]));
}

/** What it really is there, asked of a session of that role. */
async function shown(): Promise<string> {
  await up.sudo(`ALTER ROLE materialize PASSWORD 'x'`);
  const one = await up.session('superuser');
  const { rows } = await one.query<{ port: string }>(`SELECT current_setting('port') AS port`);
  const role = await up.login(`postgres://materialize:x@127.0.0.1:${rows[0]?.port}/shop`);
  return (await role.query<{ statement_timeout: string }>('SHOW statement_timeout')).rows[0]!.statement_timeout;
}

test('the role’s settings win as they do when Postgres begins a session, whoever reads them', async () => {
  const order: [string, number, boolean, string][] = [
    ['ALTER ROLE ALL SET statement_timeout = 11000', 11_000, false, '11s'],
    [`ALTER DATABASE shop SET statement_timeout = '2min'`, 120_000, false, '2min'],
    [`ALTER ROLE materialize SET statement_timeout = '1.5 h'`, 5_400_000, false, '90min'],
    [`ALTER ROLE materialize IN DATABASE shop SET statement_timeout = '3d'`, 259_200_000, true, '3d'],
  ];
  // Our own login's settings are no matter of the role's.
  await up.sudo(`ALTER ROLE owner SET transaction_timeout = '1h'`);
  expect(await limits()).toEqual({ statement_timeout: [20_000, false] });
  expect(await shown()).toBe('20s');
  for (const [text, ms, inDatabase, text18] of order) {
    await up.sudo(text);
    expect(await limits()).toEqual({ statement_timeout: [ms, inDatabase] });
    expect(await shown()).toBe(text18);
  }
  await up.sudo('ALTER ROLE materialize IN DATABASE shop SET statement_timeout = 0');
  expect(await limits()).toEqual({});
  expect(await shown()).toBe('0');
});

test('a server’s value that our own login hides is not made up', async () => {
  await up.sudo(
    'ALTER ROLE ALL RESET statement_timeout',
    'ALTER DATABASE shop RESET statement_timeout',
    'ALTER ROLE materialize RESET statement_timeout',
    'ALTER ROLE materialize IN DATABASE shop RESET statement_timeout',
    'ALTER ROLE owner SET statement_timeout = 5000',
  );
  expect(await limits()).toEqual({});
});

test('how long slots may be idle, in milliseconds', async () => {
  expect((await up.facts(['public.t'])).idleSlotTimeoutMs).toBe(5_400_000);
});

test('a version that has neither says so', async () => {
  const old = await startUpstream(16);
  try {
    await old.sudo('CREATE ROLE materialize LOGIN REPLICATION', 'CREATE TABLE t (id int PRIMARY KEY)');
    const facts = await old.facts(['public.t']);
    expect(facts.idleSlotTimeoutMs).toBeNull();
    expect(facts.role?.limits).toEqual([]);
  } finally {
    await old.stop();
  }
});
