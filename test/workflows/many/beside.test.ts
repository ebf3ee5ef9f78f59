import { randomUUID } from 'node:crypto';
import { storedBy } from '../../../local/temporal/stored';
import { runId } from '../../../src/core/names';
import type { DroppedTable } from '../../../src/core/plan/types';
import { fakes, planOf, planStep, startHarness, startRun, type Harness } from '../harness';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const table = (id: string): DroppedTable => {
  const item = { database: 'materialize', schema: 'shop', name: id };
  return { id, kind: 'table', item, upstream: { schema: 'public', name: id }, why: 'note: added upstream' };
};
const tables = (count: number, prefix: string) => Array.from({ length: count }, (_, at) => table(`${prefix}${at}`));

it('lets copies of 10,000 tables change places in one history, whether or not anything is built on them', async () => {
  const name = `t-${randomUUID().slice(0, 8)}`;
  const alone = tables(9_000, 'u').map((one) => ({ tables: [one], dependents: [] }));
  const built = tables(1_000, 'b').map((one) => ({
    tables: [one],
    dependents: [{ id: `v${one.id}`, type: 'view', name: `materialize.shop.v_${one.id}` }],
  }));
  const beside = { groups: [...alone, ...built], left: [], unnamed: [] };
  const placed: string[] = [];
  const activities = fakes([], {
    makePlan: () => Promise.resolve(planOf(name, [planStep('switch-tables')], { beside })),
    keepDefinitions: () => Promise.resolve([]),
    switchTables: ({ plan }) => {
      placed.push(...plan.damage.dead.map(({ id }) => id));
      return Promise.resolve([]);
    },
  });
  const stored = await harness.withWorker(activities, async () => {
    await (await startRun(harness, name)).result();
    return storedBy(harness.client.workflow.getHandle(runId(name)));
  });
  expect(placed).toHaveLength(10_000);
  expect(new Set(placed).size).toBe(10_000);
  expect(stored.history.events).toBeLessThan(3_000);
  expect(stored.largest).toBeLessThan(256 * 1024);
}, 120_000);
