import { untilEqual } from '../support/compare';
import { changes, clusterSize, ended, planned } from '../support/live';
import { until } from '../support/until';
import { onStandIn, World } from '../support/world';

jest.setTimeout(600_000);

/** The share of its pace at which the copy takes half a minute. */
const SLOWLY = 0.0005;

onStandIn('a pace of this test').describe('somebody resizes the cluster in the middle of the first copy', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ materialize: { version: '26.39', resizeDelay: 300, speed: SLOWLY } });
    await world.startWorker();
  });
  afterAll(() => world.stop());

  it('the copy starts over, which is told, and the run ends as the file says', async () => {
    const file = await world.write();
    let over = false;
    const applied = ended(world, ['apply', file, '--yes', '--output', 'json']).finally(() => (over = true));
    applied.catch(() => undefined);
    const cluster = `ingest_${world.name}`;
    const status = (text: RegExp) =>
      until(async () => {
        const { stdout } = await world.n2m(['status', world.name]);
        return over || text.test(stdout) ? stdout : undefined;
      }, `status to say ${text}`);
    await status(/snapshot: [1-9][\d,.]* of about/);
    await world.target((client) => client.query(`ALTER CLUSTER "${cluster}" SET (SIZE = '400cc')`));
    const told = await status(/started over/);
    expect(told).toContain('started over 1 time');
    await applied;
    await untilEqual(world);
    expect(await clusterSize(world)).toBe('50cc');
    expect(changes(await planned(world, file))).toEqual([]);
  });
});
