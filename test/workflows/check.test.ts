import { randomUUID } from 'node:crypto';
import { ApplicationFailure, ScheduleOverlapPolicy, type WorkflowHandle } from '@temporalio/client';
import { watchOptions } from '../../src/activities/watch/schedule';
import type { WatchMemory } from '../../src/core/watch/types';
import { judge } from '../../src/core/watch/judge';
import { keep } from '../../src/core/watch/readings/kept';
import { reading, table } from '../core/watch/reading';
import { checkResult, fakes, spec, startHarness, type Harness } from './harness';
import { storedBy } from '../../local/temporal/stored';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

describe('checkReplication, started by its schedule', () => {
  it('hands what it remembers to the next check, also over one that failed', async () => {
    const pipeline = `t-${randomUUID().slice(0, 8)}`;
    const result = checkResult(pipeline);
    const seen: (WatchMemory | null)[] = [];
    const activities = fakes([], {
      check: ({ memory }) => {
        seen.push(memory);
        if (seen.length === 2) return Promise.reject(ApplicationFailure.nonRetryable('the worker is at fault'));
        return Promise.resolve({ ...result, memory: { ...result.memory, lastCheckAt: `check ${seen.length}` } });
      },
    });
    const file = { ...spec(pipeline), watch: { ...spec(pipeline).watch, every: 3_600_000 } };
    const schedule = await harness.client.schedule.create(watchOptions(file, harness.taskQueue));
    const statuses: string[] = [];
    try {
      await harness.withWorker(activities, async () => {
        for (let check = 1; check <= 3; check += 1) {
          // As the schedule itself starts them: triggered otherwise, a run neither gets a result nor leaves one.
          await schedule.trigger(ScheduleOverlapPolicy.SKIP);
          statuses.push(await ended(schedule.scheduleId, check));
        }
      });
    } finally {
      await schedule.delete();
    }
    expect(statuses).toEqual(['COMPLETED', 'FAILED', 'COMPLETED']);
    expect(seen.map((memory) => memory?.lastCheckAt ?? null)).toEqual([null, 'check 1', 'check 1']);
  });
});

describe('what a check stores', () => {
  const KIB = 1024;

  it.each([2, 1_000, 10_000])('is under 8 KiB at %i tables, with the copies Temporal makes', async (count) => {
    const pipeline = `t-${randomUUID().slice(0, 8)}`;
    const tables = Array.from({ length: count }, (_, index) => table(`orders_${index}`));
    const activities = fakes([], {
      check: (input) => {
        const seen = reading(0, {
          source: {
            publication: { exists: true, leavesOut: [], tables: tables.map(({ upstream }) => upstream) },
            tables: tables.map(({ upstream }) => ({ ...upstream, replicaIdentity: 'full' })),
            server: { standby: false, history: 'system 7434921312345678901', flushedLsn: '5A/8C2F3A88' },
          },
          target: { tables, readTo: 'u-orders_1' },
        });
        const { verdict, memory } = judge(seen, input.memory, input.spec, seen.takenAt);
        const kept = keep(seen, input.tables ?? 'unwell');
        return Promise.resolve({ ...checkResult(pipeline), verdict, memory, reading: kept });
      },
    });
    const file = { ...spec(pipeline), watch: { ...spec(pipeline).watch, every: 3_600_000 } };
    const schedule = await harness.client.schedule.create(watchOptions(file, harness.taskQueue));
    try {
      await harness.withWorker(activities, async () => {
        await schedule.trigger(ScheduleOverlapPolicy.SKIP);
        await ended(schedule.scheduleId, 1);
        await schedule.trigger(ScheduleOverlapPolicy.SKIP);
        await ended(schedule.scheduleId, 2);
      });
      // The second one also holds what the first handed on.
      const stored = await storedBy(await newest(schedule.scheduleId));
      expect(stored.payloads.length).toBeGreaterThan(4);
      // The file and the memory are where the run begins, and nowhere else.
      expect(stored.of('activityTaskScheduled')).toBeLessThan(100);
      expect(stored.total).toBeLessThan(8 * KIB);
    } finally {
      await schedule.delete();
    }
  });
});

async function newest(scheduleId: string): Promise<WorkflowHandle> {
  const { info } = await harness.client.schedule.getHandle(scheduleId).describe();
  const last = info.recentActions.at(-1)?.action.workflow;
  if (!last) throw new Error('no check was started');
  return harness.client.workflow.getHandle(last.workflowId, last.firstExecutionRunId);
}

/** How the newest of so many checks ended. */
async function ended(scheduleId: string, checks: number): Promise<string> {
  for (;;) {
    const { info } = await harness.client.schedule.getHandle(scheduleId).describe();
    const newest = info.recentActions.at(-1)?.action.workflow;
    if (info.numActionsTaken >= checks && newest) {
      const handle = harness.client.workflow.getHandle(newest.workflowId, newest.firstExecutionRunId);
      await handle.result().catch(() => undefined);
      return (await handle.describe()).status.name;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
