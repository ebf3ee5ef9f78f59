import type { StatusDocument } from '../../../src/cli/render/status-document';
import { untilEqual } from '../support/compare';
import { ended, untilStatusSays, up } from '../support/live';
import { World } from '../support/world';

jest.setTimeout(300_000);

let world: World;
beforeAll(async () => {
  world = await World.start({ neon: { sampleOrders: 200, operationMs: 50 } });
  await world.startWorker();
});
afterAll(() => world?.stop());

const status = async (): Promise<{ code: number; said: StatusDocument }> => {
  const { code, stdout } = await world.n2m(['status', world.name, '--output', 'json']);
  return { code, said: JSON.parse(stdout) as StatusDocument };
};

it('a first copy that ends at a value: a check is left behind, which says what to do until it is done', async () => {
  await up(world, `UPDATE orders SET placed_at = 'infinity' WHERE id = 2`);
  const file = await world.write();
  const applied = await world.n2m(['apply', file, '--yes']);
  expect(applied.code).toBe(1);
  expect(applied.stderr).toContain('public.orders');

  const { code, said } = await status();
  expect(said).toMatchObject({
    verdict: 'broken',
    severity: 'critical',
    failed: { command: 'apply' },
    watch: { paused: false },
  });
  expect(said.cause).toMatch(/public\.orders.*infinity/);
  expect(code).toBe(3);

  const query = /\((SELECT .*;)\)/.exec(said.next)?.[1];
  expect((await up(world, query ?? '')).rows).toMatchObject([{ id: '2' }]);
  await up(world, `UPDATE orders SET placed_at = now() WHERE id = 2`);
  await ended(world, ['repair', world.name, '--yes']);
  await untilStatusSays(world, /"verdict": ?"(healthy|lagging)"/);
  await ended(world, ['apply', file, '--yes']);
  await untilEqual(world);
  expect((await status()).said).toMatchObject({ verdict: 'healthy', failed: null });
});
