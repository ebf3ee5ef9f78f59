import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { watchOptions } from '../src/activities/watch/schedule';
import type { PipelineSpec } from '../src/core/spec/types';
import { startStack, type Stack } from '../local/stack';
import { applied } from './applied';
import { header, row } from './figures';
import { cpuSeconds, PARTS, workerMemory, type Part } from './processes';
import { readChecks, type Checks } from './watch-checks';

const PERIOD = 60_000;
/** As long as a schedule catches up, a moment for the list of runs included. */
const SETTLE = 15_000;
/** Schedules made at once. */
const AT_ONCE = 20;

interface Phase {
  pipelines: number;
  minutes: number;
}

interface Measured extends Phase {
  checks: Checks;
  /** Cores used, by part. */
  cores: Record<Part, number>;
  memory: number;
}

/** Many pipelines watched by one worker and one dev server, then half as many more each time until checks are missed. */
export async function benchWatch(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      pipelines: { type: 'string', default: '1000' },
      minutes: { type: 'string', default: '10' },
      'raise-minutes': { type: 'string', default: '2' },
    },
  });
  const first = Number(values.pipelines);
  const raise = Number(values['raise-minutes']);
  const stack = await startStack({
    neon: { logicalReplication: true, sampleOrders: 10 },
    materialize: { speed: 1000 },
    log: (line) => process.stderr.write(`${line}\n`),
    env: { N2M_LOG_LEVEL: 'WARN' },
  });
  const connection = await Connection.connect({ address: stack.file.temporal.address });
  const client = new Client({ connection, namespace: stack.file.temporal.namespace });
  try {
    const spec = await applied(stack, client, 'watched');
    await client.schedule.getHandle('pipeline/watched/watch').delete();
    let made = 0;
    const phase = async ({ pipelines, minutes }: Phase): Promise<Measured> => {
      await watchMore(client, spec, made, pipelines);
      made = pipelines;
      // A schedule begins a moment after it was made.
      await delay(SETTLE);
      const measured = await measure(stack, client, { pipelines, minutes });
      report(measured);
      return measured;
    };
    let last = await phase({ pipelines: first, minutes: Number(values.minutes) });
    while (raise > 0 && last.checks.missed === 0) {
      last = await phase({ pipelines: last.pipelines + Math.ceil(first / 2), minutes: raise });
    }
    if (last.checks.missed > 0) process.stdout.write(`\n${gaveWay(last)}\n`);
  } finally {
    await connection.close();
    await stack.stop();
  }
}

/** One real pipeline looked at under many names: what is measured is the watch, not a thousand databases. */
async function watchMore(client: Client, spec: PipelineSpec, from: number, to: number): Promise<void> {
  for (let index = from; index < to; index += AT_ONCE) {
    const names = Array.from({ length: Math.min(AT_ONCE, to - index) }, (_, more) => `w${index + more}`);
    const watched = names.map((name) => ({ ...spec, name, watch: { ...spec.watch, every: PERIOD } }));
    await Promise.all(watched.map((one) => client.schedule.create(watchOptions(one, 'n2m'))));
  }
}

async function measure(stack: Stack, client: Client, { pipelines, minutes }: Phase): Promise<Measured> {
  process.stderr.write(`${pipelines} pipelines, watching for ${minutes} minutes\n`);
  // Checks are due at whole seconds.
  await delay(1000 - (Date.now() % 1000));
  const began = Math.floor(Date.now() / 1000) * 1000;
  const until = began + minutes * PERIOD;
  const before = cpuSeconds(stack);
  let memory = 0;
  while (Date.now() < until) {
    await delay(Math.min(5_000, Math.max(0, until - Date.now())));
    memory = Math.max(memory, workerMemory(stack));
  }
  const seconds = (Date.now() - began) / 1000;
  const after = cpuSeconds(stack);
  const cores = Object.fromEntries(PARTS.map((part) => [part, (after[part] - before[part]) / seconds]));
  await delay(SETTLE);
  const checks = await readChecks(client, { from: began, to: until, due: pipelines * minutes });
  return { pipelines, minutes, checks, cores: cores as Record<Part, number>, memory };
}

function report({ pipelines, minutes, checks, cores, memory }: Measured): void {
  const { delays, durations, events, bytes, due } = checks;
  const perCheck = (minutes * 60 * 1000) / Math.max(1, delays.length);
  header(`${pipelines} pipelines every 60 s for ${minutes} minutes, one worker, one dev server`);
  row('start delay p50', [at(delays, 0.5)], 'ms');
  row('start delay p99', [at(delays, 0.99)], 'ms (goal < 1,000)');
  row('start to end p50', [at(durations, 0.5)], 'ms');
  row('start to end p99', [at(durations, 0.99)], 'ms');
  row('checks missed', [checks.missed], `of ${due} due`);
  row('checks failed', [checks.failed], '');
  row('events per check', events, '');
  row('bytes per check, in its history', bytes, '');
  row('Temporal actions per check, as Temporal Cloud counts', [checks.actions], '');
  for (const part of PARTS) {
    row(`CPU of the ${part}`, [cores[part]], `cores, ${(cores[part] * perCheck).toFixed(1)} ms a check`);
  }
  row('worker, resident memory at most', [memory], 'MiB (goal < 512)');
}

const at = (sorted: number[], share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? NaN;

/** Says where the time went: to whoever used most of what there was, or to waiting. */
function gaveWay({ pipelines, checks, cores }: Measured): string {
  const used = PARTS.reduce((sum, part) => sum + cores[part], 0);
  const [most] = PARTS.toSorted((a, b) => cores[b] - cores[a]);
  const shares = PARTS.map((part) => `${part} ${cores[part].toFixed(2)}`).join(', ');
  const where = `start delay p99 ${Math.round(at(checks.delays, 0.99))} ms, start to end p99 ${Math.round(at(checks.durations, 0.99))} ms`;
  return `${checks.missed} checks were missed at ${pipelines} pipelines: ${used.toFixed(2)} of ${availableParallelism()} cores were used, most by the ${most} (${shares}); ${where}`;
}
