import { randomUUID } from 'node:crypto';
import { ApplicationFailure } from '@temporalio/client';
import { runId } from '../../src/core/names';
import type { Definition, RepairPlan, RepairReport } from '../../src/core/repair/types';
import type { RunView } from '../../src/core/run/types';
import { fakes, planOf, planStep, repairPlan, spec, startHarness, type Harness } from './harness';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const name = (): string => `t-${randomUUID().slice(0, 8)}`;
const start = (pipeline: string) =>
  harness.client.workflow.start('repairReplication', {
    taskQueue: harness.taskQueue,
    workflowId: runId(pipeline),
    args: [{ spec: spec(pipeline), approved: [], memory: null }],
  });

const item = { database: 'materialize', schema: 'shop', name: 'v' };
const definition: Definition = {
  ...{ id: 'u9', type: 'view', name: 'materialize.shop.v', item, sql: 'CREATE VIEW v AS SELECT 1', owner: null },
  ...{ grants: [], comments: [] },
};

function lostSource(pipeline: string): RepairPlan {
  return repairPlan(pipeline, {
    steps: [planStep('keep-definitions'), planStep('drop-source'), planStep('remove-slot')],
    changes: 3,
    damage: { password: false, recreate: ['the slot is lost'], dead: [], converge: [] },
  });
}

describe('repairReplication', () => {
  it('keeps definitions before it drops, makes the source, then the definitions, then waits for the copy', async () => {
    const calls: string[] = [];
    const pipeline = name();
    const activities = fakes(calls, {
      planRepair: () => Promise.resolve(lostSource(pipeline)),
      keepDefinitions: () => {
        calls.push('keepDefinitions');
        return Promise.resolve([definition]);
      },
      makePlan: () => {
        const ids = ['source', 'running', 'snapshot', 'right-size', 'watch'] as const;
        return Promise.resolve(
          planOf(
            pipeline,
            ids.map((id) => planStep(id)),
          ),
        );
      },
    });
    const report = await harness.withWorker(
      activities,
      async () => (await (await start(pipeline)).result()) as RepairReport,
    );
    expect(calls).toEqual([
      ...['keepDefinitions', 'dropLostSource', 'removeSlot', 'ensureSource', 'recreateDependents'],
      ...['awaitRunning', 'awaitSnapshot', 'rightSize', 'ensureWatch', 'check'],
    ]);
    expect(report.definitions).toEqual([definition]);
    expect(report.recreated.map(({ outcome }) => outcome)).toEqual(['recreated']);
  });

  it('only rotates where only the password is wrong', async () => {
    const calls: string[] = [];
    const pipeline = name();
    const damage = { password: true, recreate: [], dead: [], converge: [] };
    const steps = [planStep('rotate'), planStep('reconnect')];
    const activities = fakes(calls, { planRepair: () => Promise.resolve(repairPlan(pipeline, { steps, damage })) });
    await harness.withWorker(activities, async () => void ((await (await start(pipeline)).result()) as unknown));
    expect(calls).toEqual(['rotatePassword', 'reconnectSource', 'check']);
  });

  it('drops nothing where the plan is blocked', async () => {
    const calls: string[] = [];
    const pipeline = name();
    const finding = {
      code: 'other-database',
      severity: 'blocking' as const,
      subject: 's',
      sentence: 'elsewhere',
      fix: null,
    };
    const activities = fakes(calls, {
      planRepair: () => Promise.resolve({ ...lostSource(pipeline), findings: [finding] }),
    });
    await harness.withWorker(activities, async () => {
      await expect((await start(pipeline)).result()).rejects.toThrow();
    });
    expect(calls).toEqual([]);
  });

  it('shows the kept definitions to whoever asks after a repair that failed half-way', async () => {
    const pipeline = name();
    const activities = fakes([], {
      planRepair: () => Promise.resolve(lostSource(pipeline)),
      keepDefinitions: () => Promise.resolve([definition]),
      dropLostSource: () => Promise.reject(ApplicationFailure.nonRetryable('refused', 'PermissionDenied')),
    });
    await harness.withWorker(activities, async () => {
      const handle = await start(pipeline);
      await expect(handle.result()).rejects.toThrow();
      expect((await handle.query<RunView>('view')).definitions).toEqual([definition]);
    });
  });
});
