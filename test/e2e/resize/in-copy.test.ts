import { untilEqual } from '../support/compare';
import { changes, ended, planned } from '../support/live';
import { until } from '../support/until';
import { onStandIn, World } from '../support/world';

jest.setTimeout(600_000);

/** Rows of the sample with 2,000 orders, and the share of its pace at which their copy takes some seconds. */
const SLOWLY = 0.002;

onStandIn('a pace of this test').describe('somebody resizes the cluster in the middle of the first copy', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ materialize: { version: '26.39', resizeDelay: 300, speed: SLOWLY } });
    await world.startWorker();
  });
  afterAll(() => world.stop());

  it('the copy starts over, which is told, and the run ends as the file says', async () => {
    const file = await world.write();
    const applied = ended(world, ['apply', file, '--yes', '--output', 'json']);
    applied.catch(() => undefined);
    const cluster = `ingest_${world.name}`;
    await until(async () => ((await copied(world)) > 0 ? true : undefined), 'rows to be copied');
    await world.target((client) => client.query(`ALTER CLUSTER "${cluster}" SET (SIZE = '400cc')`));
    const told = await until(async () => {
      const { stdout } = await world.n2m(['status', world.name]);
      return stdout.includes('started over 1 time') ? stdout : undefined;
    }, 'status to say that the copy started over');
    expect(told).toContain('started over 1 time');
    await applied;
    await untilEqual(world);
    const { rows } = await world.target((client) =>
      client.query(`SELECT size FROM mz_catalog.mz_clusters WHERE name = '${cluster}'`),
    );
    expect(rows).toEqual([{ size: '50cc' }]);
    expect(changes(await planned(world, file))).toEqual([]);
  });
});

async function copied(world: World): Promise<number> {
  const { rows } = await world.target((client) =>
    client.query<{ n: string | null }>(
      'SELECT sum(snapshot_records_staged) AS n FROM mz_internal.mz_source_statistics',
    ),
  );
  return Number(rows[0]?.n ?? 0);
}
