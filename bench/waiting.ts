import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { startStack, type Stack } from '../local/stack';
import { projectRoot } from '../local/stack/worker';
import { until } from '../local/stack/until';
import { runId } from '../src/core/names';
import { header, row } from './figures';

/** Of the file that a stack comes with. */
const NAME = 'shop';
/** Slower than anything that is waited for here. */
const NEVER = 1e-6;

/** What Temporal Cloud bills of a client's calls; to look at a run, its history and its schedules is free. */
const BILLED = /^(Query|Signal|Start|Update|Terminate|RequestCancel|ExecuteMulti|Create|Patch|Delete)/;

interface Counts {
  events: number;
  bytes: number;
  /** Activities of the run and what of their heartbeats reached the server. */
  activities: number;
  heartbeats: number;
  /** Billed calls of the command line that follows. */
  attached: number;
}

/** `[--minutes N]`: what an hour of waiting for a first copy leaves in the history and costs in Actions, with `n2m apply` attached. */
export async function benchWaiting(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { minutes: { type: 'string', default: '60' } } });
  const minutes = Number(values.minutes);
  const stack = await startStack({
    neon: { logicalReplication: true, sampleOrders: 2_000 },
    materialize: { speed: NEVER },
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const connection = await Connection.connect({ address: stack.file.temporal.address });
  const client = new Client({ connection, namespace: stack.file.temporal.namespace });
  const dir = await mkdtemp(join(tmpdir(), 'n2m-bench-'));
  const calls = join(dir, 'calls.json');
  const apply = attached(stack, calls);
  try {
    const handle = client.workflow.getHandle(runId(NAME));
    await until(async () => ((await waits(handle)) ? true : undefined), {
      what: 'the copy to begin',
      timeout: 120_000,
    });
    const before = await countsOf(stack, handle, calls);
    await delay(minutes * 60_000);
    const after = await countsOf(stack, handle, calls);
    const perHour = (what: keyof Counts) => [((after[what] - before[what]) * 60) / minutes];
    header(`${minutes} minutes of waiting for a copy, as an hour`);
    row('events in the history', perHour('events'), '');
    row('bytes in the history', perHour('bytes'), '');
    row('heartbeats that reached the server, an Action each', perHour('heartbeats'), '');
    row('activities, an Action each', perHour('activities'), '');
    row('Actions of n2m apply that follows', perHour('attached'), '');
  } finally {
    const gone = once(apply, 'close');
    apply.kill('SIGINT');
    await gone;
    await rm(dir, { recursive: true, force: true });
    await connection.close();
    await stack.stop();
  }
}

/** Follows the stack's own pipeline. */
function attached({ file }: Stack, calls: string) {
  const options = `--require ${join(__dirname, 'calls.js')}`;
  return spawn(process.execPath, [join(projectRoot, 'lib', 'client.js'), 'apply', file.pipeline, '--yes'], {
    env: { ...process.env, ...file.env, NODE_OPTIONS: options, N2M_BENCH_CALLS: calls },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Whether the activity that waits for the copy is under way. */
async function waits(handle: WorkflowHandle): Promise<boolean> {
  const pending = (await handle.describe()).raw.pendingActivities ?? [];
  return pending.some(({ heartbeatDetails }) => (heartbeatDetails?.payloads ?? []).length > 0);
}

async function countsOf(stack: Stack, handle: WorkflowHandle, calls: string): Promise<Counts> {
  const { historyLength, historySize = 0 } = await handle.describe();
  const { events } = await handle.fetchHistory();
  const asked = JSON.parse(await readFile(calls, 'utf8')) as Record<string, number>;
  const billed = Object.entries(asked).filter(([name]) => BILLED.test(name));
  return {
    ...{ events: historyLength, bytes: historySize },
    activities: (events ?? []).filter((event) => event.activityTaskScheduledEventAttributes).length,
    heartbeats: await heartbeats(stack),
    attached: billed.reduce((sum, [, count]) => sum + count, 0),
  };
}

/** The worker's own count of what it sent. */
async function heartbeats({ file }: Stack): Promise<number> {
  const text = await (await fetch(file.metrics)).text();
  const lines = text
    .split('\n')
    .filter((line) => /^temporal_request(_total)?\{.*"RecordActivityTaskHeartbeat"/.test(line));
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
