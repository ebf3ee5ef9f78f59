import { verifyOptions } from '../../../src/activities/verify/schedule';
import { checkId, TASK_QUEUE, watchId } from '../../../src/core/names';
import type { PipelineSpec } from '../../../src/core/spec/types';
import type { CheckResult, VerdictName } from '../../../src/core/watch/types';
import type { StatusDocument } from '../../../src/cli/render/status-document';
import type { ListedPipeline } from '../../../src/cli/render/list';
import { fakes } from '../../workflows/harness';
import { n2m, startCli } from '../support/cli';
import { check } from '../support/checks';
import { specOf } from '../support/files';
import { startWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world?.close());

/** As the hand-over makes it; looks only when triggered. */
async function watch(name: string): Promise<void> {
  await world.client.schedule.create({
    scheduleId: watchId(name),
    spec: { intervals: [{ every: '1h' }] },
    action: {
      type: 'startWorkflow',
      workflowType: 'checkReplication',
      workflowId: checkId(name),
      taskQueue: TASK_QUEUE,
      args: [{ spec: specOf(name) }],
    },
  });
}

/** Lets the schedule check once and waits for the result, also for its being listed. */
async function checked(name: string): Promise<void> {
  const handle = world.client.schedule.getHandle(watchId(name));
  await handle.trigger();
  const query = `WorkflowType = 'checkReplication' AND WorkflowId STARTS_WITH '${checkId(name)}-' AND ExecutionStatus = 'Completed'`;
  for (;;) {
    const { count } = await world.client.workflow.count(query);
    if (count > 0 && (await handle.describe()).info.recentActions.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const saying =
  (verdicts: Record<string, VerdictName>) =>
  ({ spec }: { spec: PipelineSpec }): Promise<CheckResult> =>
    Promise.resolve(check(spec.name, verdicts[spec.name] ?? 'unknown'));

describe('n2m status', () => {
  it('reads both sides now and says what they are', async () => {
    await watch('well');
    const activities = fakes([], { check: saying({ well: 'healthy' }) });
    await world.withWorker(activities, async () => {
      const result = await n2m(['status', 'well', '-o', 'json'], world.env);
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(result.stdout)).toMatchObject({
        pipeline: 'well',
        verdict: 'healthy',
        source: { reachable: true },
        target: { reachable: true },
        tables: [{ table: 'orders' }],
        alerts: [],
        watch: { paused: false, every: 60_000 },
      } satisfies Partial<Record<keyof StatusDocument, unknown>>);
      const text = await n2m(['status', 'well'], world.env);
      expect(text.stdout).toMatch(/Postgres +Materialize/);
    });
  });

  it('takes the last check of the schedule with --last, also without a worker', async () => {
    await watch('before');
    const none = await n2m(['status', 'before', '--last', '-o', 'json'], world.env);
    expect(none).toMatchObject({ code: 3 });
    expect(JSON.parse(none.stdout)).toMatchObject({ verdict: 'unknown', cause: 'no check has completed yet' });
    await world.withWorker(fakes([], { check: saying({ before: 'lagging' }) }), () => checked('before'));
    const result = await n2m(['status', 'before', '--last', '-o', 'json'], world.env);
    expect(result).toMatchObject({ code: 3 });
    expect(JSON.parse(result.stdout)).toMatchObject({ verdict: 'lagging', checkedAt: expect.any(String) as string });
  });

  it('ends at Ctrl-C with --watch, also in the middle of a look', async () => {
    await watch('hanging');
    let begin = () => undefined as void;
    let release: (result: CheckResult) => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const hangs = () => {
      begin();
      return new Promise<CheckResult>((resolve) => (release = resolve));
    };
    await world.withWorker(fakes([], { check: hangs }), async () => {
      const cli = startCli(['status', 'hanging', '--watch'], world.env);
      await begun;
      cli.child.kill('SIGINT');
      expect(await cli.done).toMatchObject({ code: 130, stdout: '' });
      release(check('hanging', 'healthy'));
    });
  });

  it('knows no pipeline that nobody made', async () => {
    const result = await n2m(['status', 'nobody'], world.env);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('n2m list');
  });
});

/** The list, once it knows that `fine` is paused or not: what lists schedules follows what changes them. */
async function listed({ paused }: { paused: boolean }) {
  for (;;) {
    const { code, stdout } = await n2m(['list', '-o', 'json'], world.env);
    const { pipelines } = JSON.parse(stdout) as { pipelines: ListedPipeline[] };
    const fine = pipelines.find(({ pipeline }) => pipeline === 'fine');
    if (fine?.paused === paused) return { code, pipelines, fine };
  }
}

describe('n2m list, pause and resume', () => {
  it('lists worst first and what is paused', async () => {
    await watch('fine');
    await watch('dead');
    const activities = fakes([], { check: saying({ fine: 'healthy', dead: 'broken' }) });
    await world.withWorker(activities, async () => {
      await checked('fine');
      await checked('dead');
    });
    const paused = await n2m(['pause', 'fine', '--reason', 'maintenance'], world.env);
    expect(paused).toMatchObject({ code: 0 });
    const { code, pipelines, fine } = await listed({ paused: true });
    expect(code).toBe(3);
    expect(pipelines[0]).toMatchObject({ pipeline: 'dead', verdict: 'broken' });
    expect(fine.verdict).toBe('unknown');
    expect(fine.note).toContain('maintenance');

    const resumed = await n2m(['resume', 'fine'], world.env);
    expect(resumed).toMatchObject({ code: 0 });
    expect((await listed({ paused: false })).fine.verdict).toBe('healthy');
  });

  it('pauses and resumes comparisons with the checks', async () => {
    await watch('compared');
    const comparisons = verifyOptions({ ...specOf('compared'), verify: { every: 86_400_000, sample: 1 } }, TASK_QUEUE);
    const handle = await world.client.schedule.create(comparisons!);
    const state = async () => (await handle.describe()).state;
    expect(await n2m(['pause', 'compared', '--reason', 'maintenance'], world.env)).toMatchObject({ code: 0 });
    expect(await state()).toMatchObject({ paused: true, note: expect.stringContaining('maintenance') as string });
    expect(await n2m(['resume', 'compared'], world.env)).toMatchObject({ code: 0 });
    expect((await state()).paused).toBe(false);
  });

  it('says when there is nothing to pause', async () => {
    const result = await n2m(['pause', 'nobody'], world.env);
    expect(result).toMatchObject({ code: 2 });
    expect(result.stderr).toContain('nobody watches nobody');
  });
});
