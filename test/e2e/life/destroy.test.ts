import type { DestroyReport } from '../../../src/core/destroy/types';
import { catalogs, restorable } from '../support/compare';
import { ended, slotOf, untilNoSlot, up } from '../support/live';
import { until } from '../support/until';
import { itSince, SQL_ROLE } from '../support/versions';
import { World } from '../support/world';

jest.setTimeout(240_000);

let world: World;
let file: string;
beforeAll(async () => {
  world = await World.start();
  await world.startWorker();
  file = await world.write();
});
afterAll(() => world.stop());

const running = async (): Promise<string[]> => {
  const ids: string[] = [];
  const query = `N2mPipeline = '${world.name}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of world.temporal.workflow.list({ query })) ids.push(workflowId);
  return ids;
};

describe('destroy', () => {
  it('leaves both catalogs as they were before the first apply, no slot, no schedule and no run', async () => {
    const before = restorable(await catalogs(world));
    expect(await world.n2m(['apply', file, '--yes'])).toMatchObject({ code: 0 });

    const refused = await world.n2m(['destroy', world.name]);
    expect(refused.code).toBe(4);
    expect(refused.stderr).toContain('--yes');

    const { code, stdout, stderr } = await world.n2m(['destroy', world.name, '--yes', '--output', 'json']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as DestroyReport;
    expect(report.leftBehind).toBe(0);
    expect(report.objects.filter(({ fate }) => fate === 'kept').map(({ object }) => object)).toEqual([
      `logical replication of project ${world.neon.project}`,
    ]);
    expect(restorable(await catalogs(world))).toEqual(before);
    await expect(world.temporal.schedule.getHandle(`pipeline/${world.name}/watch`).describe()).rejects.toThrow();
    // What lists runs follows what ends them.
    await until(async () => ((await running()).length === 0 ? true : undefined), 'no run of it to be listed');
  });

  it('finds nothing to do the second time', async () => {
    const { code, stdout } = await world.n2m(['destroy', world.name, '--output', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ changes: 0 });
  });

  const title = 'with --leave-upstream, while Postgres is down, says precisely what remains there and what removes it';
  itSince(SQL_ROLE, title, async () => {
    const before = restorable(await catalogs(world));
    file = await world.write(({ source }) => (source.role = { name: `mz_${world.name}`, via: 'sql' }));
    await ended(world, ['apply', file, '--yes']);
    const slot = await slotOf(world);
    await world.neon.postgres.halt();
    const { code, stdout } = await world.n2m([
      ...['destroy', world.name, '--leave-upstream', '--yes', '--output', 'json'],
    ]);
    await world.neon.postgres.start();
    expect(code).toBe(3);
    const left = (JSON.parse(stdout) as DestroyReport).objects.filter(({ fate }) => fate === 'left-behind');
    expect(left.map(({ object }) => object)).toEqual([
      `slot ${slot}`,
      'replica identity',
      `role mz_${world.name}`,
      `publication n2m_${world.name}`,
    ]);
    // Its walsender is gone; Materialize itself may come first with the slot, now that it reaches the server.
    for (const { object, run } of left) {
      for (const statement of run) {
        const done = up(world, statement);
        await (object.startsWith('slot') ? done.catch(() => untilNoSlot(world)) : done);
      }
    }
    expect(restorable(await catalogs(world))).toEqual(before);
    const again = await world.n2m(['destroy', world.name, '--file', file, '--output', 'json']);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ changes: 0 });
  });
});
