import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import { featuresOf, RECORDED_VERSIONS, recordedVersion, versionText } from '../../../local/materialize/version';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import { createSource, preparePipeline, prepareUpstream, TestClient, until } from './standin-support';

let postgres: PostgresServer;
let upstream: TestClient;
let newer: MaterializeServer;
let older: MaterializeServer;
let client: TestClient;
let system: TestClient;

beforeAll(async () => {
  postgres = await startPostgres({ settings: { wal_level: 'logical' } });
  upstream = await prepareUpstream(postgres);
  [newer, older] = await Promise.all([
    startMaterialize({ speed: 20, resizeDelay: 200 }),
    startMaterialize({ speed: 20, version: '26.9' }),
  ]);
  client = await TestClient.connect(newer.url);
  system = await TestClient.connect(newer.urlFor('mz_system'));
}, 120_000);
afterAll(async () => {
  for (const one of [client, system, upstream]) await one?.end();
  await Promise.all([newer?.stop(), older?.stop()]);
  await postgres?.stop('immediate');
}, 60_000);

const sizes = (cluster: string): Promise<Record<string, unknown>[]> =>
  client.rows(
    `SELECT c.size AS cluster, r.name, r.size FROM mz_clusters c JOIN mz_cluster_replicas r ON r.cluster_id = c.id
     WHERE c.name = '${cluster}' ORDER BY r.name`,
  );
const change = async (cluster: string): Promise<Record<string, unknown> | undefined> => {
  const [row] = await client.rows(
    `SELECT f.status, f.target->>'size' AS size, f.changes::text AS changes, f.on_timeout, f.deadline::text AS deadline
     FROM mz_internal.mz_cluster_reconfigurations f JOIN mz_clusters c ON c.id = f.cluster_id WHERE c.name = '${cluster}'`,
  );
  return row;
};
const settled = (cluster: string, status: string) =>
  until(`${cluster} is ${status}`, async () => (await change(cluster))?.status === status);

it('names the releases that were recorded, and what each has', () => {
  expect(RECORDED_VERSIONS).toEqual(['26.9', '26.39']);
  expect(() => recordedVersion('--materialize-version', '26.8')).toThrow('was not recorded: 26.9 or 26.39');
  expect(Object.values(featuresOf(versionText('26.9')))).not.toContain(true);
  // What came after the last recording is told by name.
  const { excludesConstraints, ...recorded } = featuresOf(versionText());
  expect(Object.values(recorded)).not.toContain(false);
  expect([excludesConstraints, featuresOf('v26.42.0 (abc)').excludesConstraints]).toEqual([false, true]);
  const between = {
    bareNames: true,
    sourceTables: true,
    autoScaling: false,
    backgroundResize: false,
    checksRecovery: false,
    excludesConstraints: false,
  };
  expect(featuresOf('v26.26.0 (abc)')).toEqual(between);
});

it('plays the newer one unless told otherwise; the older knows nothing of resizes in the background', async () => {
  expect(await client.value('SELECT mz_version_num()')).toBe(2_603_900);
  const old = await TestClient.connect(older.url);
  expect(await old.value('SELECT mz_version_num()')).toBe(2_600_900);
  expect(await old.refusal('SELECT * FROM mz_internal.mz_cluster_reconfigurations')).toMatchObject({ code: 'XX000' });
  await old.query(`CREATE CLUSTER c (SIZE '100cc')`);
  expect(Object.keys((await old.rows(`SHOW CLUSTERS WHERE name = 'c'`))[0] ?? {})).toEqual([
    'name',
    'replicas',
    'comment',
  ]);
  await old.query(`ALTER CLUSTER c SET (SIZE '50cc')`);
  expect(await old.rows(`SELECT size FROM mz_clusters WHERE name = 'c'`)).toEqual([{ size: '50cc' }]);
  await old.end();
});

