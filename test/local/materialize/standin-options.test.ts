import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startMaterialize, type MaterializeOptions, type MaterializeServer } from '../../../local/materialize/standin';
import { createServerCertificate } from '../../../local/postgres/certificate';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import { createSource, preparePipeline, prepareUpstream, slots, TestClient, until } from './standin-support';

const { caPem, certificatePem, keyPem } = createServerCertificate();
const passwords = { materialize: 'main pass', mz_system: 'system pass', n2m_user: 'own pass' };

let dir: string;
let postgres: PostgresServer;
let upstream: TestClient;
let materialize: MaterializeServer;
let system: TestClient;
let user: TestClient;

const options = (): MaterializeOptions => ({
  dir,
  passwords,
  users: ['n2m_user'],
  rbac: true,
  tls: { cert: certificatePem, key: keyPem },
  version: 'v26.19.0',
  egressIps: ['203.0.113.7/32'],
  flags: { max_sources: 2 },
});

const bare = (name: string): string => materialize.urlFor(name).replace('?sslmode=require', '');
const verified = (name: string): Promise<TestClient> => TestClient.connect(bare(name), { ssl: { ca: caPem } });

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'n2m-materialize-'));
  // Run as root, the server works under another account, which must get through.
  await chmod(dir, 0o711);
  postgres = await startPostgres({ settings: { wal_level: 'logical' } });
  upstream = await prepareUpstream(postgres);
  materialize = await startMaterialize(options());
  system = await verified('mz_system');
  user = await verified('n2m_user');
}, 120_000);

afterAll(async () => {
  for (const client of [system, user, upstream]) await client?.end();
  await materialize?.stop();
  await postgres?.stop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

it('lets in over verified TLS with the right password only', async () => {
  expect(await user.value('SELECT current_user')).toBe('n2m_user');
  const wrong = bare('n2m_user').replace('own%20pass', 'wrong');
  await expect(TestClient.connect(wrong, { ssl: { ca: caPem } })).rejects.toMatchObject({
    code: '28P01',
    message: 'invalid password',
  });
});

it('says its version and where it connects from', async () => {
  expect(await user.value('SELECT mz_version_num()')).toBe(2_601_900);
  expect(await user.rows('SELECT * FROM mz_egress_ips')).toEqual([
    { egress_ip: '203.0.113.7', prefix_length: 32, cidr: '203.0.113.7/32' },
  ]);
});

it('refuses what a role has no privilege for, grant by grant', async () => {
  await system.query(`CREATE CLUSTER theirs (SIZE = '25cc')`);
  await system.query('CREATE SCHEMA theirs');
  expect(await user.refusal(`CREATE CLUSTER own (SIZE = '25cc')`)).toMatchObject({
    code: '42501',
    message: 'permission denied for SYSTEM',
    detail: `The 'n2m_user' role needs CREATECLUSTER privileges on SYSTEM`,
  });
  expect(await user.refusal('CREATE SCHEMA own')).toMatchObject({
    message: 'permission denied for DATABASE "materialize"',
  });
  expect(await user.refusal(`CREATE SECRET theirs.x AS 'x'`)).toMatchObject({
    detail: `The 'n2m_user' role needs CREATE privileges on SCHEMA "materialize.theirs"`,
  });
  expect(await user.refusal('DROP CLUSTER theirs')).toMatchObject({
    code: '42501',
    message: 'must be owner of CLUSTER theirs',
  });
  expect(await user.refusal('ALTER SYSTEM SET max_sources = 1000')).toMatchObject({ code: '42501' });

  await system.query('GRANT CREATECLUSTER ON SYSTEM TO n2m_user');
  await system.query('GRANT CREATE ON DATABASE materialize TO n2m_user');
  await preparePipeline(user, postgres, 'own');
  const elsewhere = createSource('own').replace('IN CLUSTER own', 'IN CLUSTER theirs');
  expect(await user.refusal(elsewhere)).toMatchObject({ message: 'permission denied for CLUSTER "theirs"' });
  await user.query(createSource('own'));
  await user.query('SET cluster = theirs');
  expect(await user.refusal('SELECT count(*) FROM own.orders')).toMatchObject({
    code: '42501',
    detail: `The 'n2m_user' role needs USAGE privileges on CLUSTER "theirs"`,
  });
  await user.query('SET cluster = own');
  expect(await user.value('SELECT count(*) FROM own.orders')).toBe('5000');
});

it('counts what is made against the limits', async () => {
  const three = ['a', 'b', 'c'].map((name) => `public."Mixed Case" AS own.${name}`);
  for (const table of three.slice(0, 1)) await user.query(`ALTER SOURCE own.src ADD SUBSOURCE ${table}`);
  expect(await user.refusal(`ALTER SOURCE own.src ADD SUBSOURCE ${three[1]}`)).toMatchObject({
    code: '53000',
    message: 'creating source would violate max_sources limit (desired: 3, limit: 2, current: 2)',
  });
});

it('keeps definitions, rows and slots in its folder', async () => {
  const slotsBefore = (await slots(upstream)).map((slot) => slot.slot_name);
  const replica = 'SELECT id FROM mz_cluster_replicas ORDER BY id';
  const replicas = await system.rows(replica);
  await materialize.stop();
  await upstream.query(`INSERT INTO orders VALUES (60001, 1, 'while it was away')`);
  materialize = await startMaterialize(options());
  user = await verified('n2m_user');
  await user.query('SET cluster = own');
  await until('what was missed arrives', async () => (await user.value('SELECT count(*) FROM own.orders')) === '5001');
  expect(await user.rows(replica)).toEqual(replicas);
  expect((await slots(upstream)).map((slot) => slot.slot_name)).toEqual(slotsBefore);
  await user.query('DROP SOURCE own.src CASCADE');
  await until('the slot is gone', async () => (await slots(upstream)).length === 0);
});
