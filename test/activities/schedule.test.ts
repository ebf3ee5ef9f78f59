import { randomUUID } from 'node:crypto';
import { Client, Connection, ScheduleOverlapPolicy, type ScheduleUpdateOptions } from '@temporalio/client';
import { readWatch, watchOptions } from '../../src/activities/watch/schedule';
import { watchId } from '../../src/core/names';
import type { PipelineSpec } from '../../src/core/spec/types';
import { postgresSpec } from '../core/plan/fixtures';

type Scheduled = Parameters<Parameters<ReturnType<Client['schedule']['getHandle']>['update']>[0]>[0];
type Change = (found: Scheduled) => Partial<ScheduleUpdateOptions<Scheduled['action']>>;

const TASK_QUEUE = 'watch-test';
let connection: Connection;
let client: Client;
let spec: PipelineSpec;

beforeAll(async () => {
  connection = await Connection.connect({ address: process.env.N2M_TEST_TEMPORAL_ADDRESS });
  client = new Client({ connection, namespace: process.env.N2M_TEST_TEMPORAL_NAMESPACE });
});
afterAll(() => connection.close());

beforeEach(async () => {
  spec = { ...postgresSpec(), name: `s${randomUUID().slice(0, 8)}` };
  await client.schedule.create({ ...watchOptions(spec, TASK_QUEUE), state: { paused: true } });
});
afterEach(() => client.schedule.getHandle(watchId(spec.name)).delete());

const look = () => readWatch(client.schedule, spec, TASK_QUEUE);

it('is as the file has it right after it was made', async () => {
  expect(await look()).toEqual({ exists: true, paused: true, current: true });
});

it.each<[string, Change]>([
  [
    'checks that run beside each other',
    ({ policies }) => ({ policies: { ...policies, overlap: ScheduleOverlapPolicy.ALLOW_ALL } }),
  ],
  ['old checks caught up', ({ policies }) => ({ policies: { ...policies, catchupWindow: '1h' } })],
  ['a pause at the first failure', ({ policies }) => ({ policies: { ...policies, pauseOnFailure: true } })],
  ['a jitter', ({ spec: when }) => ({ spec: { ...when, jitter: '5m' } })],
  [
    'another moment',
    ({ spec: { intervals, ...when } }) => ({
      // Whichever it has: that is chosen by the name, out of sixty.
      spec: {
        ...when,
        intervals: intervals?.map((one) => ({ ...one, offset: one.offset === 59_000 ? '58s' : '59s' })),
      },
    }),
  ],
  ['an end', ({ spec: when }) => ({ spec: { ...when, endAt: new Date('2040-01-01') } })],
  [
    'one more interval',
    ({ spec: when }) => ({ spec: { ...when, intervals: [...(when.intervals ?? []), { every: '1d' }] } }),
  ],
  ['another workflow', ({ action }) => ({ action: { ...action, workflowType: 'examine' } })],
  ['another id', ({ action }) => ({ action: { ...action, workflowId: 'elsewhere' } })],
  ['another queue', ({ action }) => ({ action: { ...action, taskQueue: 'nobody' } })],
  ['a timeout that is too short', ({ action }) => ({ action: { ...action, workflowRunTimeout: '1s' } })],
])('%s: the next plan says so', async (_what, change) => {
  await client.schedule.getHandle(watchId(spec.name)).update((found) => ({ ...found, ...change(found) }));
  expect(await look()).toMatchObject({ exists: true, current: false });
});
