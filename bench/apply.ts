import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { planId, runId } from '../src/core/names';
import type { PipelineSpec } from '../src/core/spec/types';
import { startStack, type Stack } from '../local/stack';
import { projectRoot } from '../local/stack/worker';
import { smallPipeline } from './applied';
import { header, median, row } from './figures';
import { straight } from './straight';

const ROUNDS = 5;
const TABLES = ['customers', 'orders', 'events'].map((name) => ({ schema: 'public', name }));

/** A full apply of a pipeline with empty tables against the same statements sent by a straight script, in one run. */
export async function benchApply(): Promise<void> {
  const stack = await startStack({
    neon: {
      logicalReplication: true,
      sampleOrders: 10,
      postgresSettings: { max_replication_slots: '60', max_wal_senders: '60' },
    },
    materialize: { statisticsInterval: 100, speed: 1000 },
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const connection = await Connection.connect({ address: stack.file.temporal.address });
  const client = new Client({ connection, namespace: stack.file.temporal.namespace });
  try {
    await measure(stack, client);
  } finally {
    await connection.close();
    await stack.stop();
  }
}

async function measure(stack: Stack, client: Client): Promise<void> {
  const { neon } = stack;
  if (!neon) throw new Error('the bench needs the local Neon');
  const times = {
    script: [] as number[],
    proof: [] as number[],
    apply: [] as number[],
    plan: [] as number[],
    status: [] as number[],
    events: [] as number[],
  };
  for (let round = 0; round <= ROUNDS; round += 1) {
    let proof = 0;
    const script = await time(async () => {
      proof = await straight({
        name: `script${round}`,
        ownerUrl: neon.ownerUrl().replace(/\?.*$/, ''),
        superuserUrl: neon.postgres.superuserUrl,
        materializeUrl: stack.file.materialize.url,
        host: '127.0.0.1',
        port: neon.postgres.port,
        ca: neon.caPem,
        tables: TABLES,
      });
    });
    const spec = smallPipeline(`apply${round}`, neon.caPem);
    const start = { taskQueue: 'n2m', args: [{ spec, approved: [] }] as [{ spec: PipelineSpec; approved: string[] }] };
    const apply = await time(() => client.workflow.execute('replicate', { ...start, workflowId: runId(spec.name) }));
    const plan = await time(() =>
      client.workflow.execute('planReplication', {
        taskQueue: 'n2m',
        args: [{ spec }],
        workflowId: planId(spec.name, 'bench'),
      }),
    );
    const history = await client.workflow.getHandle(runId(spec.name)).fetchHistory();
    const status = await time(() => n2m(stack, 'status', spec.name, '--last'));
    if (round === 0) continue; // the first round warms both up
    times.script.push(script);
    times.proof.push(proof);
    times.apply.push(apply);
    times.plan.push(plan);
    times.status.push(status);
    times.events.push(history.events?.length ?? 0);
  }
  header(`full apply, 3 nearly empty tables, ${ROUNDS} rounds`);
  row('straight script, same statements and waits', times.script, 'ms');
  row('of it, waiting until every table moves on at the new size', times.proof, 'ms');
  row('replicate, all steps, checked and resumable', times.apply, 'ms');
  row(
    'ratio',
    times.apply.map((value, index) => value / (times.script[index] ?? NaN)),
    `× (goal ≤ 1.6, median ${(median(times.apply) / median(times.script)).toFixed(2)})`,
  );
  row('plan that finds nothing to do', times.plan, 'ms');
  row('n2m status --last, cold process', times.status, 'ms');
  row('events in the history of a run', times.events, '');
  const pid = stack.worker?.pid;
  if (pid)
    row(
      'worker, resident memory',
      [Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)]).toString()) / 1024],
      'MiB',
    );
}

async function n2m(stack: Stack, ...args: string[]): Promise<void> {
  const child = spawn(process.execPath, [join(projectRoot, 'lib', 'client.js'), ...args], {
    env: { ...process.env, ...stack.file.env },
    stdio: 'ignore',
  });
  await once(child, 'close');
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
