import { MockActivityEnvironment } from '@temporalio/testing';
import { startMaterialize, type MaterializeServer } from '../../local/materialize/standin';
import { type Resized, resizeTo } from '../../src/activities/cluster/resize';
import { connectMaterialize, readCluster } from '../../src/systems/materialize';
import type { SqlClient } from '../../src/systems/sql-client';
import { until } from '../e2e/support/until';
import { spec as plain, withMaterialize } from '../core/plan/fixtures';

const OPTIONS = { connectTimeoutMs: 20_000, deadlineMs: 30_000 };

let newer: MaterializeServer;
let older: MaterializeServer;
let client: SqlClient;
let system: SqlClient;
let count = 0;

beforeAll(async () => {
  [newer, older] = await Promise.all([startMaterialize({ resizeDelay: 100 }), startMaterialize({ version: '26.9' })]);
  client = await connectMaterialize(newer.url, OPTIONS);
  system = await connectMaterialize(newer.urlFor('mz_system'), OPTIONS);
}, 120_000);
afterAll(async () => {
  await Promise.all([client?.close(), system?.close()]);
  await Promise.all([newer?.stop(), older?.stop()]);
});
beforeEach(() => newer.endResizes('finalized'));

/** A cluster of its own at 200cc, and a file that names it. */
async function made(on = client) {
  const name = `c${++count}`;
  await on.query(`CREATE CLUSTER ${name} (SIZE = '200cc')`);
  const spec = withMaterialize({ cluster: { ...plain.materialize.cluster, name } });
  const look = async () => {
    const cluster = await readCluster(on, name, { database: 'materialize', schema: 'shop', name: 'shop_source' });
    return { size: cluster?.size, replicas: cluster?.replicas.map(({ size }) => size) };
  };
  const resize = (size: string, how: { pause?: boolean; wake?: boolean } = {}): Promise<Resized> =>
    new MockActivityEnvironment().run(() => resizeTo(on, spec, size, how));
  return { name, look, resize };
}

const underWay = (name: string, size: string) =>
  until(async () => {
    const rows = await client.query(
      `SELECT f.status FROM mz_internal.mz_cluster_reconfigurations f JOIN mz_catalog.mz_clusters c ON c.id = f.cluster_id
       WHERE c.name = '${name}' AND f.status = 'in-progress' AND f.target->>'size' = '${size}'`,
    );
    return rows.length === 1 || undefined;
  });

const AT = (size: string) => ({ size, replicas: [size] });

it('follows a resize in the background to its end', async () => {
  const { look, resize } = await made();
  expect(await resize('50cc')).toEqual({ kind: 'sized' });
  expect(await look()).toEqual(AT('50cc'));
  expect(await resize('50cc')).toEqual({ kind: 'sized' });
});

it('and one of a release that knows none', async () => {
  const old = await connectMaterialize(older.url, OPTIONS);
  const { look, resize } = await made(old);
  expect(await resize('50cc')).toEqual({ kind: 'sized' });
  expect(await look()).toEqual(AT('50cc'));
  await old.close();
});

it.each([
  ['timed-out', 'ended', /was not ready until \d{4}-.*stays at 200cc/, /n2m apply FILE tries again/],
  [
    'resource-exhausted',
    'refused',
    /found no room.*stays at 200cc/,
    /max_credit_consumption_rate raised.*REPLICATION FACTOR = 0/,
  ],
] as const)('%s: says so with the way on, and leaves the size', async (ending, kind, sentence, next) => {
  await newer.endResizes(ending);
  const { look, resize } = await made();
  const result = await resize('50cc');
  expect(result).toMatchObject({
    kind,
    sentence: expect.stringMatching(sentence) as string,
    next: expect.stringMatching(next) as string,
  });
  expect(await look()).toEqual(AT('200cc'));
  // What an earlier one came to says nothing of the next.
  await newer.endResizes('finalized');
  expect(await resize('50cc')).toEqual({ kind: 'sized' });
});

it('says that somebody cancelled it', async () => {
  await newer.endResizes('hold');
  const { name, look, resize } = await made();
  const result = resize('50cc');
  await underWay(name, '50cc');
  await client.query(`ALTER CLUSTER ${name} SET (SIZE = '200cc')`);
  expect(await result).toMatchObject({
    kind: 'ended',
    sentence: expect.stringMatching(/somebody cancelled/) as string,
  });
  expect(await look()).toEqual(AT('200cc'));
});

