import { randomUUID } from 'node:crypto';
import { runId } from '../../src/core/names';
import type { DestroyReport, DestroyStep } from '../../src/core/destroy/types';
import { REMOVALS as STEPS } from '../../src/core/objects';
import { destroyPlan, fakes, planStep, spec, startHarness, type Harness } from './harness';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const REMOVALS = STEPS.map(({ id }) => id);
const step = (id: DestroyStep['id'], fate: DestroyStep['fate']): DestroyStep => ({
  ...planStep(id, { action: fate === 'remove' ? 'drop' : 'keep' }),
  ...{ fate, why: null, run: [] },
});

function start(name: string) {
  return harness.client.workflow.start('destroyReplication', {
    taskQueue: harness.taskQueue,
    workflowId: runId(name),
    args: [{ spec: spec(name), approved: ['destroy'], leaveUpstream: false }],
  });
}

describe('destroyReplication', () => {
  it('takes everything down in the order in which nothing is left without its owner, and looks again', async () => {
    const calls: string[] = [];
    const name = `t-${randomUUID().slice(0, 8)}`;
    let looks = 0;
    const activities = fakes(calls, {
      planDestroy: () => {
        calls.push('planDestroy');
        looks += 1;
        return Promise.resolve(destroyPlan(name, looks === 1 ? REMOVALS.map((id) => step(id, 'remove')) : []));
      },
    });
    const report = await harness.withWorker(
      activities,
      async () => (await (await start(name)).result()) as DestroyReport,
    );
    expect(calls).toEqual([
      'planDestroy',
      ...['removeWatch', 'removeSource', 'removeSlot', 'removeConnection', 'removeSecret', 'removeCluster'],
      ...[
        'dropLeftClusters',
        'removeSchema',
        'unpublish',
        'restoreIdentity',
        'revokeGrants',
        'removeRole',
        'removeIps',
      ],
      ...['removePublication', 'removeRecord'],
      'planDestroy',
    ]);
    expect(report.leftBehind).toBe(0);
  });

  it('touches nothing that stays, and reports as left behind what the last look still finds', async () => {
    const calls: string[] = [];
    const name = `t-${randomUUID().slice(0, 8)}`;
    const steps = [step('remove-cluster', 'keep'), step('remove-role', 'remove')];
    const activities = fakes(calls, { planDestroy: () => Promise.resolve(destroyPlan(name, steps)) });
    const report = await harness.withWorker(
      activities,
      async () => (await (await start(name)).result()) as DestroyReport,
    );
    expect(calls).toEqual(['removeRole']);
    expect(report.objects.map(({ fate }) => fate)).toEqual(['kept', 'left-behind']);
  });
});
