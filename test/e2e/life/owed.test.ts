import { once } from 'node:events';
import type { StatusDocument } from '../../../src/cli/render/status-document';
import type { Plan } from '../../../src/core/plan/types';
import { untilEqual } from '../support/compare';
import { buildOn, definitions, dropTheSlot, ended, slotOf, untilStatusSays } from '../support/live';
import { World } from '../support/world';

jest.setTimeout(300_000);

/** The worker dies right after it dropped the source, and somebody ends the run: nothing else makes the views again. */
let world: World;
beforeAll(async () => {
  world = await World.start({
    neon: { sampleOrders: 200, logicalReplication: true },
    materialize: { statisticsInterval: 500, schemaValidationInterval: 500, restartDelay: 500 },
  });
});
afterAll(() => world.stop());

const owed = async (): Promise<string[]> => {
  const { stdout } = await world.n2m(['status', world.name, '--output', 'json']);
  return (JSON.parse(stdout) as StatusDocument).owed.flatMap(({ name, sql }) => (sql === null ? [] : [name])).sort();
};

it('what a run dropped and could not make again is listed, and made by the next run', async () => {
  const dies = await world.startWorker({
    strikes: [{ pattern: '^DROP SOURCE', mode: 'kill-after' }],
    markers: world.dir,
  });
  const file = await world.write();
  await ended(world, ['apply', file, '--yes']);
  await buildOn(world, 'orders', 'status');
  const before = await definitions(world);
  expect(await owed()).toEqual([]);

  await dropTheSlot(world, await slotOf(world));
  await untilStatusSays(world, /slot-missing|slot-lost/);
  const repair = world.n2m(['repair', world.name, '--yes', '--output', 'json']);
  await once(dies, 'exit');
  await world.temporal.workflow.getHandle(`pipeline/${world.name}`).terminate('by a test');
  expect((await repair).code).not.toBe(0);

  await world.startWorker();
  const gone = ['all_orders', 'by_status', 'orders_idx'].map((name) => `materialize.${world.name}.${name}`);
  expect(await owed()).toEqual(gone);
  const plan = JSON.parse((await world.n2m(['plan', file, '--output', 'json'])).stdout) as Plan;
  expect(plan.steps.filter(({ action }) => action === 'create').map(({ id }) => id)).toEqual(
    expect.arrayContaining(['source', 'recreate-dependents']),
  );
  await ended(world, ['apply', file, '--yes']);
  expect(await owed()).toEqual([]);
  expect(await definitions(world)).toEqual(before);
  await untilEqual(world);
  await ended(world, ['status', world.name]);
});
