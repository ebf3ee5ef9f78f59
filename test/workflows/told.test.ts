import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { Activities } from '../../src/activities/types';
import { runId } from '../../src/core/names';
import type { RunNews } from '../../src/core/run/run-alerts';
import { until } from '../../local/stack/until';
import { fakes, planOf, planStep, spec, startHarness, startRun, type Harness } from './harness';

jest.setTimeout(120_000);

let harness: Harness;
let fast: string;
beforeAll(async () => {
  harness = await startHarness();
  const bundle = await bundleWorkflowCode({
    workflowsPath: join(__dirname, '../../lib/workflows/index.js'),
    workflowInterceptorModules: [join(__dirname, 'fast-timers.js')],
    logger: new DefaultLogger('WARN'),
  });
  fast = bundle.code;
});
afterAll(() => harness.close());

const broken = () => Promise.reject(ApplicationFailure.nonRetryable('it broke'));

/** What was told, in order. */
function listening(overrides: Partial<Activities> = {}): { told: RunNews[]; activities: Activities } {
  const told: RunNews[] = [];
  const tellRun: Activities['tellRun'] = ({ news }) => {
    told.push(news);
    return Promise.resolve();
  };
  return { told, activities: fakes([], { tellRun, ...overrides }) };
}

const { FASTER } = jest.requireActual<{ FASTER: number }>('./fast-timers');
const HOUR = 3_600_000;
const millis = ({
  startToFireTimeout: timeout,
}: {
  startToFireTimeout?: { seconds?: unknown; nanos?: number | null } | null;
}) => Number(timeout?.seconds ?? 0) * 1_000 + (timeout?.nanos ?? 0) / 1e6;

const asking = (name: string) => () => Promise.resolve(planOf(name, [planStep('role', { approval: 'create-role' })]));

const start = (name: string) => startRun(harness, name);

/** Until it is taken: the run may not ask yet, and on a busy machine a workflow task may fail and come again. */
function answer(handle: Awaited<ReturnType<typeof start>>, name: 'approve' | 'reject'): Promise<true> {
  const given = name === 'approve' ? { keys: ['create-role'], by: 'a test' } : { by: 'ada' };
  const once = () =>
    handle.executeUpdate(name, { args: [given] }).then(
      () => true as const,
      () => undefined,
    );
  return until(once, { what: `the answer ${name}`, timeout: 30_000 });
}

const newName = () => `t-${randomUUID().slice(0, 8)}`;

it('a run that waits tells so at once and every four hours, and goes on when somebody answers', async () => {
  const name = newName();
  const { told, activities } = listening({ makePlan: asking(name) });
  // Three days.
  const alerts = 1 + (3 * 24) / 4;
  const waited = await harness.withWorker(
    activities,
    async () => {
      const handle = await start(name);
      await until(() => Promise.resolve(told.length >= alerts || undefined), { what: 'the alerts', timeout: 90_000 });
      await answer(handle, 'approve');
      await handle.result();
      const { events } = await handle.fetchHistory();
      return (events ?? []).flatMap(({ timerStartedEventAttributes: timer }) => (timer ? [millis(timer)] : []));
    },
    [],
    fast,
  );
  expect(waited.length).toBeGreaterThanOrEqual(alerts - 1);
  // The first of them began before the first alert was taken.
  for (const ms of waited) expect(Math.abs(ms * FASTER - 4 * HOUR)).toBeLessThan(0.02 * HOUR);
  expect(told[0]).toMatchObject({ about: 'waiting', again: false, approvals: [{ key: 'create-role' }] });
  expect(told.slice(1).every((news) => news.about === 'waiting' && news.again)).toBe(true);
});

it('an answer does not wait for a sink that hangs', async () => {
  const name = newName();
  let release: () => void = () => undefined;
  const hanging = new Promise<void>((resolve) => (release = resolve));
  const { activities } = listening({ makePlan: asking(name), tellRun: () => hanging });
  await harness.withWorker(activities, async () => {
    const handle = await start(name);
    await answer(handle, 'approve');
    await handle.result();
    release();
  });
});

it('a run that fails tells why, with its next command; a rejected or cancelled one tells nothing', async () => {
  const name = newName();
  const failure = {
    ...{ type: 'NotFound', system: 'neon', message: 'no branch main', code: null, retryable: false },
    hint: 'correct source.branch',
  };
  const { told, activities } = listening({
    makePlan: () =>
      Promise.reject(
        ApplicationFailure.create({
          message: failure.message,
          type: 'NotFound',
          nonRetryable: true,
          details: [failure],
        }),
      ),
  });
  await harness.withWorker(activities, async () => {
    const handle = await start(name);
    await expect(handle.result()).rejects.toThrow();
  });
  expect(told).toEqual([{ about: 'failed', failure }]);

  const other = newName();
  const rejected = listening({ makePlan: asking(other) });
  await harness.withWorker(rejected.activities, async () => {
    const handle = await start(other);
    await until(() => Promise.resolve(rejected.told.length > 0 || undefined), {
      what: 'the question',
      timeout: 30_000,
    });
    await answer(handle, 'reject');
    await expect(handle.result()).rejects.toThrow();
  });
  expect(rejected.told.map(({ about }) => about)).toEqual(['waiting']);
});

it.each<[string, object, Partial<Activities>]>([
  ['rotateReplication', {}, { planRotate: broken }],
  ['repairReplication', { memory: null }, { planRepair: broken }],
  ['destroyReplication', { leaveUpstream: false }, { planDestroy: broken }],
])('%s that fails tells it, as every run does', async (workflow, more, overrides) => {
  const name = newName();
  const { told, activities } = listening(overrides);
  await harness.withWorker(activities, async () => {
    const handle = await harness.client.workflow.start(workflow, {
      ...{ taskQueue: harness.taskQueue, workflowId: runId(name) },
      args: [{ spec: spec(name), approved: [], ...more }],
    });
    await expect(handle.result()).rejects.toThrow();
  });
  expect(told).toMatchObject([{ about: 'failed', failure: { message: 'it broke' } }]);
});

it('whoever cannot be told holds up nothing', async () => {
  const name = newName();
  const tellRun = () => Promise.reject(ApplicationFailure.nonRetryable('no sink took it'));
  const { activities } = listening({
    makePlan: () => Promise.reject(ApplicationFailure.nonRetryable('it broke')),
    tellRun,
  });
  await harness.withWorker(activities, async () => {
    const handle = await start(name);
    const error = (await handle.result().catch((e: unknown) => e)) as Error & { cause?: Error };
    expect(JSON.stringify([error.message, error.cause?.message, error.cause?.cause])).toContain('it broke');
  });
});
