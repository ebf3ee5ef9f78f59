import { randomUUID } from 'node:crypto';
import { WorkflowUpdateFailedError, type ApplicationFailure, type WorkflowFailedError } from '@temporalio/client';
import type { RunView } from '../../src/core/run/types';
import { fakes, planOf, planStep, startHarness, startRun, type Harness } from './harness';
import { lengthWhenQuiet } from './quiet';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const STEPS = [planStep('role', { approval: 'create-role' }), planStep('schema', { approval: 'make-schema' })];
const KEYS = ['create-role', 'make-schema'];

/** A run that waits for two approvals; `act` answers it. The names of the activities called until it ended. */
async function waiting(act: (handle: Awaited<ReturnType<typeof start>>) => Promise<void>): Promise<string[]> {
  const calls: string[] = [];
  const name = `t-${randomUUID().slice(0, 8)}`;
  const activities = fakes(calls, {
    makePlan: () => {
      calls.push('makePlan');
      return Promise.resolve(planOf(name, STEPS));
    },
  });
  await harness.withWorker(activities, async () => {
    const handle = await start(name);
    for (;;) {
      const { phase } = await handle.query<RunView>('view');
      if (phase === 'waiting-for-approval') break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await act(handle);
  });
  return calls;
}

const start = (name: string) => startRun(harness, name);

// What an empty input field of Temporal's UI and `temporal workflow update execute` send.
it('ends once when it is rejected without input, and plans no more', async () => {
  const calls = await waiting(async (handle) => {
    // A turn in which its own alert is delivered would be dropped, and the answer with it.
    await lengthWhenQuiet(handle);
    await handle.executeUpdate('reject');
    const error: unknown = await handle.result().catch((thrown: unknown) => thrown);
    const cause = (error as WorkflowFailedError).cause as ApplicationFailure;
    expect([cause.type, cause.message]).toEqual(['Rejected', 'rejected by somebody who gave no name']);
  });
  expect(calls).toEqual(['makePlan']);
});

it('goes on with everything it asked for when it is approved without input', async () => {
  const calls = await waiting(async (handle) => {
    await lengthWhenQuiet(handle);
    await handle.executeUpdate('approve');
    await handle.result();
  });
  expect(calls).toEqual(['makePlan', 'makePlan', 'ensureRole', 'ensureSchema', 'check']);
});

it('refuses what is no answer without a trace, and waits on', async () => {
  await waiting(async (handle) => {
    const before = await lengthWhenQuiet(handle);
    const inputs = ['create-role', 7, [KEYS], { key: KEYS }, { keys: 'create-role' }, { keys: [], by: 'ada' }];
    for (const input of inputs) {
      const refused = handle.executeUpdate('approve', { args: [input] });
      await expect(refused).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
    }
    for (const input of ['no', { why: 'no' }, { reason: 7 }]) {
      const refused = handle.executeUpdate('reject', { args: [input] });
      await expect(refused).rejects.toBeInstanceOf(WorkflowUpdateFailedError);
    }
    const view = await handle.query<RunView>('view');
    expect(view.waitingFor.map(({ key }) => key)).toEqual(KEYS);
    expect((await handle.fetchHistory()).events?.length).toBe(before);
    await handle.executeUpdate('approve', { args: [{ keys: KEYS, by: 'a test' }] });
    await handle.result();
  });
});
