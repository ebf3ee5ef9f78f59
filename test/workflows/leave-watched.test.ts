import { randomUUID } from 'node:crypto';
import type { WorkflowFailedError } from '@temporalio/client';
import { failuresEdge } from '../../src/activities/edges/failures';
import type { Activities } from '../../src/activities/types';
import type { PlanStep } from '../../src/core/plan/types';
import { systemError } from '../../src/systems/errors';
import { until } from '../../local/stack/until';
import { fakes, planOf, planStep, startHarness, startRun, type Harness } from './harness';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const STEPS = [planStep('schema'), planStep('source'), planStep('snapshot'), planStep('watch')];
const refused = () =>
  Promise.reject(systemError('PermissionDenied', 'materialize', 'the copy failed for public.orders'));

type Handle = Awaited<ReturnType<typeof start>>;
const start = (name: string) => startRun(harness, name);

/** A run of these steps: what was called, how it ended and why. */
async function run(
  overrides: (calls: string[]) => Partial<Activities>,
  { steps = STEPS, act }: { steps?: PlanStep[]; act?: (handle: Handle, calls: string[]) => Promise<void> } = {},
) {
  const calls: string[] = [];
  const name = `t-${randomUUID().slice(0, 8)}`;
  const makePlan = () => Promise.resolve(planOf(name, steps));
  const activities = fakes(calls, { makePlan, ...overrides(calls) });
  return harness.withWorker(activities, async () => {
    const handle = await start(name);
    await act?.(handle, calls);
    const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
    const { cause } = (error as WorkflowFailedError).cause ?? {};
    return { calls, status: (await handle.describe()).status.name, message: (cause as Error | undefined)?.message };
  }, [failuresEdge((text) => text)]);
}

it('a copy that fails leaves the scheduled check behind, and ends as it failed', async () => {
  const { calls, status, message } = await run(() => ({ awaitSnapshot: refused }));
  expect(calls).toEqual(['ensureSchema', 'ensureSource', 'ensureWatch']);
  expect([status, message]).toEqual(['FAILED', 'the copy failed for public.orders']);
});

it('so does one that somebody cancels', async () => {
  const { calls, status } = await run(
    (calls) => ({
      awaitSnapshot: async () => {
        calls.push('awaitSnapshot');
        const { Context } = await import('@temporalio/activity');
        return Context.current().cancelled;
      },
    }),
    {
      act: async (handle, calls) => {
        await until(() => Promise.resolve(calls.includes('awaitSnapshot') || undefined), {
          what: 'the copy',
          timeout: 30_000,
        });
        await handle.cancel();
      },
    },
  );
  expect(calls).toEqual(['ensureSchema', 'ensureSource', 'awaitSnapshot', 'ensureWatch']);
  expect(status).toBe('CANCELLED');
});

it('and one whose source was there before it', async () => {
  const steps = STEPS.map((step) => (step.id === 'source' ? { ...step, action: 'keep' as const } : step));
  const { calls } = await run(() => ({ awaitSnapshot: refused }), { steps });
  expect(calls).toEqual(['ensureSchema', 'ensureWatch']);
});

it('nothing is left where nothing reads yet', async () => {
  const { calls, status } = await run(() => ({ ensureSchema: refused }));
  expect([calls, status]).toEqual([[], 'FAILED']);
});

it('nor is a watch that is there made again', async () => {
  const steps = STEPS.map((step) => (step.id === 'watch' ? { ...step, action: 'keep' as const } : step));
  const { calls } = await run(() => ({ awaitSnapshot: refused }), { steps });
  expect(calls).toEqual(['ensureSchema', 'ensureSource']);
});

it('a check that cannot be made does not hide why the run failed', async () => {
  const ensureWatch = () => Promise.reject(systemError('PermissionDenied', 'temporal', 'no schedules here'));
  const { status, message } = await run(() => ({ awaitSnapshot: refused, ensureWatch }));
  expect([status, message]).toEqual(['FAILED', 'the copy failed for public.orders']);
});
