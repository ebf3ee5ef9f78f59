import { randomUUID } from 'node:crypto';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { WorkflowUpdateFailedError } from '@temporalio/client';
import type { ReplicateReport, RunView } from '../../src/core/run/types';
import type { FailureInfo } from '../../src/core/failures/types';
import { fakes, planOf, planStep, progress, startHarness, startRun, type Harness } from './harness';
import { lengthWhenQuiet } from './quiet';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const start = (name: string, approved: string[] = []) => startRun(harness, name, approved);

const newName = (): string => `t-${randomUUID().slice(0, 8)}`;

async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('replicate', () => {
  it('performs the steps in the order of the guide and reports each once', async () => {
    const calls: string[] = [];
    const report = await harness.withWorker(fakes(calls), async () => {
      const handle = await start(newName());
      return (await handle.result()) as ReplicateReport;
    });
    expect(calls).toEqual([
      'makePlan',
      'enableLogicalReplication',
      'ensureRole',
      'ensureReplicaIdentity',
      'ensureGrants',
      'ensurePublication',
      'allowEgressIps',
      'ensureSchema',
      'ensureCluster',
      'ensureSecret',
      'ensureConnection',
      'ensureSource',
      'awaitRunning',
      'awaitSnapshot',
      'rightSize',
      'ensureWatch',
      'check',
    ]);
    expect(report.steps.map((step) => step.state)).toEqual(report.steps.map(() => 'done'));
    expect(new Set(report.steps.map((step) => step.id)).size).toBe(report.steps.length);
  });

  it('touches nothing that the plan keeps', async () => {
    const calls: string[] = [];
    const name = newName();
    const activities = fakes(calls, {
      makePlan: () =>
        Promise.resolve(
          planOf(name, [planStep('cluster', { action: 'keep' }), planStep('snapshot', { action: 'keep' })]),
        ),
    });
    const report = await harness.withWorker(
      activities,
      async () => (await (await start(name)).result()) as ReplicateReport,
    );
    expect(calls).toEqual(['check']);
    expect(report.changed).toBe(false);
  });

  it('drops the cluster it ran on before once it is settled on the new one', async () => {
    const calls: string[] = [];
    const name = newName();
    const steps = (['right-size', 'drop-cluster', 'watch'] as const).map((id) => planStep(id));
    const activities = fakes(calls, { makePlan: () => Promise.resolve(planOf(name, steps)) });
    await harness.withWorker(activities, async () => void (await (await start(name)).result()));
    expect(calls.slice(0, 3)).toEqual(['rightSize', 'dropLeftClusters', 'ensureWatch']);
  });

  it('stops before it touches anything, with every conflict and blocking finding at once', async () => {
    const calls: string[] = [];
    const name = newName();
    const finding = {
      code: 'x',
      severity: 'blocking' as const,
      subject: 's',
      sentence: 'slots are used up',
      fix: null,
    };
    const activities = fakes(calls, {
      makePlan: () =>
        Promise.resolve(
          planOf(name, [planStep('cluster', { action: 'conflict', sentence: 'cluster differs' }), planStep('role')], {
            findings: [finding],
          }),
        ),
    });
    const error: unknown = await harness.withWorker(
      activities,
      async () => (await start(name)).result().catch((e: unknown) => e) as Promise<unknown>,
    );
    const { cause } = error as WorkflowFailedError;
    expect(cause).toBeInstanceOf(ApplicationFailure);
    expect((cause as ApplicationFailure).type).toBe('Blocked');
    expect(cause?.message).toBe('cluster differs; slots are used up');
    expect(calls).toEqual([]);
  });

  it('waits for approval, refuses unknown keys without a trace, and plans again before it goes on', async () => {
    const calls: string[] = [];
    const name = newName();
    const activities = fakes(calls, {
      makePlan: () => {
        calls.push('makePlan');
        return Promise.resolve(planOf(name, [planStep('role', { approval: 'create-role' })]));
      },
    });
    await harness.withWorker(activities, async () => {
      const handle = await start(name);
      const view = await until(
        () => handle.query<RunView>('view'),
        ({ phase }) => phase === 'waiting-for-approval',
      );
      expect(view.waitingFor.map(({ key }) => key)).toEqual(['create-role']);
      const before = await lengthWhenQuiet(handle);
      await expect(
        handle.executeUpdate('approve', { args: [{ keys: ['nonsense'], by: 'a test' }] }),
      ).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
      expect((await handle.fetchHistory()).events?.length).toBe(before);
      await lengthWhenQuiet(handle);
      await handle.executeUpdate('approve', { args: [{ keys: ['create-role'], by: 'a test' }] });
      await handle.result();
    });
    expect(calls).toEqual(['makePlan', 'makePlan', 'ensureRole', 'check']);
  });

  it('ends as Rejected with the reason when a person says no', async () => {
    const name = newName();
    const activities = fakes([], {
      makePlan: () => Promise.resolve(planOf(name, [planStep('role', { approval: 'create-role' })])),
    });
    const error: unknown = await harness.withWorker(activities, async () => {
      const handle = await start(name);
      await until(
        () => handle.query<RunView>('view'),
        ({ phase }) => phase === 'waiting-for-approval',
      );
      await lengthWhenQuiet(handle);
      await handle.executeUpdate('reject', { args: [{ by: 'ada', reason: 'not on a Friday' }] });
      return handle.result().catch((e: unknown) => e) as Promise<unknown>;
    });
    const cause = (error as WorkflowFailedError).cause as ApplicationFailure;
    expect(cause.type).toBe('Rejected');
    expect(cause.message).toBe('rejected by ada: not on a Friday');
  });

  it('finishes the step under way when cancelled, starts no other, and keeps the view', async () => {
    const calls: string[] = [];
    const name = newName();
    let release: () => void = () => undefined;
    const reached = new Promise<void>((resolve) => (release = resolve));
    let finish: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (finish = resolve));
    const activities = fakes(calls, {
      ensureSchema: async () => {
        calls.push('ensureSchema');
        release();
        await held;
        return { outcome: 'created', object: 'schema', sentence: 'made' };
      },
    });
    await harness.withWorker(activities, async () => {
      const handle = await start(name);
      await reached;
      await handle.cancel();
      finish();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      const view = await handle.query<RunView>('view');
      expect(view.phase).toBe('cancelled');
      expect(view.steps.find((step) => step.id === 'schema')?.state).toBe('done');
      expect(view.steps.find((step) => step.id === 'cluster')?.state).toBe('pending');
    });
    expect(calls).not.toContain('ensureCluster');
  });

  it('tells a permanent failure with its step, its type and its hint', async () => {
    const info: FailureInfo = {
      type: 'AuthenticationFailed',
      system: 'source',
      message: 'password authentication failed',
      code: '28P01',
      retryable: false,
      hint: 'check the password',
    };
    const activities = fakes([], {
      ensureConnection: () =>
        Promise.reject(
          ApplicationFailure.create({ message: info.message, type: info.type, nonRetryable: true, details: [info] }),
        ),
    });
    await harness.withWorker(activities, async () => {
      const handle = await start(newName());
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      const view = await handle.query<RunView>('view');
      expect(view.phase).toBe('failed');
      expect(view.failure).toEqual(info);
      expect(view.steps.find((step) => step.id === 'connection')?.state).toBe('failed');
    });
  });

  it('calls the wait again until the copy is committed, handing on what is known', async () => {
    const seen: (string | null)[] = [];
    const name = newName();
    let stint = 0;
    const activities = fakes([], {
      makePlan: () => Promise.resolve(planOf(name, [planStep('snapshot')])),
      awaitSnapshot: ({ previous }) => {
        seen.push(previous && previous.observedAt);
        stint += 1;
        const observedAt = new Date(stint * 1000).toISOString();
        return Promise.resolve({
          end: stint === 3 ? 'committed' : 'milestone',
          progress: { ...progress(), observedAt },
        });
      },
    });
    const report = await harness.withWorker(
      activities,
      async () => (await (await start(name)).result()) as ReplicateReport,
    );
    expect(seen).toEqual([null, new Date(1000).toISOString(), new Date(2000).toISOString()]);
    expect(report.snapshotSeconds).toBe(3);
  });
});
