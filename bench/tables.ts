import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { execute } from '../local/postgres/client';
import { startStack, type Stack } from '../local/stack';
import { storedBy, type Stored } from '../local/temporal/stored';
import { dataConverterOf } from '../src/codec';
import { checkId, planId, runId } from '../src/core/names';
import { parsePipeline } from '../src/core/spec/parse';
import type { PipelineSpec } from '../src/core/spec/types';
import type { CheckResult } from '../src/core/watch/types';
import { header, row } from './figures';

const NAME = 'many';
/** One message of the protocol creates so many. */
const AT_ONCE = 500;
const KIB = 1024;
/** The first comes right after so much was made, before either system has statistics of it. */
const CHECKS = 5;

/** One pipeline of very many empty tables: seconds and bytes of plan, apply, check and destroy. */
export async function benchTables(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { tables: { type: 'string', default: '10000' } } });
  const count = Number(values.tables);
  const stack = await startStack({
    neon: { logicalReplication: true, sampleOrders: 10, postgresSettings: { max_locks_per_transaction: '1024' } },
    materialize: {
      speed: 1000,
      flags: { max_sources: 100_000, max_tables: 100_000, max_objects_per_schema: 100_000 },
    },
    log: (line) => process.stderr.write(`${line}\n`),
    env: { N2M_LOG_LEVEL: 'WARN' },
  });
  const connection = await Connection.connect({ address: stack.file.temporal.address });
  const client = new Client({
    connection,
    namespace: stack.file.temporal.namespace,
    dataConverter: dataConverterOf([]),
  });
  try {
    await makeTables(stack, count);
    const spec = fileOf(stack, count);
    header(`${count} tables, one worker, one dev server`);
    const start = { taskQueue: 'n2m' };
    await measured(client, 'plan', planId(NAME, 'bench'), (workflowId) =>
      client.workflow.execute('planReplication', { ...start, workflowId, args: [{ spec }] }),
    );
    await measured(client, 'apply', runId(NAME), (workflowId) =>
      client.workflow.execute('replicate', { ...start, workflowId, args: [{ spec, approved: [] }] }),
    );
    await measured(client, 'check', checkId(NAME), (workflowId) => healthy(client, spec, workflowId), CHECKS);
    const { needsApproval } = (await client.workflow.execute('planDestruction', {
      ...{ ...start, workflowId: planId(NAME, 'destroy'), args: [{ spec, leaveUpstream: false }] },
    })) as { needsApproval: { key: string }[] };
    const approved = needsApproval.map(({ key }) => key);
    await measured(client, 'destroy', runId(NAME), (workflowId) =>
      client.workflow.execute('destroyReplication', {
        ...{ ...start, workflowId, args: [{ spec, approved, leaveUpstream: false }] },
      }),
    );
  } finally {
    await connection.close();
    await stack.stop();
  }
}

async function measured(
  client: Client,
  what: string,
  id: string,
  run: (id: string) => Promise<unknown>,
  times = 1,
): Promise<void> {
  const seconds: number[] = [];
  for (let time = 0; time < times; time += 1) {
    const began = Date.now();
    await run(id).catch((error: unknown) => {
      const causes: string[] = [];
      for (let at: unknown = error; at instanceof Error; at = at.cause) causes.push(at.message);
      throw new Error(`${what}: ${causes.join('; ')}`);
    });
    seconds.push((Date.now() - began) / 1000);
  }
  row(`${what}, seconds`, seconds, times === 1 ? '' : `the first ${seconds[0]?.toFixed(1)}`);
  const { largest, total, history }: Stored = await storedBy(client.workflow.getHandle(id));
  row(`${what}, largest payload`, [largest / KIB], 'KiB (goal < 256)');
  row(`${what}, payloads of the history`, [total / KIB], `KiB in ${history.events} events`);
}

async function healthy(client: Client, spec: PipelineSpec, workflowId: string): Promise<void> {
  const start = { taskQueue: 'n2m', workflowId, args: [{ spec, quiet: true }] };
  const { verdict } = (await client.workflow.execute('checkReplication', start)) as CheckResult;
  if (verdict.name !== 'healthy') throw new Error(`${verdict.name}: ${verdict.cause}`);
}

async function makeTables({ neon }: Stack, count: number): Promise<void> {
  if (!neon) throw new Error('the bench needs the local Neon');
  const url = neon.postgres.superuserUrl.replace(/\/[^/?]*(\?|$)/, `/${neon.database}$1`);
  const tables = Array.from(
    { length: count },
    (_, at) => `CREATE TABLE many.table_${at} (id bigint PRIMARY KEY, v text)`,
  );
  const statements = [`CREATE SCHEMA many AUTHORIZATION "${neon.owner}"`, `SET ROLE "${neon.owner}"`];
  for (let from = 0; from < count; from += AT_ONCE) statements.push(tables.slice(from, from + AT_ONCE).join('; '));
  await execute({ connectionString: url }, statements);
}

function fileOf(stack: Stack, count: number): PipelineSpec {
  const parsed = parsePipeline(
    JSON.stringify({
      name: NAME,
      source: {
        ...{
          kind: 'postgres',
          url: 'env:N2M_SECRET_POSTGRES_URL',
          database: 'shop',
          role: { name: 'role_many', via: 'sql' },
        },
        tables: Array.from({ length: count }, (_, at) => `many.table_${at}`),
        tls: { mode: 'verify-full', ca: stack.neon?.caPem ?? '' },
      },
      materialize: {
        ...{ url: 'env:N2M_SECRET_MATERIALIZE_URL', schema: NAME },
        cluster: { name: `ingest_${NAME}`, snapshotSize: '200cc', steadySize: '50cc' },
      },
      watch: { every: '1h' },
    }),
  );
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join('; '));
  return parsed.spec;
}
