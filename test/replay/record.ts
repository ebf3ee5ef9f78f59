import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { startStack, type Stack } from '../../local/stack';
import { runId } from '../../src/core/names';
import type { RunView } from '../../src/core/run/types';
import { parsePipeline } from '../../src/core/spec/parse';
import type { PipelineSpec } from '../../src/core/spec/types';
import type { CheckResult } from '../../src/core/watch/types';
import { dropTheSlot, slotOf } from '../e2e/support/live';
import { withSql, type World } from '../e2e/support/world';
import { fakes, planOf, planStep, progress, spec as anySpec, startHarness, type Harness } from '../workflows/harness';

/**
 * `npm run record-histories`: records the histories that replay.test.ts replays; with names, only those. Run it from the
 * commit that is released, never from the one under work: a history recorded by changed code would be compared with itself.
 */
const WANTED = process.argv.slice(2);

async function main(): Promise<void> {
  const stack = await startStack({ rows: 500, log: (line) => process.stderr.write(`${line}\n`) });
  process.env.N2M_TEST_TEMPORAL_ADDRESS = stack.file.temporal.address;
  process.env.N2M_TEST_TEMPORAL_NAMESPACE = stack.file.temporal.namespace;
  const connection = await Connection.connect({ address: stack.file.temporal.address });
  const client = new Client({ connection, namespace: stack.file.temporal.namespace });
  const harness = await startHarness();
  try {
    await recordReal(stack, client);
    await recordFaked(harness);
  } finally {
    await harness.close();
    await connection.close();
    await stack.stop();
  }
}

/** Real servers, real worker: a whole life with an approval in between. */
async function recordReal(stack: Stack, client: Client): Promise<void> {
  const parsed = parsePipeline(readFileSync(stack.file.pipeline, 'utf8'));
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  const { spec } = parsed;
  const start = (type: string, args: unknown[]) =>
    client.workflow.start(type, { taskQueue: 'n2m', workflowId: runId(spec.name), args });

  const first = await start('replicate', [{ spec, approved: ['enable-logical-replication'] }]);
  await untilPhase(first, 'waiting-for-approval');
  await first.executeUpdate('approve', { args: [{ keys: ['create-role'], by: 'the recording' }] });
  await first.result();
  await save(first, 'replicate-with-approval');

  const second = await start('replicate', [{ spec, approved: [] }]);
  await second.result();
  await save(second, 'replicate-nothing-to-do');

  const check = await client.workflow.start('checkReplication', {
    taskQueue: 'n2m',
    workflowId: `${runId(spec.name)}/check-recorded`,
    args: [{ spec }],
  });
  const { memory } = (await check.result()) as CheckResult;
  await save(check, 'check');

  const rotation = await start('rotateReplication', [
    { spec, approved: await approvals(client, 'planRotation', { spec }) },
  ]);
  await rotation.result();
  await save(rotation, 'rotate');

  await loseTheSlot(stack, spec);
  const repair = await start('repairReplication', [
    { spec, memory, approved: await approvals(client, 'planRepair', { spec, memory }) },
  ]);
  await repair.result();
  await save(repair, 'repair-rebuilds');

  const destruction = await start('destroyReplication', [
    {
      spec,
      approved: await approvals(client, 'planDestruction', { spec, leaveUpstream: false }),
      leaveUpstream: false,
    },
  ]);
  await destruction.result();
  await save(destruction, 'destroy');
}

/** Under a view that has to come back with the source. */
async function loseTheSlot(stack: Stack, spec: PipelineSpec): Promise<void> {
  const { database, schema } = spec.materialize;
  const view = `CREATE VIEW "${database}"."${schema}".by_status AS SELECT status, count(*) AS n FROM "${database}"."${schema}".orders GROUP BY status`;
  await withSql({ connectionString: stack.file.materialize.url }, (sql) => sql.query(view));
  const superuser = {
    connectionString: stack.neon?.postgres.superuserUrl.replace(/\/postgres(\?|$)/, '/shop$1') ?? '',
  };
  const upstream: World['upstream'] = (use) => withSql(superuser, use);
  await dropTheSlot({ upstream }, await slotOf({ upstream }));
}

async function approvals(
  client: Client,
  type: string,
  input: { spec: PipelineSpec; [more: string]: unknown },
): Promise<string[]> {
  const plan = (await client.workflow.execute(type, {
    taskQueue: 'n2m',
    workflowId: `${runId(input.spec.name)}/plan-${type}`,
    args: [input],
  })) as { needsApproval: { key: string }[] };
  return plan.needsApproval.map(({ key }) => key);
}

/** What takes hours or an operator in reality: many stints, a cancellation, a refusal. */
async function recordFaked(harness: Harness): Promise<void> {
  let stint = 0;
  const stints = fakes([], {
    makePlan: ({ spec }) =>
      Promise.resolve(planOf(spec.name, [planStep('snapshot'), planStep('right-size'), planStep('watch')])),
    awaitSnapshot: () => {
      stint += 1;
      return Promise.resolve({ end: stint === 4 ? 'committed' : 'milestone', progress: progress() });
    },
  });
  await harness.withWorker(stints, async () => {
    const handle = await startFaked(harness, 'stints');
    await handle.result();
    await save(handle, 'replicate-many-stints');
  });

  const asks = fakes([], {
    makePlan: ({ spec }) => Promise.resolve(planOf(spec.name, [planStep('role', { approval: 'create-role' })])),
  });
  await harness.withWorker(asks, async () => {
    const refused = await startFaked(harness, 'refused');
    await untilPhase(refused, 'waiting-for-approval');
    await refused.executeUpdate('reject', { args: [{ by: 'the recording', reason: 'to see it' }] });
    await refused.result().catch(() => undefined);
    await save(refused, 'replicate-rejected');

    const cancelled = await startFaked(harness, 'cancelled');
    await untilPhase(cancelled, 'waiting-for-approval');
    await cancelled.cancel();
    await cancelled.result().catch(() => undefined);
    await save(cancelled, 'replicate-cancelled');
  });
}

function startFaked(harness: Harness, name: string): Promise<WorkflowHandle> {
  return harness.client.workflow.start('replicate', {
    taskQueue: harness.taskQueue,
    workflowId: runId(name),
    args: [{ spec: anySpec(name), approved: [] }],
  });
}

async function untilPhase(handle: WorkflowHandle, phase: RunView['phase']): Promise<void> {
  for (;;) {
    const view = await handle.query<RunView>('view');
    if (view.phase === phase) return;
    if (view.phase === 'failed') throw new Error(`the run failed: ${view.failure?.message ?? ''}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function save(handle: WorkflowHandle, name: string): Promise<void> {
  if (WANTED.length > 0 && !WANTED.includes(name)) return;
  // Stack traces name where the project stood when it was recorded.
  const history = historyToJSON(await handle.fetchHistory()).replaceAll(join(__dirname, '..', '..'), '/app');
  writeFileSync(join(__dirname, 'histories', `${name}.json`), `${history}\n`);
  process.stderr.write(`recorded ${name}\n`);
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
