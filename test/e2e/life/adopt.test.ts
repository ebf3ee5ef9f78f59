import type { DestroyReport } from '../../../src/core/destroy/types';
import type { Plan } from '../../../src/core/plan/types';
import type { RunView } from '../../../src/core/run/types';
import { catalogs, untilEqual } from '../support/compare';
import { World } from '../support/world';

jest.setTimeout(300_000);

let world: World;
let file: string;
beforeAll(async () => {
  world = await World.start();
  await world.startWorker();
  file = await world.write();
  expect(await world.n2m(['apply', file, '--yes'])).toMatchObject({ code: 0 });
});
afterAll(() => world.stop());

/** What n2m made becomes what somebody made by hand: the same objects without a mark, and no watch. */
async function forget(): Promise<void> {
  const { name } = world;
  await world.temporal.schedule.getHandle(`pipeline/${name}/watch`).delete();
  await world.upstream((client) => client.query(`COMMENT ON PUBLICATION "n2m_${name}" IS NULL`));
  await world.target(async (client) => {
    for (const object of [
      `CLUSTER "ingest_${name}"`,
      `SCHEMA "${name}"`,
      `SECRET "${name}"."${name}_password"`,
      `CONNECTION "${name}"."${name}_postgres"`,
      `SOURCE "${name}"."${name}_source"`,
    ]) {
      await client.query(`COMMENT ON ${object} IS NULL`);
    }
  });
}

describe('adopt', () => {
  it('shows what differs side by side and touches nothing', async () => {
    await forget();
    const before = await catalogs(world);
    const other = await world.write(({ materialize }) => {
      materialize.cluster.snapshotSize = '400cc';
      materialize.cluster.steadySize = '100cc';
    });
    const { code, stderr } = await world.n2m(['adopt', other, '--yes']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/there\s+│ file/);
    expect(await catalogs(world)).toEqual(before);
  });

  it('takes over what matches without making anything again', async () => {
    const before = await catalogs(world);
    file = await world.write();
    const plan = JSON.parse((await world.n2m(['plan', file, '--output', 'json'])).stdout) as Plan;
    expect(plan.steps.filter(({ action }) => action === 'adopt').map(({ id }) => id)).toContain('source');
    expect(await world.n2m(['adopt', file, '--yes'])).toMatchObject({ code: 0 });
    expect(await catalogs(world)).toEqual(before);
    await untilEqual(world);
  });

  it('is left alone by destroy, which waits for a Postgres that is down', async () => {
    const before = await catalogs(world);
    await world.neon.postgres.halt();
    const started = await world.n2m(['destroy', world.name, '--no-wait']);
    expect(started.code).toBe(0);
    const handle = world.temporal.workflow.getHandle(`pipeline/${world.name}`);
    expect((await handle.query<RunView>('view')).phase).toBe('planning');
    await world.neon.postgres.start();
    while ((await handle.query<RunView>('view')).phase !== 'waiting-for-approval') {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect((await world.n2m(['approve', world.name, '--yes'])).code).toBe(0);
    const report = (await handle.result()) as DestroyReport;
    expect(report.objects.filter(({ fate }) => fate === 'removed').map(({ object }) => object)).toEqual([
      `watch of ${world.name}`,
    ]);
    expect(await catalogs(world)).toEqual(before);
  });
});
