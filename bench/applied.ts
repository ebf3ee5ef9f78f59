import type { Client } from '@temporalio/client';
import { runId } from '../src/core/names';
import { parsePipeline } from '../src/core/spec/parse';
import type { PipelineSpec } from '../src/core/spec/types';
import type { Stack } from '../local/stack';

const TABLES = ['public.customers', 'public.orders', 'public.events'];

/** The file of a small pipeline of kind postgres on the local stack. */
export function smallPipeline(name: string, ca: string): PipelineSpec {
  const text = JSON.stringify({
    name,
    source: {
      kind: 'postgres',
      url: 'env:N2M_SECRET_POSTGRES_URL',
      database: 'shop',
      role: { name: `role_${name}`, via: 'sql' },
      tables: TABLES,
      tls: { mode: 'verify-full', ca },
    },
    materialize: {
      url: 'env:N2M_SECRET_MATERIALIZE_URL',
      schema: name,
      cluster: { name: `ingest_${name}`, snapshotSize: '200cc', steadySize: '50cc' },
    },
    // How often progress is polled is not what is measured.
    snapshot: { pollEvery: '1s' },
    watch: { every: '1h' },
  });
  const parsed = parsePipeline(text);
  if (!parsed.ok) throw new Error(parsed.problems.map((problem) => problem.message).join('; '));
  return parsed.spec;
}

/** Applies it and answers with its spec. */
export async function applied(stack: Stack, client: Client, name: string): Promise<PipelineSpec> {
  const spec = smallPipeline(name, stack.neon?.caPem ?? '');
  await client.workflow.execute('replicate', {
    taskQueue: 'n2m',
    args: [{ spec, approved: [] }],
    workflowId: runId(name),
  });
  return spec;
}
