import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { watchOptions } from '../src/activities/schedule';
import { startStack, type Stack } from '../local/stack';
import { applied } from './applied';
import { header, row } from './figures';

/** Many pipelines watched by one worker and one dev server: start delays, missed checks, memory, events. */
export async function benchWatch(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { pipelines: { type: 'string', default: '1000' }, minutes: { type: 'string', default: '10' } },
  });
  const pipelines = Number(values.pipelines);
  const minutes = Number(values.minutes);
  const stack = await startStack({
    neon: { logicalReplication: true, sampleOrders: 10, postgresSettings: { max_connections: '400' } },
    materialize: { speed: 1000 },
    log: (line) => process.stderr.write(`${line}\n`),
    env: { N2M_LOG_LEVEL: 'WARN' },
  });
  const connection = await Connection.connect({ address: stack.file.temporal.address });
  const client = new Client({ connection, namespace: stack.file.temporal.namespace });
  try {
    const spec = await applied(stack, client, 'watched');
    await client.schedule.getHandle('pipeline/watched/watch').delete();
    for (let index = 0; index < pipelines; index += 1) {
      // One real pipeline looked at under many names: what is measured is the watch, not a thousand databases.
      const named = { ...spec, name: `w${index}`, watch: { ...spec.watch, every: 60_000 } };
      await client.schedule.create(watchOptions(named, 'n2m'));
    }
    process.stderr.write(`${pipelines} schedules made, watching for ${minutes} minutes\n`);
    const began = Date.now();
    const cpu = cpuSeconds(stack);
    await delay(minutes * 60_000);
    await report(stack, client, { pipelines, minutes, began, cpu });
  } finally {
    await connection.close();
    await stack.stop();
  }
}

async function report(
  stack: Stack,
  client: Client,
  { pipelines, minutes, began, cpu }: { pipelines: number; minutes: number; began: number; cpu: number },
): Promise<void> {
  const delays: number[] = [];
  const events: number[] = [];
  let failed = 0;
  const query = `WorkflowType = 'checkReplication' AND StartTime > '${new Date(began).toISOString()}'`;
  for await (const run of client.workflow.list({ query })) {
    const nominal = Date.parse(run.workflowId.slice(run.workflowId.lastIndexOf('check-') + 6));
    if (!Number.isFinite(nominal) || nominal < began || nominal > began + minutes * 60_000) continue;
    delays.push(run.startTime.getTime() - nominal);
    if (run.historyLength !== undefined) events.push(run.historyLength);
    if (run.status.name !== 'COMPLETED' && run.status.name !== 'RUNNING') failed += 1;
  }
  const sorted = [...delays].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;
  header(`${pipelines} pipelines every 60 s for ${minutes} minutes, one worker, one dev server`);
  row('start delay p50', [at(0.5)], 'ms');
  row('start delay p99', [at(0.99)], 'ms (goal < 1,000)');
  row('checks started', [delays.length], `of ${pipelines * minutes} due`);
  row('checks failed', [failed], '');
  row('events per check', events, '');
  row('worker, resident memory', [rss(stack)], 'MiB (goal < 512)');
  row('worker, CPU', [(cpuSeconds(stack) - cpu) / (minutes * 60)], 'cores');
}

const rss = ({ worker }: Stack): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', String(worker?.pid)]).toString()) / 1024;

/** User and system time of the worker so far. */
function cpuSeconds({ worker }: Stack): number {
  const [hours = 0, minutes = 0, seconds = 0] = execFileSync('ps', ['-o', 'time=', '-p', String(worker?.pid)])
    .toString()
    .trim()
    .split(':')
    .map(Number);
  return hours * 3600 + minutes * 60 + seconds;
}
