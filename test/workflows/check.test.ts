import { randomUUID } from 'node:crypto';
import { ApplicationFailure, ScheduleOverlapPolicy } from '@temporalio/client';
import { watchOptions } from '../../src/activities/watch/schedule';
import type { WatchMemory } from '../../src/core/watch/types';
import { checkResult, fakes, spec, startHarness, type Harness } from './harness';

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
