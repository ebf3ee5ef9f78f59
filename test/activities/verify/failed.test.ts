import { randomUUID } from 'node:crypto';
import { ApplicationFailure, type WorkflowClient } from '@temporalio/client';
import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import { readComparisons } from '../../../src/activities/watch/comparisons';
import { SEARCH_ATTRIBUTES, verifyScheduleId } from '../../../src/core/names';
import { until } from '../../../local/stack/until';
import { fakes, spec, startHarness, type Harness } from '../../workflows/harness';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const attribute = defineSearchAttributeKey(SEARCH_ATTRIBUTES.pipeline, 'KEYWORD');

it('a check hears of the newest comparison that the schedule began and that failed, and of none that a person began', async () => {
  const pipeline = `t-${randomUUID().slice(0, 8)}`;
  const compare = (unique: string) =>
    harness.client.workflow.start('verifyReplication', {
      ...{ taskQueue: harness.taskQueue, workflowId: `${verifyScheduleId(pipeline)}-${unique}` },
      args: [{ spec: spec(pipeline), tables: [], amount: 'full', cluster: null, showValues: false }],
      typedSearchAttributes: new TypedSearchAttributes([{ key: attribute, value: pipeline }]),
    });
  let why = '';
  const activities = fakes([], { verifyTables: () => Promise.reject(ApplicationFailure.nonRetryable(why)) });
  const { workflow } = harness.client;
  const read = (workflows: Pick<WorkflowClient, 'list' | 'getHandle'> = workflow) =>
    readComparisons({ workflows: workflows as WorkflowClient }, { pipeline, slot: null, anew: true }, null);
  await harness.withWorker(activities, async () => {
    for (const [unique, message] of [
      ['2026-11-29T10:00:00Z', 'permission denied for table orders'],
      ['2026-11-30T10:00:00Z', 'permission denied for table events'],
      [randomUUID(), 'a person looked'],
    ] as const) {
      why = message;
      await (await compare(unique)).result().catch(() => undefined);
    }
  });
  const found = await until(
    async () => {
      const seen = await read();
      return seen?.failed?.message === 'permission denied for table events' ? seen : undefined;
    },
    { what: 'the list to know of it', timeout: 30_000 },
  );
  expect(Date.parse(found.failed?.at ?? '')).not.toBeNaN();
  // Not to be told why is no reason.
  const silent = {
    list: (options: Parameters<WorkflowClient['list']>[0]) => workflow.list(options),
    getHandle: () => ({ result: () => Promise.reject(new Error('14 UNAVAILABLE')) }),
  };
  expect(await read(silent as unknown as WorkflowClient)).toBeNull();
});
