import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { startTraffic } from '../local/postgres/traffic';
import { startStack, type Stack } from '../local/stack';
import { verifyId } from '../src/core/names';
import type { PipelineSpec } from '../src/core/spec/types';
import type { VerifyOptions, VerifyResult } from '../src/core/verify/types';
import { applied } from './applied';
import { header, row } from './figures';
import { workerMemory } from './processes';

const ROUNDS = 3;
/** Statements a second that one session of the application sends. */
const PER_SESSION = 25;
const EVERYTHING: VerifyOptions = { tables: [], amount: 'full', cluster: null, showValues: false };

/**
 * `[--rows N] [--runs N] [--writes N]`: how long a table of that many rows takes to compare and what the worker needs for it,
 * then how often so many comparisons under so many writes a second find a difference where there is none.
 */
export async function benchVerify(args: string[]): Promise<void> {
  const of = (name: string, usual: number): number => Number(args[args.indexOf(`--${name}`) + 1] ?? usual) || usual;
  const [rows, runs, writes] = [of('rows', 1_000_000), of('runs', 100), of('writes', 500)];
  const stack = await startStack({
    neon: { logicalReplication: true, sampleOrders: rows },
    materialize: { speed: 1_000 },
    log: (line) => process.stderr.write(`${line}\n`),
  });
  const connection = await Connection.connect({ address: stack.file.temporal.address });
  const client = new Client({ connection, namespace: stack.file.temporal.namespace });
  try {
    const spec = await applied(stack, client, 'verified');
    await speed(stack, client, spec, rows);
    await alarms(stack, client, spec, { runs, writes });
  } finally {
    await connection.close();
    await stack.stop();
  }
}

const verify = (client: Client, spec: PipelineSpec, options: Partial<VerifyOptions> = {}): Promise<VerifyResult> =>
  client.workflow.execute('verifyReplication', {
    taskQueue: 'n2m',
    args: [{ spec, ...EVERYTHING, ...options }],
    workflowId: verifyId(spec.name, randomUUID()),
  }) as Promise<VerifyResult>;

async function speed(stack: Stack, client: Client, spec: PipelineSpec, rows: number): Promise<void> {
  const seconds: number[] = [];
  const memory: number[] = [];
  const before = workerMemory(stack);
  const timer = setInterval(() => memory.push(workerMemory(stack)), 250);
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = Date.now();
    const { verdict, rows: compared } = await verify(client, spec, { tables: ['public.orders'] });
    if (verdict !== 'equal' || compared !== rows) throw new Error(`${verdict}, ${compared} rows`);
    seconds.push((Date.now() - began) / 1_000);
  }
  clearInterval(timer);
  header(`comparing a table of ${rows} rows`);
  row('from the command to its result', seconds, 's (goal: under 60)');
  row('worker, resident before, and meanwhile', [before, ...memory], 'MiB');
}

async function alarms(
  stack: Stack,
  client: Client,
  spec: PipelineSpec,
  { runs, writes }: { runs: number; writes: number },
): Promise<void> {
  const connectionString = stack.neon?.ownerUrl().replace(/\?.*$/, '') ?? '';
  const ssl = { ca: stack.neon?.caPem ?? '' };
  const sessions = Math.max(1, Math.round(writes / PER_SESSION));
  const traffic = Array.from({ length: sessions }, () =>
    startTraffic({ connectionString, ssl }, { perSecond: writes / sessions }),
  );
  const began = Date.now();
  const results: VerifyResult[] = [];
  for (let run = 0; run < runs; run += 1) {
    const result = await verify(client, spec, { amount: { sample: 0.02 } });
    const { verdict, differences, notCompared } = result;
    if (verdict !== 'equal') process.stderr.write(`${JSON.stringify({ verdict, differences, notCompared })}\n`);
    results.push(result);
  }
  const changes = traffic.reduce((sum, session) => sum + session.counts().changes, 0);
  const ended = (as: VerifyResult['verdict']): number => results.filter(({ verdict }) => verdict === as).length;
  await Promise.all(traffic.map((session) => session.stop()));
  header(`${runs} comparisons under ${Math.round((changes * 1_000) / (Date.now() - began))} writes a second`);
  const each = (what: 'seconds' | 'rows' | 'unsettled' | 'failedTables' | 'notComparedCount'): number[] =>
    results.map((result) => result[what]);
  row('one comparison', each('seconds'), 's');
  row('rows that it compared', each('rows'), '');
  row('rows that were never still', each('unsettled'), '');
  row('tables that it left out', each('notComparedCount'), '');
  row('tables that it did not read to their end', each('failedTables'), '');
  row('comparisons that proved the copy', [ended('equal')], `of ${runs}`);
  row('comparisons that could not tell', [ended('incomplete')], `of ${runs}`);
  row('comparisons that found a difference', [ended('differs')], `of ${runs} (goal: 0)`);
}
