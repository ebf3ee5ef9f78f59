import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import type { Activities } from '../../src/activities/types';
import { runId } from '../../src/core/names';
import type { Definition, Recreated, RepairPlan, RepairReport } from '../../src/core/repair/types';
import type { ReplicateReport, RunView } from '../../src/core/run/types';
import { fakes, planOf, planStep, repairPlan, spec, startHarness, startRun, type Harness } from './harness';
import { lengthWhenQuiet } from './quiet';

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

const AFTER = ['role', 'schema', 'source', 'running', 'snapshot', 'right-size', 'watch'] as const;

function lostSource(pipeline: string, rest: Partial<RepairPlan> = {}): RepairPlan {
  return repairPlan(pipeline, {
    steps: [planStep('keep-definitions'), planStep('drop-source'), planStep('remove-slot')],
    changes: 3,
    damage: { password: false, recreate: ['the slot is lost'], dead: [], converge: [] },
    after: planOf(
      pipeline,
      AFTER.map((id) => planStep(id)),
      { owed: [] },
    ),
    ...rest,
  });
}

const keeping = (calls: string[]): Partial<Activities> => ({
  keepDefinitions: () => {
    calls.push('keepDefinitions');
    return Promise.resolve([definition]);
  },
});
const PIECE = [
  ...['keepDefinitions', 'dropLostSource', 'removeSlot', 'ensureRole', 'ensureSchema', 'ensureSource'],
  'recreateDependents',
];

describe('repairReplication', () => {
  it('keeps definitions before it drops, puts both sides right, then makes the definitions, then waits for the copy', async () => {
    const calls: string[] = [];
    const pipeline = name();
    const activities = fakes(calls, {
      planRepair: () => Promise.resolve(lostSource(pipeline)),
      ...keeping(calls),
    });
    const { report, view } = await harness.withWorker(activities, async () => {
      const handle = await start(pipeline);
      return { report: (await handle.result()) as RepairReport, view: await handle.query<RunView>('view') };
    });
    expect(calls).toEqual([...PIECE, ...['awaitRunning', 'awaitSnapshot', 'rightSize', 'ensureWatch', 'check']]);
    expect(report.definitions).toEqual([definition]);
    expect(report.recreated.map(({ outcome }) => outcome)).toEqual(['recreated']);
    expect(view.steps.map(({ id }) => id)).toEqual([
      ...['keep-definitions', 'drop-source', 'remove-slot', 'role', 'schema', 'source', 'recreate-dependents'],
      ...['running', 'snapshot', 'right-size', 'watch'],
    ]);
    expect(view.owed).toEqual([]);
  });

  it('is one piece: cancelled after the drop, it makes everything again before it ends', async () => {
    const calls: string[] = [];
    const pipeline = name();
    let cancel: () => Promise<unknown> = () => Promise.resolve();
    const activities = fakes(calls, {
      planRepair: () => Promise.resolve(lostSource(pipeline)),
      ...keeping(calls),
      dropLostSource: async () => {
        calls.push('dropLostSource');
        await cancel();
        return { outcome: 'dropped', object: 'source', sentence: 'dropped' };
      },
    });
    await harness.withWorker(activities, async () => {
      const handle = await start(pipeline);
      cancel = () => handle.cancel();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      expect(await handle.query<RunView>('view')).toMatchObject({ phase: 'cancelled', owed: [] });
    });
    expect(calls).toEqual(PIECE);
  });

  it('asks before the first drop for all that comes after it, and never again', async () => {
    const calls: string[] = [];
    const pipeline = name();
    const asked = { key: 'create-role', step: 'role', reason: 'because' };
    const activities = fakes(calls, {
      planRepair: () => {
        calls.push('planRepair');
        const after = planOf(pipeline, [planStep('role', { approval: 'create-role' }), planStep('source')]);
        return Promise.resolve(lostSource(pipeline, { needsApproval: [asked], after }));
      },
      ...keeping(calls),
    });
    await harness.withWorker(activities, async () => {
      const handle = await start(pipeline);
      const waits = async () => (await handle.query<RunView>('view')).waitingFor;
      while ((await waits()).length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
      expect([await waits(), calls]).toEqual([[asked], ['planRepair']]);
      await lengthWhenQuiet(handle);
      await handle.executeUpdate('approve', { args: [{ keys: ['create-role'], by: 'a test' }] });
      await handle.result();
    });
    expect(calls).toEqual(['planRepair', 'planRepair', ...PIECE.filter((name) => name !== 'ensureSchema'), 'check']);
  });

  it('drops nothing where something would stop what comes after', async () => {
    const calls: string[] = [];
    const pipeline = name();
    const after = planOf(pipeline, [planStep('schema', { action: 'conflict' }), planStep('source')]);
    const activities = fakes(calls, { planRepair: () => Promise.resolve(lostSource(pipeline, { after })) });
    await harness.withWorker(activities, async () => {
      await expect((await start(pipeline)).result()).rejects.toThrow();
    });
    expect(calls).toEqual([]);
  });

  it('goes on as it did where an earlier version made the plan', async () => {
    const calls: string[] = [];
    const pipeline = name();
    const activities = fakes(calls, {
      planRepair: () => Promise.resolve({ ...lostSource(pipeline), after: undefined }),
      ...keeping(calls),
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
      ...keeping([]),
      dropLostSource: () => Promise.reject(ApplicationFailure.nonRetryable('refused', 'PermissionDenied')),
    });
    await harness.withWorker(activities, async () => {
      const handle = await start(pipeline);
      await expect(handle.result()).rejects.toThrow();
      expect((await handle.query<RunView>('view')).definitions).toEqual([definition]);
    });
  });

  it('owes what it could not make again, until a later run has made it', async () => {
    const pipeline = name();
    const refused = (): Promise<never> =>
      Promise.reject(ApplicationFailure.nonRetryable('refused', 'PermissionDenied'));
    const broken = fakes([], {
      planRepair: () => Promise.resolve(lostSource(pipeline)),
      ...keeping([]),
      ensureSource: refused,
    });
    const owed = async (handle: Awaited<ReturnType<typeof start>>) => (await handle.query<RunView>('view')).owed;
    await harness.withWorker(broken, async () => {
      const handle = await start(pipeline);
      await expect(handle.result()).rejects.toThrow();
      expect(await owed(handle)).toEqual([definition]);
    });

    const calls: string[] = [];
    let outcome: Recreated['outcome'] = 'failed';
    const later = fakes(calls, {
      makePlan: () =>
        Promise.resolve(
          planOf(pipeline, [planStep('source'), planStep('recreate-dependents')], { owed: [definition] }),
        ),
      recreateDependents: ({ definitions }) => {
        calls.push(`recreateDependents ${definitions.map(({ id }) => id).join()}`);
        return Promise.resolve(definitions.map(({ name, type }) => ({ name, type, outcome, why: null, sql: [] })));
      },
    });
    const apply = async () => {
      const handle = await startRun(harness, pipeline);
      const report = (await handle.result()) as ReplicateReport;
      return [report.recreated?.map((one) => one.outcome), await owed(handle)];
    };
    await harness.withWorker(later, async () => {
      expect(await apply()).toEqual([['failed'], [definition]]);
      outcome = 'recreated';
      expect(await apply()).toEqual([['recreated'], []]);
    });
    expect(calls).toEqual([
      'ensureSource',
      'recreateDependents u9',
      'check',
      'ensureSource',
      'recreateDependents u9',
      'check',
    ]);
  });
});
