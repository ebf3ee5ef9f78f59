import { randomUUID } from 'node:crypto';
import type { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { failuresEdge } from '../../src/activities/edges/failures';
import { heartbeat, lastHeartbeat } from '../../src/activities/edges/heartbeat';
import type { FailureType } from '../../src/core/failures/types';
import { systemError } from '../../src/systems/errors';
import { fakes, hurry, planOf, planStep, startHarness, startRun, type Harness } from './harness';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const failure = (type: FailureType) => systemError(type, 'materialize', `answered ${type}`, { retryable: true });
const many = (type: FailureType, count: number): FailureType[] => new Array<FailureType>(count).fill(type);

/** A run whose step `schema` fails in this way before it goes well: how it ended, and how often the step was tried. */
async function run(failures: FailureType[]): Promise<{ failed: string | null; tries: number; told: unknown[] }> {
  const name = `t-${randomUUID().slice(0, 8)}`;
  let tries = 0;
  const told: unknown[] = [];
  const activities = fakes([], {
    makePlan: () => Promise.resolve(planOf(name, [planStep('schema')])),
    ensureSchema: () => {
      tries += 1;
      told.push(lastHeartbeat());
      heartbeat({ waitingFor: `try ${tries}` });
      const type = failures[tries - 1];
      if (type) return Promise.reject(failure(type));
      return Promise.resolve({ outcome: 'created', object: 'schema', sentence: 'made' });
    },
  });
  const end = async (): Promise<string | null> => {
    const handle = await startRun(harness, name);
    const error: unknown = await handle.result().then(
      () => null,
      (thrown: unknown) => thrown,
    );
    if (error === null) return null;
    const { cause } = (error as WorkflowFailedError).cause as ApplicationFailure;
    return (cause as ApplicationFailure).type ?? null;
  };
  const failed = await harness.withWorker(activities, end, [hurry, failuresEdge((text) => text)]);
  return { failed, tries, told };
}

it('a long outage uses up no attempt for the unforeseen: one odd answer after it ends nothing', async () => {
  expect(await run([...many('Unreachable', 12), 'Unexpected', 'Unreachable'])).toMatchObject({
    failed: null,
    tries: 15,
  });
});

it('ends a run after five answers nobody foresaw, whatever came in between', async () => {
  const answers = [...many('Unexpected', 3), ...many('ServerBusy', 4), ...many('Unexpected', 3)];
  expect(await run(answers)).toMatchObject({ failed: 'Unexpected', tries: 9 });
});

it('tries no conflict for ever', async () => {
  expect(await run(many('Conflict', 10))).toMatchObject({ failed: 'Conflict', tries: 5 });
});

it('hands on what an attempt told, beside the count', async () => {
  const { told } = await run(['Unexpected', 'Unreachable']);
  expect(told).toEqual([null, { waitingFor: 'try 1' }, { waitingFor: 'try 2' }]);
});