it('says that somebody put another in its place', async () => {
  await newer.endResizes('hold');
  const { name, resize } = await made();
  const result = resize('50cc');
  await underWay(name, '50cc');
  await client.query(`ALTER CLUSTER ${name} SET (SIZE = '400cc')`);
  expect(await result).toMatchObject({
    kind: 'ended',
    sentence: expect.stringMatching(/resizes cluster c\d+ to 400cc, in place of 50cc/) as string,
  });
});

it('waits for what somebody else began, twice in a row, and resizes then', async () => {
  await newer.endResizes('hold');
  const { name, look, resize } = await made();
  await client.query(`ALTER CLUSTER ${name} SET (SIZE = '400cc')`);
  const environment = new MockActivityEnvironment();
  const waited: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => waited.push(details));
  const spec = withMaterialize({ cluster: { ...plain.materialize.cluster, name } });
  const result = environment.run(() => resizeTo(client, spec, '50cc'));
  await until(() => Promise.resolve(JSON.stringify(waited).includes('400cc, begun by somebody else') || undefined));
  await client.query(`ALTER CLUSTER ${name} SET (SIZE = '100cc')`);
  await until(() => Promise.resolve(JSON.stringify(waited).includes('100cc, begun by somebody else') || undefined));
  await newer.endResizes('finalized');
  expect(await result).toEqual({ kind: 'sized' });
  expect(await look()).toEqual(AT('50cc'));
  expect(await resize('50cc')).toEqual({ kind: 'sized' });
});

it('goes on with one that an attempt before this had begun, over a restart of Materialize', async () => {
  await newer.endResizes('hold');
  const { name } = await made();
  await client.query(`ALTER CLUSTER ${name} SET (SIZE = '50cc')`);
  await Promise.all([client.close(), system.close()]);
  await newer.restart();
  client = await connectMaterialize(newer.url, OPTIONS);
  system = await connectMaterialize(newer.urlFor('mz_system'), OPTIONS);
  await newer.endResizes('finalized');
  const again = withMaterialize({ cluster: { ...plain.materialize.cluster, name } });
  expect(await new MockActivityEnvironment().run(() => resizeTo(client, again, '50cc'))).toEqual({ kind: 'sized' });
});

describe('where the region has no credits for both sizes', () => {
  const limited = async (credits: number, use: () => Promise<void>) => {
    const [row] = await client.query<{ used: string }>(
      `SELECT sum(z.credits_per_hour)::text AS used FROM mz_catalog.mz_cluster_replicas r
       JOIN mz_catalog.mz_cluster_replica_sizes z ON z.size = r.size WHERE r.cluster_id LIKE 'u%'`,
    );
    await system.query(`ALTER SYSTEM SET max_credit_consumption_rate = ${Number(row?.used) + credits}`);
    try {
      await use();
    } finally {
      await system.query('ALTER SYSTEM RESET max_credit_consumption_rate');
    }
  };

  it('ends with the way to do it, and nothing changed', async () => {
    const { look, resize } = await made();
    await limited(0, async () => {
      expect(await resize('50cc')).toMatchObject({
        kind: 'refused',
        sentence: expect.stringMatching(/refused 50cc beside what runs: .*max_credit_consumption_rate/) as string,
        next: expect.stringMatching(/n2m apply FILE, which asks for that pause/) as string,
      });
    });
    expect(await look()).toEqual(AT('200cc'));
  });

  it('lets the replicas go first where somebody agreed', async () => {
    const { look, resize } = await made();
    await limited(0, async () => {
      expect(await resize('50cc', { pause: true })).toEqual({ kind: 'sized' });
    });
    expect(await look()).toEqual(AT('50cc'));
  });

  it('also where the server finds out afterwards', async () => {
    await newer.endResizes('resource-exhausted');
    const { look, resize } = await made();
    expect(await resize('50cc', { pause: true })).toEqual({ kind: 'sized' });
    expect(await look()).toEqual(AT('50cc'));
  });

  it('goes on from the middle of such a pause', async () => {
    const { name, look, resize } = await made();
    await client.query(`ALTER CLUSTER ${name} SET (REPLICATION FACTOR = 0)`);
    expect(await resize('50cc')).toMatchObject({ kind: 'ended', sentence: `cluster ${name} has no replicas` });
    expect(await resize('50cc', { pause: true })).toEqual({ kind: 'sized' });
    expect(await look()).toEqual(AT('50cc'));
  });
});
