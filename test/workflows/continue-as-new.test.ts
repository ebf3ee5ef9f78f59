import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { startTemporal, type TemporalServer } from '../../local/temporal/server';
import { runId } from '../../src/core/names';
import { OBJECTS, STEP_IDS } from '../../src/core/objects';
import type { Plan } from '../../src/core/plan/types';
import type { AttemptWindow } from '../../src/core/snapshot/types';
import type { replicate } from '../../src/workflows';
import { approveUpdate, pipelineAttribute, viewQuery } from '../../src/workflows/messages';
import { fakes, planOf, planStep, progress, spec, startHarness, type Harness } from './harness';

/** A plan, two steps and what lies between them; a server suggests it at some thousand. */
const SUGGESTED_AT = 20;
const WINDOWS = 12;

let server: TemporalServer;
let harness: Harness;
beforeAll(async () => {
  server = await startTemporal({
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': SUGGESTED_AT },
    log: (line) => process.stderr.write(`${line}\n`),
  });
  harness = await startHarness(server);
}, 180_000);
afterAll(async () => {
  await harness.close();
  await server.stop();
});

const started = (pipeline: string, approved: string[] = []) =>
  harness.client.workflow.start<typeof replicate>('replicate', {
    ...{ taskQueue: harness.taskQueue, workflowId: runId(pipeline), args: [{ spec: spec(pipeline), approved }] },
    typedSearchAttributes: [{ key: pipelineAttribute, value: pipeline }],
  });

const named = (): string => `t-${randomUUID().slice(0, 8)}`;

/** How many runs it took, by what Temporal lists. */
async function runsOf(pipeline: string): Promise<string[]> {
  const statuses: string[] = [];
  const query = `WorkflowId = '${runId(pipeline)}'`;
  for (;;) {
    statuses.length = 0;
    for await (const { status } of harness.client.workflow.list({ query })) statuses.push(status.name);
    if (statuses.includes('COMPLETED')) return statuses;
  }
}

describe('a run whose history grows long', () => {
  it('goes on as a new one between two steps, which does what is left and tells all of it', async () => {
    const pipeline = named();
    const calls: string[] = [];
    const done = new Set<string>();
    const plain = fakes(calls);
    /** What was made is kept by every later plan. */
    const makePlan = (): Promise<Plan> => {
      calls.push('makePlan');
      const ids = STEP_IDS.filter((id) => id !== 'drop-tables');
      const steps = ids.map((id) => planStep(id, done.has(id) ? { action: 'keep' } : {}));
      return Promise.resolve(planOf(pipeline, steps));
    };
    const remembering = Object.fromEntries(
      Object.entries(plain).map(([name, activity]) => [
        name,
        async (input: never) => {
          const result: unknown = await (activity as (input: never) => Promise<unknown>)(input);
          for (const step of STEPS_OF(name)) done.add(step);
          return result;
        },
      ]),
    ) as unknown as typeof plain;
    const handle = await started(pipeline);
    const report = await harness.withWorker({ ...remembering, makePlan }, () => handle.result());
    const runs = await runsOf(pipeline);
    expect(runs.filter((status) => status === 'CONTINUED_AS_NEW').length).toBeGreaterThan(1);
    const made = calls.filter((name) => !['makePlan', 'check'].includes(name));
    expect(made).toEqual([...new Set(made)]);
    expect(calls.filter((name) => name === 'makePlan')).toHaveLength(runs.length);
    expect(report.changed).toBe(true);
    expect(report.steps.map(({ outcome }) => outcome)).not.toContain('kept');
    expect(report.steps.every(({ state }) => state === 'done')).toBe(true);
  });

  it('goes on between two attempt windows of the first copy, with what the copy had come to', async () => {
    const pipeline = named();
    const seen: (string | null)[] = [];
    let restarts = 0;
    const activities = fakes([], {
      // What is copied is kept by every later plan.
      makePlan: () =>
        Promise.resolve(planOf(pipeline, [planStep('snapshot', seen.length < WINDOWS ? {} : { action: 'keep' })])),
      awaitSnapshot: ({ previous }): Promise<AttemptWindow> => {
        seen.push(previous?.startedAt ?? null);
        restarts = Math.max(restarts, previous?.restarts ?? 0);
        const end = seen.length < WINDOWS ? 'time' : 'committed';
        return Promise.resolve({ end, progress: { ...progress(), startedAt: 'the beginning', restarts: 3 } });
      },
    });
    const handle = await started(pipeline);
    await harness.withWorker(activities, () => handle.result());
    expect(await runsOf(pipeline)).toContain('CONTINUED_AS_NEW');
    expect(seen).toEqual([null, ...Array<string>(WINDOWS - 1).fill('the beginning')]);
    expect(restarts).toBe(3);
  });

  it('goes on in a wait for approval, and knows what was approved', async () => {
    const pipeline = named();
    const keys = Array.from({ length: 12 }, (_, at) => `key-${at}`);
    const plan = planOf(
      pipeline,
      keys.map((key) => planStep('role', { approval: key })),
    );
    const activities = fakes([], { makePlan: () => Promise.resolve(plan) });
    const handle = await started(pipeline);
    const latest = harness.client.workflow.getHandle<typeof replicate>(runId(pipeline));
    const approving = async () => {
      for (const key of keys) await approve(latest, key);
      return handle.result();
    };
    await harness.withWorker(activities, approving);
    expect(await runsOf(pipeline)).toContain('CONTINUED_AS_NEW');
    const { typedSearchAttributes } = await latest.describe();
    expect(typedSearchAttributes.get(pipelineAttribute)).toBe(pipeline);
  });
});

/** The run may be between two of itself when it is asked. */
async function approve(handle: WorkflowHandle<typeof replicate>, key: string): Promise<void> {
  for (;;) {
    try {
      await handle.executeUpdate(approveUpdate, { args: [{ keys: [key], by: 'the test' }] });
      return;
    } catch {
      await handle.query(viewQuery).catch(() => undefined);
    }
  }
}

/** Which steps of a plan an activity does. */
const STEPS_OF = (name: string): string[] =>
  OBJECTS.flatMap(({ steps }) => steps.filter(({ activity }) => activity === name).map(({ id }) => id));
