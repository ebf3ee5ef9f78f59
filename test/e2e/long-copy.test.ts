import type { ReplicateReport } from '../../src/core/run/types';
import { untilEqual } from './support/compare';
import { gatePublication, HOLDER, holdUpCopy } from './support/hold-up';
import { until } from './support/until';
import { onStandIn, World, type Ran } from './support/world';

/** About this long, by the stand-in's pace; N2M_TEST_COPY_SECONDS=600 for the ten minutes that figures are quoted of. */
const SECONDS = Number(process.env.N2M_TEST_COPY_SECONDS ?? 30);
/** Rows of the sample with 2,000 orders, and rows per second of a 200cc cluster at pace 1. */
const ROWS = 3_400;
const FULL_PACE = 170_000;
const POLL_MS = 1_000;

jest.setTimeout((SECONDS + 240) * 1000);

onStandIn('a pace of this test').describe('a first copy that takes its time', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ materialize: { speed: ROWS / SECONDS / FULL_PACE } });
    await world.startWorker();
  });
  afterAll(() => world.stop());

  it('costs one activity however long it is, and is acted on soon after it is committed', async () => {
    const file = await world.write();
    const applied = world.n2m(['apply', file, '--yes', '--output', 'json']);
    const committed = await snapshotSlotGone(world, applied);
    const { code, stdout, stderr } = await applied;
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as ReplicateReport;
    const history = await world.temporal.workflow.getHandle(`pipeline/${world.name}`).fetchHistory();
    const waits = (history.events ?? []).filter(
      (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'awaitSnapshot',
    );
    const seconds = report.snapshotSeconds ?? 0;
    // Half an hour a stint, and one milestone each ten minutes at most: six events each.
    expect(waits.length).toBeLessThanOrEqual(1 + Math.floor(seconds / 600));
    const step = report.steps.find(({ id }) => id === 'snapshot');
    const late = Date.parse(step?.endedAt ?? '') - committed;
    process.stderr.write(
      `copy of ${seconds} s: ${waits.length} awaitSnapshot, ${history.events?.length ?? 0} events in the whole run; ` +
        `acted on ${late} ms after the copy's slot was gone (polled every ${POLL_MS} ms)\n`,
    );
    await untilEqual(world);
  });
});

describe('a transaction open upstream', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start();
    await world.startWorker();
  });
  afterAll(() => world.stop());

  it('is named as what holds the copy up, and the run goes on when it ends', async () => {
    const file = await world.write();
    await gatePublication(world);
    const applied = world.n2m(['apply', file, '--yes']);
    const letGo = await holdUpCopy(world);
    const view = await untilStuck(world).finally(letGo);
    expect(view).toMatchObject({ blockers: [expect.objectContaining({ application: HOLDER })] });
    const { code, stderr } = await applied;
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    await untilEqual(world);
  });
});

/** When the copy's slot was gone, in milliseconds; looked for until the command ends. */
async function snapshotSlotGone(world: World, applied: Promise<Ran>): Promise<number> {
  let ended = false;
  void applied.finally(() => (ended = true));
  const copying = () =>
    world
      .upstream((client) => client.query(`SELECT FROM pg_replication_slots WHERE slot_name LIKE 'mzsnapshot_%'`))
      .then(({ rows }) => rows.length > 0);
  for (const there of [true, false]) {
    // Neon drops every session for logical replication and for the role: then nobody can tell.
    while ((await copying().catch(() => !there)) !== there) {
      if (ended) throw new Error('the command ended before its copy did');
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return Date.now();
}

function untilStuck(world: World): Promise<unknown> {
  const handle = world.temporal.workflow.getHandle(`pipeline/${world.name}`);
  return until(async () => {
    const { snapshot } = await handle.query<{ snapshot: { stuck: unknown } | null }>('view');
    return snapshot?.stuck ?? undefined;
  }, 'the copy to be held up');
}
