import { randomUUID } from 'node:crypto';
import { ApplicationFailure, type WorkflowFailedError } from '@temporalio/client';
import { failuresEdge } from '../../../src/activities/edges/failures';
import type { Activities } from '../../../src/activities/types';
import { runId } from '../../../src/core/names';
import type { Plan } from '../../../src/core/plan/types';
import type { RunNews } from '../../../src/core/run/run-alerts';
import type { CheckInput, ReplicateReport } from '../../../src/core/run/types';
import type { CheckResult } from '../../../src/core/watch/types';
import { systemError } from '../../../src/systems/errors';
import { copyingTable } from '../../cli/support/copying-table';
import { until } from '../../../local/stack/until';
import { checkResult, fakes, planOf, planStep, progress, spec, startHarness, startRun, type Harness } from '../harness';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const upstream = { schema: 'public', name: 'orders' };
const AGAIN = 'copy-again:public.orders';
/** What a run does for a column that came, and asks for. */
const brings = (name: string, more: Partial<Plan> = {}): Plan =>
  planOf(name, [planStep('copy-beside', { approval: AGAIN }), planStep('snapshot'), planStep('switch-tables')], {
    tables: [{ ...upstream, alias: null, target: 'orders', fresh: true, estimatedRows: 9, bytes: '8192' }],
    beside: {
      groups: [
        {
          tables: [
            {
              ...{ id: 'u7', kind: 'table', item: { database: 'd', schema: 's', name: 'orders' }, upstream },
              ...{ why: 'note: added upstream', added: ['note'] },
            },
          ],
          dependents: [],
        },
      ],
      left: [],
      unnamed: [],
    },
    syntax: 'tables',
    ...more,
  });
const copied = { ...progress(), tables: [copyingTable('orders', { upstream, rowsCopied: 12, state: 'committed' })] };
const ALL = ['copyBeside', 'awaitSnapshot', 'keepDefinitions', 'switchTables u7', 'check'];

interface Scene {
  /** Of the check, then of the run. */
  plans?: ((name: string) => Plan)[];
  fails?: Partial<Activities>;
  quiet?: boolean;
  /** Somebody else's run. */
  locked?: boolean;
}

/** A check that finds a column which came, and what comes of it. */
async function checked({ plans = [brings, brings], fails = {}, quiet, locked = false }: Scene = {}) {
  const name = `t-${randomUUID().slice(0, 8)}`;
  const file = { ...spec(name) };
  file.source = { ...file.source, columns: { followUpTo: 8192 } };
  const calls: string[] = [];
  const told: RunNews[] = [];
  let made = 0;
  const result = checkResult(name);
  const due = {
    ...result,
    memory: { ...result.memory, follow: { state: 'due', ids: 'u7', at: 'now' } },
  } as CheckResult;
  const activities = fakes(calls, {
    makePlan: () => Promise.resolve((plans[made++] ?? brings)(name)),
    check: () => {
      calls.push('check');
      return Promise.resolve(due);
    },
    awaitSnapshot: () => {
      calls.push('awaitSnapshot');
      return Promise.resolve({ end: 'committed', progress: copied });
    },
    tellRun: ({ news }) => Promise.resolve(void told.push(news)),
    ...fails,
  });
  const test = async () => {
    const other = locked ? await startRun(harness, name) : null;
    if (other)
      await until(
        async () => (await other.query<{ phase: string }>('view')).phase === 'waiting-for-approval' || undefined,
        { what: 'it to wait', timeout: 30_000 },
      );
    const args: [CheckInput] = [{ spec: file, ...(quiet ? { quiet } : {}) }];
    const options = { taskQueue: harness.taskQueue, workflowId: `${runId(name)}/check-1`, args };
    const check = (await harness.client.workflow.execute('checkReplication', options)) as CheckResult;
    const { follow } = check.memory;
    const run = harness.client.workflow.getHandle(runId(name), follow?.run);
    const ended: unknown = follow?.state === 'started' ? await run.result().catch((error: unknown) => error) : null;
    await other?.terminate();
    return { follow, ended, calls: calls.slice(1), told };
  };
  return harness.withWorker(activities, test, [failuresEdge((text) => text)]);
}

const causeOf = (ended: unknown) => (ended as WorkflowFailedError).cause as ApplicationFailure;

it('begins a run under the lock, which asks nobody and tells what it brought', async () => {
  const { follow, ended, calls, told } = await checked();
  expect(follow).toEqual({ ...follow, state: 'started', ids: 'u7', columns: 'public.orders.note' });
  expect(calls).toEqual(ALL);
  const followed = { columns: 'public.orders.note', rows: 12 };
  expect((ended as ReplicateReport).followed).toEqual(followed);
  expect(told).toEqual([{ about: 'followed', ...followed }]);
});

it('begins none that would do or cost more', async () => {
  const larger = (name: string) => brings(name, { tables: [{ ...brings(name).tables[0]!, bytes: '8193' }] });
  const { follow, calls, told } = await checked({ plans: [larger] });
  expect(follow).toMatchObject({ state: 'declined', why: expect.stringMatching(/would be copied/) as string });
  expect([calls, told]).toEqual([[], []]);
});

it('begins none for a person who looks, and none while another run has the lock', async () => {
  const looked = await checked({ quiet: true });
  expect([looked.follow?.state, looked.calls]).toEqual(['due', []]);
  const waits = (name: string) => planOf(name, [planStep('role', { approval: 'create-role' })]);
  const { follow } = await checked({ locked: true, plans: [waits, brings] });
  expect(follow).toMatchObject({ state: 'declined', why: 'another run is under way' });
});

it('tries later where no plan can be made', async () => {
  const makePlan = () => Promise.reject(ApplicationFailure.nonRetryable('nobody answers'));
  const { follow } = await checked({ fails: { makePlan } });
  expect(follow).toMatchObject({ state: 'declined', why: 'no plan could be made: makePlan: nobody answers' });
});

it('a run that finds more to do than the check did ends untouched, and is no news', async () => {
  const more = (name: string) =>
    planOf(name, [...brings(name).steps, planStep('role')], {
      ...brings(name),
      steps: [...brings(name).steps, planStep('role')],
    });
  const { ended, calls, told } = await checked({ plans: [brings, more] });
  expect(causeOf(ended)).toMatchObject({ type: 'Blocked', message: 'a run would also do role' });
  expect([calls, told]).toEqual([[], []]);
});

it('a run that fails is told, as what it was', async () => {
  const copyBeside = () => Promise.reject(systemError('PermissionDenied', 'materialize', 'no more tables'));
  const { ended, told } = await checked({ fails: { copyBeside } });
  expect((ended as WorkflowFailedError).cause?.cause).toMatchObject({ message: 'no more tables' });
  expect(told).toMatchObject([{ about: 'failed', follows: true, failure: { message: 'no more tables' } }]);
});
