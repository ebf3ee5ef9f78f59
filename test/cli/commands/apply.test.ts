import type { Activities } from '../../../src/activities/types';
import { runId } from '../../../src/core/names';
import { STEP_IDS } from '../../../src/core/objects';
import type { Plan } from '../../../src/core/plan/types';
import type { ReplicateReport } from '../../../src/core/run/types';
import { fakes, planOf, planStep } from '../../workflows/harness';
import { n2m, startCli } from '../support/cli';
import { copying } from '../support/copying';
import { pipelineFile } from '../support/files';
import { startWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await startWorld();
}, 120_000);
afterAll(() => world?.close());

const steps = (approval: string | null = null) =>
  STEP_IDS.filter((id) => id !== 'drop-tables').map((id) =>
    planStep(id, id === 'logical-replication' ? { approval } : {}),
  );

/** Plans without asking, whatever the file. */
const askingFor = (key: string): Partial<Activities> => ({
  makePlan: ({ spec }) => Promise.resolve(planOf(spec.name, steps(key))),
});

describe('n2m apply', () => {
  it('plans, runs every step in order and reports; stdout has the report only', async () => {
    const calls: string[] = [];
    const result = await world.withWorker(fakes(calls), () =>
      n2m(['apply', '-', '--output', 'json'], world.env, pipelineFile('plain')),
    );
    expect(result).toMatchObject({ code: 0 });
    const report = JSON.parse(result.stdout) as ReplicateReport;
    expect(report).toMatchObject({ pipeline: 'plain', changed: true });
    expect(report.steps.every(({ state }) => state === 'done')).toBe(true);
    expect(result.stderr).toContain('✓ logical-replication: enableLogicalReplication done');
    expect(result.stderr).toContain('✓ watch: ensureWatch done');
    expect(calls.filter((call) => call === 'ensureSource')).toHaveLength(1);
  });

  it('starts nothing when approval is needed and nobody can be asked', async () => {
    const calls: string[] = [];
    const result = await world.withWorker(fakes(calls, askingFor('enable-logical-replication')), () =>
      n2m(['apply', '-'], world.env, pipelineFile('asking')),
    );
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(result.stderr).toContain('--yes');
    await expect(world.client.workflow.getHandle(runId('asking')).describe()).rejects.toThrow(/not found/i);
  });

  it('approves with --yes what the plan showed', async () => {
    const result = await world.withWorker(fakes([], askingFor('enable-logical-replication')), () =>
      n2m(['apply', '-', '--yes'], world.env, pipelineFile('agreed')),
    );
    expect(result).toMatchObject({ code: 0 });
    expect(result.stdout).toContain('✓ agreed');
  });

  it('leaves a run that waits with --no-wait; approve lets it go on, reject ends it', async () => {
    await world.withWorker(fakes([], askingFor('enable-logical-replication')), async () => {
      const left = await n2m(['apply', '-', '--no-wait', '-o', 'json'], world.env, pipelineFile('left'));
      expect(left).toMatchObject({ code: 4 });
      expect(JSON.parse(left.stdout)).toMatchObject({
        joined: false,
        waitingFor: [{ key: 'enable-logical-replication' }],
      });
      expect(left.stderr).toContain('n2m approve left');

      const status = await n2m(['status', 'left', '-o', 'json'], world.env);
      expect(status).toMatchObject({ code: 4 });
      expect(JSON.parse(status.stdout)).toMatchObject({
        verdict: 'changing',
        next: 'n2m approve left, or n2m reject left',
      });

      const unsure = await n2m(['approve', 'left'], world.env);
      expect(unsure).toMatchObject({ code: 4 });
      const wrong = await n2m(['approve', 'left', '--yes', '--only', 'other'], world.env);
      expect(wrong).toMatchObject({ code: 2 });
      const approved = await n2m(['approve', 'left', '--yes'], world.env);
      expect(approved).toMatchObject({ code: 0 });
      await world.client.workflow.getHandle(runId('left')).result();
      const late = await n2m(['approve', 'left', '--yes'], world.env);
      expect(late).toMatchObject({ code: 1 });
      expect(late.stderr).toContain('no run of left is under way');

      await n2m(['apply', '-', '--no-wait'], world.env, pipelineFile('refused'));
      const rejected = await n2m(['reject', 'refused', '--reason', 'not today'], world.env);
      expect(rejected).toMatchObject({ code: 0 });
      await expect(world.client.workflow.getHandle(runId('refused')).result()).rejects.toThrow();
      const after = await n2m(['status', 'refused', '-o', 'json'], world.env);
      expect(after).toMatchObject({ code: 3 });
      expect((JSON.parse(after.stdout) as { cause: string }).cause).toContain('not today');
    });
  });

  it('joins a run under way, shows the heartbeat’s rows, and detaches on Ctrl-C without ending it', async () => {
    const { activities, release } = copying();
    await world.withWorker(fakes([], activities), async () => {
      const first = startCli(['apply', '-'], world.env, pipelineFile('joined'));
      await first.until('stderr', /orders: copying 52,000 of about 100,000 rows/);
      first.child.kill('SIGINT');
      const detached = await first.done;
      expect(detached).toMatchObject({ code: 130, stdout: '' });
      expect(detached.stderr).toContain('the run of joined goes on');

      const status = await n2m(['status', 'joined'], world.env);
      expect(status).toMatchObject({ code: 3 });
      expect(status.stdout).toContain('52%');

      const second = startCli(['apply', '-'], world.env, pipelineFile('joined', '[public.orders]'));
      await second.until('stderr', /52,000/);
      release();
      const done = await second.done;
      expect(done).toMatchObject({ code: 0 });
      expect(done.stderr).toContain('a run of joined is under way; following it');
      expect(done.stderr).toContain('another version of the file');
    });
  });

  it('asks a run to stop, and says so', async () => {
    const { activities, release } = copying();
    await world.withWorker(fakes([], activities), async () => {
      const run = startCli(['apply', '-'], world.env, pipelineFile('stopped'));
      await run.until('stderr', /52,000/);
      const cancel = await n2m(['cancel', 'stopped'], world.env);
      expect(cancel).toMatchObject({ code: 0 });
      release();
      const result = await run.done;
      expect(result).toMatchObject({ code: 1 });
      expect(result.stderr).toMatch(/cancelled/);
    });
  });

  it('ends a failed run in one sentence with cause and fix', async () => {
    const { ApplicationFailure } = await import('@temporalio/common');
    const info = {
      type: 'AuthenticationFailed',
      system: 'source',
      message: 'password authentication failed for user materialize',
      code: '28P01',
      retryable: false,
      hint: 'set the right password in N2M_SECRET_ROLE_PASSWORD',
    };
    const refusing: Partial<Activities> = {
      ensureConnection: () =>
        Promise.reject(
          ApplicationFailure.create({ message: info.message, type: info.type, nonRetryable: true, details: [info] }),
        ),
    };
    const result = await world.withWorker(fakes([], refusing), () =>
      n2m(['apply', '-', '-o', 'json'], world.env, pipelineFile('failing')),
    );
    expect(result).toMatchObject({ code: 1 });
    expect(result.stderr).toContain('password authentication failed for user materialize (28P01)');
    expect(result.stderr).toContain('next: set the right password');
    expect(result.stderr).not.toMatch(/^\s+at /m);
    expect(JSON.parse(result.stdout)).toMatchObject({
      error: { exitCode: 1, failure: { type: 'AuthenticationFailed' } },
    });
  });

  it('stops at what stands in the way, all at once', async () => {
    const blocked: Partial<Activities> = {
      makePlan: ({ spec }) => Promise.resolve(withFindings(planOf(spec.name, steps()))),
    };
    await world.withWorker(fakes([], blocked), async () => {
      const result = await n2m(['apply', '-'], world.env, pipelineFile('blocked'));
      expect(result).toMatchObject({ code: 1, stdout: '' });
      expect(result.stderr).toContain('max_replication_slots');
      expect(result.stderr).toContain('fix: ALTER SYSTEM');
      const plan = await n2m(['plan', '-', '-o', 'json'], world.env, pipelineFile('blocked'));
      expect(plan).toMatchObject({ code: 1 });
      expect((JSON.parse(plan.stdout) as Plan).findings).toHaveLength(1);
    });
  });
});

