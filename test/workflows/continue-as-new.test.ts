import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { startTemporal, type TemporalServer } from '../../local/temporal/server';
import type { Activities } from '../../src/activities/types';
import { runId } from '../../src/core/names';
import { OBJECTS, STEP_IDS } from '../../src/core/objects';
import type { Plan } from '../../src/core/plan/types';
import type { Definition, RepairReport } from '../../src/core/repair/types';
import type { RunNews } from '../../src/core/run/run-alerts';
import type { AttemptWindow } from '../../src/core/snapshot/types';
import type { Symptom } from '../../src/core/watch/types';
import type { replicate } from '../../src/workflows';
import { approveUpdate, pipelineAttribute, viewQuery } from '../../src/workflows/messages';
import {
  destroyPlan,
  fakes,
  planOf,
  planStep,
  progress,
  repairPlan,
  spec,
  startHarness,
  type Harness,
} from './harness';

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

const started = (pipeline: string, approved: string[] = [], type = 'replicate') =>
  harness.client.workflow.start<typeof replicate>(type, {
    ...{ taskQueue: harness.taskQueue, workflowId: runId(pipeline) },
    args: [{ spec: spec(pipeline), approved, ...{ memory: null, leaveUpstream: false } }],
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

const asking = (pipeline: string, keys: string[]): Plan =>
  planOf(
    pipeline,
    keys.map((key) => planStep('role', { approval: key })),
  );

/** Every workflow that waits for people, and its plan. */
const WAITING: [string, (pipeline: string, keys: string[]) => Partial<Activities>][] = [
  ['replicate', (pipeline, keys) => ({ makePlan: () => Promise.resolve(asking(pipeline, keys)) })],
  [
    'repairReplication',
    (pipeline, keys) => ({
      planRepair: () => Promise.resolve(repairPlan(pipeline, { needsApproval: asking(pipeline, keys).needsApproval })),
    }),
  ],
  ['rotateReplication', (pipeline, keys) => ({ planRotate: () => Promise.resolve(asking(pipeline, keys)) })],
  [
    'destroyReplication',
    (pipeline, keys) => ({
      planDestroy: () =>
        Promise.resolve(destroyPlan(pipeline, [], { needsApproval: asking(pipeline, keys).needsApproval })),
    }),
  ],
];

const DEFINITION: Definition = {
  ...{ id: 'u9', type: 'view', name: 'materialize.shop.v', sql: 'CREATE VIEW v AS SELECT 1', owner: null },
  ...{ item: { database: 'materialize', schema: 'shop', name: 'v' }, grants: [], comments: [] },
};

/** Whatever an activity of a step did is kept by every later plan; of a copy, once it is over. */
const remembering = (plain: Activities, done: Set<string>, copied = () => true): Activities =>
  Object.fromEntries(
    Object.entries(plain).map(([name, activity]) => [
      name,
      async (input: never) => {
        const result: unknown = await (activity as (input: never) => Promise<unknown>)(input);
        if (name !== 'awaitSnapshot' || copied()) for (const step of STEPS_OF(name)) done.add(step);
        return result;
      },
    ]),
  ) as unknown as Activities;

describe('a run whose history grows long', () => {
  it('goes on as a new one between two steps, which does what is left and tells all of it', async () => {
    const pipeline = named();
    const calls: string[] = [];
    const done = new Set<string>();
    /** What was made is kept by every later plan. */
    const makePlan = (): Promise<Plan> => {
      calls.push('makePlan');
      const ids = STEP_IDS.filter((id) => id !== 'drop-tables');
      const steps = ids.map((id) => planStep(id, done.has(id) ? { action: 'keep' } : {}));
      return Promise.resolve(planOf(pipeline, steps));
    };
    const handle = await started(pipeline);
    const report = await harness.withWorker({ ...remembering(fakes(calls), done), makePlan }, () => handle.result());
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

  it.each(WAITING)(
    'goes on in a wait for approval (%s), knows what was approved, and tells it once',
    async (type, plan) => {
      const pipeline = named();
      const keys = Array.from({ length: 12 }, (_, at) => `key-${at}`);
      const told: RunNews[] = [];
      const tellRun: Activities['tellRun'] = ({ news }) => {
        told.push(news);
        return Promise.resolve();
      };
      const activities = fakes([], { ...plan(pipeline, keys), tellRun });
      const handle = await started(pipeline, [], type);
      const latest = harness.client.workflow.getHandle<typeof replicate>(runId(pipeline));
      const approving = async () => {
        for (const key of keys) await approve(latest, key);
        return handle.result();
      };
      await harness.withWorker(activities, approving);
      expect(await runsOf(pipeline)).toContain('CONTINUED_AS_NEW');
      expect(told).toMatchObject([{ about: 'waiting', again: false, approvals: { length: keys.length } }]);
      const { typedSearchAttributes } = await latest.describe();
      expect(typedSearchAttributes.get(pipelineAttribute)).toBe(pipeline);
    },
  );

  it('goes on in a repair after the drop, which is not done twice, and reports all of it', async () => {
    const pipeline = named();
    const calls: string[] = [];
    const done = new Set<string>();
    let windows = 0;
    const ids = ['role', 'schema', 'source', 'running', 'snapshot', 'watch'] as const;
    const left = () =>
      planOf(
        pipeline,
        ids.map((id) => planStep(id, done.has(id) ? { action: 'keep' } : {})),
      );
    const symptom: Symptom = {
      rule: 'slot-lost',
      severity: 'terminal',
      table: null,
      cause: 'lost',
      next: 'n2m repair',
    };
    const broken = repairPlan(pipeline, {
      steps: [planStep('keep-definitions'), planStep('drop-source'), planStep('remove-slot')],
      damage: { password: false, recreate: ['the slot is lost'], dead: [], converge: [] },
      symptoms: [symptom],
    });
    const activities = remembering(
      fakes(calls, {
        planRepair: () => {
          calls.push('planRepair');
          return Promise.resolve({ ...broken, after: left() });
        },
        keepDefinitions: () => Promise.resolve([DEFINITION]),
        awaitSnapshot: (): Promise<AttemptWindow> => {
          windows += 1;
          return Promise.resolve({ end: windows < WINDOWS ? 'time' : 'committed', progress: progress() });
        },
      }),
      done,
      // What is copied is kept by every later plan.
      () => windows >= WINDOWS,
    );
    const handle = await started(pipeline, [], 'repairReplication');
    const makePlan = () => Promise.resolve(left());
    const report = (await harness.withWorker({ ...activities, makePlan }, () =>
      handle.result(),
    )) as unknown as RepairReport;
    expect(await runsOf(pipeline)).toContain('CONTINUED_AS_NEW');
    expect(windows).toBe(WINDOWS);
    for (const once of ['planRepair', 'dropLostSource', 'ensureSource', 'recreateDependents', 'ensureWatch'])
      expect(calls.filter((name) => name === once)).toHaveLength(1);
    expect(report).toMatchObject({
      symptoms: [symptom],
      definitions: [DEFINITION],
      recreated: [{ name: DEFINITION.name, outcome: 'recreated' }],
    });
    expect(report.steps).toEqual(expect.arrayContaining(['dropLostSource done', 'ensureSource done']));
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
