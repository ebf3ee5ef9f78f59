import { randomUUID } from 'node:crypto';
import { WorkflowFailedError } from '@temporalio/client';
import type { RunView } from '../../../src/core/run/types';
import { fakes, planOf, planStep, startHarness, startRun, type Harness } from '../harness';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const start = (name: string) => startRun(harness, name);

const newName = (): string => `t-${randomUUID().slice(0, 8)}`;

describe('replicate, where something is made again,', () => {
  it('drops what no ALTER can change around the source step, in one piece, and makes again what was built on it', async () => {
    const calls: string[] = [];
    const name = newName();
    const item = { database: 'materialize', schema: 'shop', name: 'orders' };
    const dead = [
      { id: 'u1', kind: 'subsource' as const, item, upstream: { schema: 'public', name: 'orders' }, why: 'x' },
    ];
    const steps = (['keep-definitions', 'drop-to-recopy', 'source', 'recreate-dependents', 'drop-tables'] as const).map(
      (id) => planStep(id),
    );
    const rebuild = { damage: { recreate: [], dead }, dependents: [], slot: null };
    let cancel: () => Promise<unknown> = () => Promise.resolve();
    const activities = fakes(calls, {
      makePlan: () => Promise.resolve(planOf(name, steps, { rebuild })),
      dropDeadTables: async ({ plan }) => {
        calls.push(`dropDeadTables ${plan.damage.dead.map(({ id }) => id).join()}`);
        await cancel();
        return { outcome: 'dropped', object: 'orders', sentence: 'dropped' };
      },
    });
    await harness.withWorker(activities, async () => {
      const handle = await start(name);
      cancel = () => handle.cancel();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      expect((await handle.query<RunView>('view')).phase).toBe('cancelled');
    });
    expect(calls).toEqual(['keepDefinitions', 'dropDeadTables u1', 'ensureSource', 'recreateDependents']);
  });

  it('can be cancelled before the first drop, also while it looks again and again at what would go', async () => {
    const calls: string[] = [];
    const name = newName();
    const steps = (['keep-definitions', 'drop-source', 'source', 'recreate-dependents'] as const).map((id) =>
      planStep(id),
    );
    const rebuild = { damage: { recreate: ['x'], dead: [] }, dependents: [], slot: null };
    let looks = 0;
    const activities = fakes(calls, {
      makePlan: () => Promise.resolve(planOf(name, steps, { rebuild })),
      keepDefinitions: () => {
        looks += 1;
        return Promise.reject(new Error('connection refused'));
      },
    });
    await harness.withWorker(activities, async () => {
      const handle = await start(name);
      while (looks < 3) await new Promise((resolve) => setTimeout(resolve, 20));
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      const view = await handle.query<RunView>('view');
      expect([view.phase, view.owed ?? []]).toEqual(['cancelled', []]);
      expect((await handle.describe()).status.name).toBe('CANCELLED');
    });
    expect(calls).toEqual([]);
  });

  it('lets copies take the places of their tables once everything is copied, each group in one piece', async () => {
    const table = (id: string) => {
      const item = { database: 'materialize', schema: 'shop', name: id };
      return { id, kind: 'table' as const, item, upstream: { schema: 'public', name: id }, why: 'x' };
    };
    const view = { id: 'u9', type: 'view', name: 'materialize.shop.v' };
    const beside = {
      groups: [
        { tables: [table('u1'), table('u2')], dependents: [view] },
        { tables: [table('u3')], dependents: [] },
      ],
      ...{ left: [], unnamed: [] },
    };
    const steps = (['copy-beside', 'snapshot', 'switch-tables', 'right-size'] as const).map((id) => planStep(id));
    const upTo = async (last: string) => {
      const name = newName();
      const calls: string[] = [];
      let cancel: () => Promise<unknown> = () => Promise.resolve();
      const called = async (call: string) => {
        calls.push(call);
        if (call === last) await cancel();
      };
      const activities = fakes([], {
        makePlan: () => Promise.resolve(planOf(name, steps, { beside })),
        keepDefinitions: async ({ plan }) => {
          await called(
            `keep ${plan.damage.dead.map(({ id }) => id).join()} ${plan.dependents.map((one) => one.name).join()}`,
          );
          return [];
        },
        switchTables: async ({ plan }) => {
          await called(`switch ${plan.damage.dead.map(({ id }) => id).join()}`);
          return [];
        },
        rightSize: async () => {
          await called('rightSize');
          return { outcome: 'changed', object: 'c', sentence: 'sized' };
        },
      });
      const status = await harness.withWorker(activities, async () => {
        const handle = await start(name);
        cancel = () => handle.cancel();
        await handle.result().catch(() => undefined);
        return (await handle.describe()).status.name;
      });
      return { calls, status };
    };
    const all = ['keep u1,u2 materialize.shop.v', 'switch u1,u2', 'keep u3 ', 'switch u3', 'rightSize'];
    expect(await upTo('')).toEqual({ calls: all, status: 'COMPLETED' });
    // What began is done to its end, and nothing after it.
    expect(await upTo(all[0]!)).toEqual({ calls: all.slice(0, 1), status: 'CANCELLED' });
    expect(await upTo(all[1]!)).toEqual({ calls: all.slice(0, 2), status: 'CANCELLED' });
    expect(await upTo(all[3]!)).toEqual({ calls: all.slice(0, 4), status: 'CANCELLED' });
  });
});
