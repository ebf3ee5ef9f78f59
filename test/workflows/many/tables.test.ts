import { randomUUID } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { inputsEdge } from '../../../src/activities/edges/callers';
import { fingerprintOf } from '../../../src/activities/plan/fingerprint';
import type { StepInput } from '../../../src/activities/types';
import { runId } from '../../../src/core/names';
import { STEP_IDS } from '../../../src/core/objects';
import type { Plan, PlannedTable } from '../../../src/core/plan/types';
import { keepProgress } from '../../../src/core/snapshot/kept';
import type { AttemptWindow, SnapshotProgress } from '../../../src/core/snapshot/types';
import type { replicate } from '../../../src/workflows';
import { fakes, planOf, planStep, progress, spec, startHarness, type Harness } from '../harness';
import { file, tablesOf } from './file';
import { storedBy } from '../../../local/temporal/stored';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const KIB = 1024;
/** Half-hour windows of a day, and as many tenths as a copy has. */
const DAY = 48 + 10;

/** As the worker's own activity makes it. */
function planned(pipeline: string, tables: PlannedTable[]): Plan {
  const steps = STEP_IDS.filter((id) => id !== 'drop-tables').map((id) => planStep(id));
  const plan = planOf(pipeline, steps, { tables });
  return { ...plan, reference: { activity: Context.current().info.activityId, fingerprint: fingerprintOf(plan) } };
}

const running = (tables: PlannedTable[]): SnapshotProgress => ({
  ...progress(),
  tables: tables.map(({ schema, name, target, estimatedRows }) => ({
    ...{ table: target, upstream: { schema, name }, rowsCopied: 7, rowsExpected: estimatedRows, rowsEnded: 0 },
    ...{ running: [], rowsStaged: 0, state: 'waiting' as const, error: null },
  })),
});

describe('a run of 10,000 tables', () => {
  it('stores each list once: no payload over 256 KiB, steps small, a day of waiting under 500 events and 5 MiB', async () => {
    const pipeline = `t-${randomUUID().slice(0, 8)}`;
    const tables = tablesOf(10_000);
    const seen: { tables: number; listed: number }[] = [];
    const taking = (input: StepInput): void => {
      const { tables: selection } = input.spec.source;
      seen.push({ tables: input.tables.length, listed: selection.kind === 'list' ? selection.tables.length : NaN });
    };
    let windows = 0;
    const activities = fakes([], {
      makePlan: () => Promise.resolve(planned(pipeline, tables)),
      ensureSource: (input) => {
        taking(input);
        return Promise.resolve({ outcome: 'created', object: 'source', sentence: 'made' });
      },
      awaitSnapshot: (input): Promise<AttemptWindow> => {
        taking(input);
        windows += 1;
        const kept = keepProgress(running(input.tables), input.tables);
        return Promise.resolve({ end: windows < DAY ? 'time' : 'committed', progress: kept });
      },
    });
    const edge = inputsEdge({ workflows: harness.client.workflow, taskQueue: harness.taskQueue });
    const handle = await harness.client.workflow.start<typeof replicate>('replicate', {
      ...{ taskQueue: harness.taskQueue, workflowId: runId(pipeline) },
      args: [{ spec: file(pipeline, tables), approved: [] }],
    });
    await harness.withWorker(activities, () => handle.result(), [edge]);
    expect(seen).toHaveLength(1 + DAY);
    for (const one of seen) expect(one).toEqual({ tables: 10_000, listed: 10_000 });

    const stored = await storedBy(handle);
    expect(stored.largest).toBeLessThan(256 * KIB);
    // Three events an activity, and three a workflow task.
    expect(stored.history.events).toBeLessThan(500);
    expect(stored.history.bytes).toBeLessThan(5 * KIB * KIB);
    const asked = stored.payloads.filter(({ event }) => event === 'activityTaskScheduled').map(({ bytes }) => bytes);
    // Only the plan and the look at the end take the whole file.
    expect(asked.filter((bytes) => bytes > 16 * KIB)).toHaveLength(2);
  }, 240_000);

  it('is not done from another plan than the one that was made', async () => {
    const pipeline = `t-${randomUUID().slice(0, 8)}`;
    const activities = fakes([], {
      makePlan: () => {
        const plan = planned(pipeline, tablesOf(200));
        return Promise.resolve({
          ...plan,
          reference: { activity: plan.reference?.activity ?? '', fingerprint: 'other' },
        });
      },
    });
    const edge = inputsEdge({ workflows: harness.client.workflow, taskQueue: harness.taskQueue });
    const handle = await harness.client.workflow.start<typeof replicate>('replicate', {
      ...{ taskQueue: harness.taskQueue, workflowId: runId(pipeline) },
      args: [{ spec: spec(pipeline), approved: [] }],
    });
    const message = await harness.withWorker(activities, () => firstFailure(handle), [edge]);
    expect(message).toContain("the run's plan is not what it was");
    await handle.terminate('it was looked at');
  });
});

/** What the first attempt that failed said. */
async function firstFailure(handle: {
  describe: () => Promise<{
    raw: { pendingActivities?: { lastFailure?: { message?: string | null } | null }[] | null };
  }>;
}): Promise<string> {
  for (;;) {
    const { raw } = await handle.describe();
    const message = raw.pendingActivities?.[0]?.lastFailure?.message;
    if (message) return message;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
