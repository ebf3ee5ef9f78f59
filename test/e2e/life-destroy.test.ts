import type { DestroyReport } from '../../src/core/destroy/types';
import { catalogs } from './compare';
import { World } from './world';

jest.setTimeout(240_000);

let world: World;
let file: string;
beforeAll(async () => {
  world = await World.start();
  await world.startWorker();
  file = await world.write();
});
afterAll(() => world.stop());

/** What no destroy brings back, by Neon's own rule. */
function comparable(all: unknown): unknown {
  const { settings, ...rest } = all as { settings: Record<string, unknown> };
  return { ...rest, settings: { ...settings, enable_logical_replication: undefined } };
}

const running = async (): Promise<string[]> => {
  const ids: string[] = [];
  const query = `N2mPipeline = '${world.name}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of world.temporal.workflow.list({ query })) ids.push(workflowId);
  return ids;
};

describe('destroy', () => {
  it('leaves both catalogs as they were before the first apply, no slot, no schedule and no run', async () => {
    const before = comparable(await catalogs(world));
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
    expect(comparable(await catalogs(world))).toEqual(before);
    await expect(world.temporal.schedule.getHandle(`pipeline/${world.name}/watch`).describe()).rejects.toThrow();
    expect(await running()).toEqual([]);
  });

  it('finds nothing to do the second time', async () => {
    const { code, stdout } = await world.n2m(['destroy', world.name, '--output', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ changes: 0 });
  });
});
