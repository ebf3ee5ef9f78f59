import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowClient } from '@temporalio/client';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Deps } from '../../../src/activities/support/deps';
import { readComparisons } from '../../../src/activities/watch/comparisons';
import { ensureWatch, readWatch } from '../../../src/activities/watch/schedule';
import { verifyScheduleId, watchId } from '../../../src/core/names';
import type { PipelineSpec } from '../../../src/core/spec/types';
import { emptyTally, verifyResult, withFailure } from '../../../src/core/verify/report';
import type { Verified } from '../../../src/core/verify/types';
import { spec as model } from '../../core/plan/fixtures';

let connection: Connection;
let temporal: Client;
beforeAll(async () => {
  connection = await Connection.connect({ address: process.env.N2M_TEST_TEMPORAL_ADDRESS });
  temporal = new Client({ connection, namespace: process.env.N2M_TEST_TEMPORAL_NAMESPACE });
});
afterAll(() => connection.close());

describe('comparisons by the schedule', () => {
  const name = `c-${randomUUID().slice(0, 8)}`;
  const plain: PipelineSpec = { ...model, name, watch: { ...model.watch, every: 3_600_000 } };
  const compared: PipelineSpec = { ...plain, verify: { every: 86_400_000, sample: 0.01 } };
  const deps = () => ({ schedules: temporal.schedule, taskQueue: 'none' }) as Partial<Deps> as Deps;
  const ensure = (spec: PipelineSpec) =>
    new MockActivityEnvironment({ attempt: 1 }).run(() =>
      ensureWatch(deps(), { spec, tables: [], removed: [], syntax: 'tables', planned: 'change' }),
    );
  const current = async (spec: PipelineSpec) => (await readWatch(temporal.schedule, spec, 'none')).current;
  afterAll(() => temporal.schedule.getHandle(watchId(name)).delete());

  it('come and go with the file, and a plan sees what is missing', async () => {
    await ensure(plain);
    expect([await current(plain), await current(compared)]).toEqual([true, false]);
    await ensure(compared);
    expect([await current(plain), await current(compared)]).toEqual([false, true]);
    const { action } = await temporal.schedule.getHandle(verifyScheduleId(name)).describe();
    expect(action).toMatchObject({ workflowType: 'verifyReplication', workflowId: `pipeline/${name}/verify` });
    expect(action.args?.[0]).toMatchObject({ tables: [], amount: { sample: 0.01 }, showValues: false });
    const all = { ...compared, verify: { every: 86_400_000, sample: 1 } };
    expect(await current(all)).toBe(false);
    await ensure(all);
    expect(await current(all)).toBe(true);
    await ensure(plain);
    await expect(temporal.schedule.getHandle(verifyScheduleId(name)).describe()).rejects.toThrow(/not found/i);
  });

  it('begin only once somebody resumes a watch that is paused', async () => {
    await ensure(plain);
    await temporal.schedule.getHandle(watchId(name)).pause('maintenance');
    await ensure(compared);
    const { state } = await temporal.schedule.getHandle(verifyScheduleId(name)).describe();
    expect(state).toMatchObject({ paused: true, note: 'maintenance' });
    await ensure(plain);
  });
});

describe('what a check hears of comparisons', () => {
  const result = verifyResult(
    withFailure(emptyTally('shop', '2026-11-22T10:00:00.000Z', 'full'), 'public.t', 'why'),
    1,
  );
  const asked: string[] = [];
  const client = (fails = false) =>
    ({
      list: ({ query }: { query: string }) => {
        asked.push(query);
        if (fails) throw new Error('visibility is down');
        return (function* () {
          yield { workflowId: 'w', runId: 'r' };
        })();
      },
      getHandle: () => ({ result: () => Promise.resolve(result) }),
    }) as unknown as WorkflowClient;
  const read = (before: Verified | null, anew: boolean, fails = false) =>
    readComparisons({ workflows: client(fails) }, { pipeline: 'shop', slot: 's', anew }, before);

  it('is asked for every few minutes, at once by a person, and kept where nobody answers', async () => {
    const first = await read(null, false);
    expect(first).toMatchObject({ last: { verdict: 'incomplete', whole: true }, differs: null });
    expect(asked).toHaveLength(2);
    expect(await read(first, false)).toBe(first);
    expect(asked).toHaveLength(2);
    await read(first, true);
    expect(asked[2]).toContain("N2mPipeline = 'shop' AND CloseTime > '");
    expect(await read(first, true, true)).toBe(first);
  });
});