describe('a resize in the background', () => {
  beforeAll(async () => {
    await preparePipeline(client, postgres, 'rz');
    await client.query(createSource('rz'));
  });
  beforeEach(() => newer.endResizes('hold'));

  it('has old and new side by side until the cut-over, and the source goes on from its slot', async () => {
    await client.query(`ALTER CLUSTER rz SET (SIZE '50cc')`);
    expect(await sizes('rz')).toEqual([
      { cluster: '100cc', name: 'r1', size: '100cc' },
      { cluster: '100cc', name: 'r2', size: '50cc' },
    ]);
    expect(await change('rz')).toMatchObject({
      status: 'in-progress',
      size: '50cc',
      changes: '{"size": "50cc"}',
      on_timeout: 'rollback',
    });
    expect(await client.rows(`SHOW CLUSTERS WHERE name = 'rz'`)).toMatchObject([
      { replicas: 'r1 (100cc), r2 (50cc)', activity: 'reconfiguring size to 50cc' },
    ]);
    expect(await client.rows('SELECT * FROM mz_internal.mz_pending_cluster_replicas')).toEqual([]);
    await newer.endResizes('finalized');
    await settled('rz', 'finalized');
    expect(await sizes('rz')).toEqual([{ cluster: '50cc', name: 'r2', size: '50cc' }]);
    expect(await change('rz')).toMatchObject({ changes: '{}' });
    await upstream.query(`INSERT INTO orders VALUES (40001, 1, 'resized')`);
    await client.query('SET cluster = rz');
    await until(
      'the row is here',
      async () => (await client.rows('SELECT id FROM rz.orders WHERE id = 40001')).length === 1,
    );
  });

  it('is replaced by a second one, keeps its deadline for the same, and ends with the size that is there', async () => {
    await client.query(`ALTER CLUSTER rz SET (SIZE '100cc')`);
    await client.query(`ALTER CLUSTER rz SET (SIZE '200cc')`);
    expect(await sizes('rz')).toEqual([
      { cluster: '50cc', name: 'r2', size: '50cc' },
      { cluster: '50cc', name: 'r4', size: '200cc' },
    ]);
    const before = await change('rz');
    await client.query(`ALTER CLUSTER rz SET (SIZE '200cc')`);
    expect(await change('rz')).toEqual(before);
    await client.query(`ALTER CLUSTER rz SET (SIZE '50cc')`);
    expect(await change('rz')).toMatchObject({ status: 'cancelled' });
    expect(await sizes('rz')).toEqual([{ cluster: '50cc', name: 'r2', size: '50cc' }]);
  });

  it.each(['timed-out', 'resource-exhausted'] as const)('%s: the old size stays', async (ending) => {
    await client.query(`ALTER CLUSTER rz SET (SIZE '200cc')`);
    await newer.endResizes(ending);
    await settled('rz', ending);
    expect(await sizes('rz')).toEqual([{ cluster: '50cc', name: 'r2', size: '50cc' }]);
  });

  it('counts both sizes against the limit of credits, on the way down too', async () => {
    await system.query('ALTER SYSTEM SET max_credit_consumption_rate = 0.9');
    expect(await client.refusal(`ALTER CLUSTER rz SET (SIZE '25cc')`)).toMatchObject({
      code: '53000',
      message:
        'creating cluster replica would violate max_credit_consumption_rate limit (desired: 1.00, limit: 0.9, current: 0.25)',
    });
    // Without a replica there is only the new size.
    await client.query('ALTER CLUSTER rz SET (REPLICATION FACTOR 0)');
    await client.query(`ALTER CLUSTER rz SET (SIZE '25cc')`);
    await client.query('ALTER CLUSTER rz SET (REPLICATION FACTOR 1)');
    expect(await sizes('rz')).toEqual([{ cluster: '25cc', name: 'r1', size: '25cc' }]);
    await system.query('ALTER SYSTEM RESET max_credit_consumption_rate');
  });

  it('goes on after a restart', async () => {
    await client.query(`ALTER CLUSTER rz SET (SIZE '50cc')`);
    await client.end();
    await newer.restart();
    client = await TestClient.connect(newer.url);
    expect(await change('rz')).toMatchObject({ status: 'in-progress' });
    await newer.endResizes('finalized');
    await settled('rz', 'finalized');
    expect(await sizes('rz')).toEqual([{ cluster: '50cc', name: 'r2', size: '50cc' }]);
  });
});

it('tells clusters that something else sizes', async () => {
  await client.query(
    `CREATE CLUSTER auto (SIZE '50cc', AUTO SCALING STRATEGY = (ON HYDRATION (HYDRATION SIZE = '200cc', LINGER DURATION = '15s')))`,
  );
  await client.query(
    `CREATE CLUSTER planned (SIZE '50cc', SCHEDULE = ON REFRESH (HYDRATION TIME ESTIMATE = '1 hour'))`,
  );
  expect(
    await client.rows(
      `SELECT c.name, s.strategy->'on_hydration'->>'hydration_size' AS hydration
       FROM mz_internal.mz_cluster_auto_scaling_strategies s JOIN mz_clusters c ON c.id = s.cluster_id`,
    ),
  ).toEqual([{ name: 'auto', hydration: '200cc' }]);
  expect(
    await client.rows(
      `SELECT c.name FROM mz_internal.mz_cluster_schedules s JOIN mz_clusters c ON c.id = s.cluster_id WHERE s.type = 'on-refresh'`,
    ),
  ).toEqual([{ name: 'planned' }]);
  expect(await client.refusal(`ALTER CLUSTER auto SET (SIZE '200cc')`)).toMatchObject({
    message: 'HYDRATION SIZE must differ from the cluster SIZE',
  });
});
