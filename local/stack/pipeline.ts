import { stringify } from 'yaml';

type SourceOfPipeline =
  | { kind: 'neon'; project: string; branch: string; database: string; ca: string }
  | { kind: 'postgres'; database: string };

/** A pipeline file for what the stack runs; references only, the values are in the worker's environment. */
export function renderPipeline(source: SourceOfPipeline): string {
  return stringify(
    {
      name: 'shop',
      source: source.kind === 'neon' ? neonSource(source) : postgresSource(source),
      materialize: {
        url: 'env:N2M_SECRET_MATERIALIZE_URL',
        database: 'materialize',
        schema: 'shop',
        cluster: { name: 'ingest_shop', snapshotSize: '200cc', steadySize: '50cc' },
      },
      snapshot: { pollEvery: '1s' },
      watch: { every: '10s', freshness: { warn: '5s', critical: '1m' } },
    },
    { lineWidth: 0 },
  );
}

/** The sample shop without `products`, whose enum column needs a decision (textColumns) first. */
const sampleTables = ['public.orders', 'public.customers', 'public."Order Items"', 'public.events'];

function neonSource({ project, branch, database, ca }: SourceOfPipeline & { kind: 'neon' }): object {
  return {
    kind: 'neon',
    project,
    branch,
    apiKey: 'env:N2M_SECRET_NEON_API_KEY',
    database,
    role: 'materialize',
    tables: sampleTables,
    // The certificate of the local server is its own; Neon's is verified without this.
    tls: { mode: 'verify-full', ca },
  };
}

function postgresSource({ database }: SourceOfPipeline & { kind: 'postgres' }): object {
  return {
    kind: 'postgres',
    url: 'env:N2M_SECRET_POSTGRES_URL',
    database,
    role: 'materialize',
    schemas: ['public'],
    tls: { mode: 'disable' },
  };
}
