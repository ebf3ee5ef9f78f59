import type { Plan } from '../../../src/core/plan/types';
import { untilEqual } from '../support/compare';
import { branchOff, slotsOf, untilNoSlot } from '../support/live';
import { World } from '../support/world';

jest.setTimeout(240_000);

const BRANCH = 'preview';
const TABLES = ['customers', 'orders'];

let world: World;
beforeAll(async () => {
  // Below a protected branch the child's passwords are new: the old secret opens nothing there.
  world = await World.start({
    neon: { sampleOrders: 200, logicalReplication: true, protected: true, operationMs: 50 },
  });
  await world.startWorker();
  expect(await world.n2m(['apply', await file(null), '--yes'])).toMatchObject({ code: 0 });
  await branchOff(world, BRANCH);
});
afterAll(() => world?.stop());

const file = (branch: string | null): Promise<string> =>
  world.write(({ source }) => {
    source.tables = TABLES.map((table) => `public.${table}`);
    if (branch !== null) source.branch = branch;
  });

const onBranch = (sql: string) => world.upstream((client) => client.query<{ n: string }>(sql), BRANCH);

it('another branch is another history: the source is made again, only after approval, with what the branch has', async () => {
  await onBranch(`DELETE FROM orders WHERE id % 3 = 0`);
  await onBranch(`UPDATE customers SET city = 'of the branch' WHERE id % 2 = 0`);
  await world.upstream((client) => client.query(`UPDATE customers SET city = 'of main' WHERE id % 2 = 1`));
  const [old] = await slotsOf(world);
  const path = await file(BRANCH);

  const { code, stdout } = await world.n2m(['plan', path, '--output', 'json']);
  const plan = JSON.parse(stdout) as Plan;
  expect(code).toBe(3);
  expect(plan.needsApproval.map(({ key }) => key)).toContain('recreate-source');
  expect(plan.needsApproval.find(({ key }) => key === 'recreate-source')?.reason).toMatch(
    new RegExp(`where its slot ${old} is not; copies 2 tables again: about .* rows, .* at 200cc`),
  );
  expect(plan.findings.map(({ code }) => code)).toContain('upstream-moved');

  // Nothing is dropped before somebody agrees, nor after somebody does not.
  const asked = await world.n2m(['apply', path, '--no-wait']);
  expect(asked.code).toBe(4);
  expect(await slotsOf(world)).toEqual([old]);
  expect((await world.n2m(['approve', world.name, '--yes'])).code).toBe(0);
  await world.temporal.workflow.getHandle(`pipeline/${world.name}`).result();

  await untilEqual(world, TABLES, { branch: BRANCH });
  await onBranch(`INSERT INTO orders (customer_id, status, total) VALUES (1, 'later', 2)`);
  await untilEqual(world, TABLES, { branch: BRANCH });
  await untilNoSlot(world);
  expect(await slotsOf(world, BRANCH)).toEqual([expect.stringMatching(/^materialize_[0-9a-f]{32}$/)]);
  const again = JSON.parse((await world.n2m(['plan', path, '--output', 'json'])).stdout) as Plan;
  expect(again.steps.filter(({ action }) => action !== 'keep').map(({ sentence }) => sentence)).toEqual([]);
});
