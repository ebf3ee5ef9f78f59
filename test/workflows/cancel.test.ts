import { randomUUID } from 'node:crypto';
import { CancelledFailure, type WorkflowFailedError } from '@temporalio/client';
import { cutShort, sleep } from '../../src/activities/edges/cut-short';
import { failuresEdge } from '../../src/activities/edges/failures';
import type { Activities } from '../../src/activities/types';
import { cancelling } from '../../src/core/run/details';
import type { RunView } from '../../src/core/run/types';
import { systemError } from '../../src/systems/errors';
import { fakes, planOf, planStep, startHarness, startRun, type Harness } from './harness';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const REFUSED = systemError('Unreachable', 'materialize', 'connection refused', { retryable: true });
const WRONG = systemError('PermissionDenied', 'materialize', 'not allowed');

type Handle = Awaited<ReturnType<typeof start>>;
const start = (name: string) => startRun(harness, name);

/** A run of the steps schema, cluster and running with these activities: what was called, how it ended. */
async function run(overrides: Partial<Activities>, act: (handle: Handle) => Promise<void>) {
  const calls: string[] = [];
  const name = `t-${randomUUID().slice(0, 8)}`;
  const plan = planOf(name, [planStep('schema'), planStep('cluster'), planStep('running')]);
  const activities = fakes(calls, { makePlan: () => Promise.resolve(plan), ...overrides });
  const end = await harness.withWorker(activities, async () => {
    const handle = await start(name);
    await act(handle);
    const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
    const view = await handle.query<RunView>('view');
    return { cause: (error as WorkflowFailedError).cause, view, status: (await handle.describe()).status.name };
  }, [failuresEdge((text) => text)]);
  return { ...end, calls };
}

const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
};
const isAsked = async (handle: Handle): Promise<boolean> => (await handle.query<RunView>('view')).cancelling ?? false;

it('ends a step that would be tried for ever, and frees the lock', async () => {
  let tries = 0;
  const { status, view, cause, calls } = await run(
    {
      ensureSchema: () => {
        tries += 1;
        return Promise.reject(REFUSED);
      },
    },
    async (handle) => {
      await until(() => tries === 3);
      await handle.cancel();
    },
  );
  expect(status).toBe('CANCELLED');
  expect(cause).toBeInstanceOf(CancelledFailure);
  expect(view).toMatchObject({ phase: 'cancelled', failure: null });
  expect(view.steps.map(({ state }) => state)).toEqual(['pending', 'pending', 'pending']);
  expect(calls).toEqual([]);
});

it('lets the attempt under way end, says so meanwhile, and makes no other', async () => {
  let tries = 0;
  let fail: (error: Error) => void = () => undefined;
  let aborted = true;
  const { status, view } = await run(
    {
      ensureSchema: () => {
        tries += 1;
        const signal = cutShort();
        return new Promise((_resolve, reject) => {
          fail = (error) => {
            aborted = signal.aborted;
            reject(error);
          };
        });
      },
    },
    async (handle) => {
      await until(() => tries === 1);
      await handle.cancel();
      await until(() => isAsked(handle));
      const words = cancelling(await handle.query<RunView>('view'));
      expect(words).toBe('it ends with the attempt under way of step schema (schema)');
      fail(REFUSED);
    },
  );
  expect([status, view.phase, tries, aborted]).toEqual(['CANCELLED', 'cancelled', 1, false]);
});

it('does not cut short what changes something, once the worker knows of the cancellation', async () => {
  let waits = false;
  let cancelledInside: boolean | null = null;
  const { status, view } = await run(
    {
      ensureSchema: async () => {
        waits = true;
        const { Context } = await import('@temporalio/activity');
        await until(() => Context.current().cancellationSignal.aborted);
        // As a step does that polls: neither this nor a session of it ends.
        await sleep(1);
        cancelledInside = cutShort().aborted;
        return { outcome: 'created', object: 'schema', sentence: 'made to the end' };
      },
    },
    async (handle) => {
      await until(() => waits);
      await handle.cancel();
    },
  );
  expect([status, cancelledInside]).toEqual(['CANCELLED', false]);
  expect(view.steps.map(({ state }) => state)).toEqual(['done', 'pending', 'pending']);
});

it('cuts short what only waits, also in the middle of a statement', async () => {
  let waits = false;
  const { status, view } = await run(
    {
      awaitRunning: () => {
        waits = true;
        const signal = cutShort();
        return new Promise((_resolve, reject) => {
          // As a session does whose caller leaves.
          const given = systemError('Timeout', 'materialize', 'given up because the caller was cancelled');
          signal.addEventListener('abort', () => reject(given));
        });
      },
    },
    async (handle) => {
      await until(() => waits);
      await handle.cancel();
    },
  );
  expect([status, view.phase, view.failure]).toEqual(['CANCELLED', 'cancelled', null]);
  expect(view.steps.map(({ state }) => state)).toEqual(['done', 'done', 'pending']);
});

it('still tells a permanent failure of the last attempt', async () => {
  let tries = 0;
  let fail: (error: Error) => void = () => undefined;
  const { status, view } = await run(
    {
      ensureSchema: () => {
        tries += 1;
        return new Promise((_resolve, reject) => (fail = reject));
      },
    },
    async (handle) => {
      await until(() => tries === 1);
      await handle.cancel();
      await until(() => isAsked(handle));
      fail(WRONG);
    },
  );
  expect([status, view.phase, view.failure?.type]).toEqual(['FAILED', 'failed', 'PermissionDenied']);
});

it.each<[string, (reject: () => Promise<never>) => Partial<Activities>]>([
  ['a wait', (reject) => ({ awaitRunning: reject })],
  ['a plan', (reject) => ({ makePlan: reject })],
])('does not call it a failure where the attempt under way of %s fails by itself', async (_what, overrides) => {
  let tries = 0;
  let fail: (error: Error) => void = () => undefined;
  const told: unknown[] = [];
  const reject = () => {
    tries += 1;
    return new Promise<never>((_resolve, rejects) => (fail = rejects));
  };
  const { status, view } = await run(
    { ...overrides(reject), tellRun: ({ news }) => Promise.resolve(void told.push(news)) },
    async (handle) => {
      await until(() => tries === 1);
      await handle.cancel();
      await until(() => isAsked(handle));
      fail(REFUSED);
    },
  );
  expect([status, view.phase, view.failure, told, tries]).toEqual(['CANCELLED', 'cancelled', null, [], 1]);
  expect(view.steps.filter(({ state }) => state === 'failed')).toEqual([]);
});