describe('n2m plan', () => {
  it('ends with 3 where there are changes and 0 where there are none', async () => {
    const kept = steps().map((step) => ({ ...step, action: 'keep' as const }));
    await world.withWorker(fakes([]), async () => {
      const result = await n2m(['plan', '-'], world.env, pipelineFile('changing'));
      expect(result).toMatchObject({ code: 3 });
      expect(result.stdout).toContain('+ do cluster');
      expect(result.stderr).toContain('next: n2m apply -');
    });
    const nothing: Partial<Activities> = { makePlan: ({ spec }) => Promise.resolve(planOf(spec.name, kept)) };
    await world.withWorker(fakes([], nothing), async () => {
      const result = await n2m(['plan', '-'], world.env, pipelineFile('steady'));
      expect(result).toMatchObject({ code: 0 });
      expect(result.stdout).toContain('no changes');
    });
  });

  it('gives up on a system that cannot be reached and says which', async () => {
    const unreachable: Partial<Activities> = {
      makePlan: () => Promise.reject(new Error('db.example.com:5432 refused the connection')),
    };
    const result = await world.withWorker(fakes([], unreachable), () =>
      n2m(['plan', '-'], world.env, pipelineFile('far')),
    );
    expect(result).toMatchObject({ code: 1, stdout: '' });
    expect(result.stderr).toContain('db.example.com:5432 refused the connection');
  });

  it('does not wait for a worker that is not there', async () => {
    const lonely = { ...world.env, TEMPORAL_NAMESPACE: 'default' };
    const result = await n2m(['plan', '-'], lonely, pipelineFile('lonely'));
    expect(result).toMatchObject({ code: 5, stdout: '' });
    expect(result.stderr).toContain('no worker polls task queue n2m');
  });
});

function withFindings(plan: Plan): Plan {
  const finding = {
    code: 'no-free-slots',
    severity: 'blocking' as const,
    subject: 'server',
    sentence: 'max_replication_slots is used up',
    fix: 'ALTER SYSTEM SET max_replication_slots = 20',
  };
  return { ...plan, findings: [finding] };
}
