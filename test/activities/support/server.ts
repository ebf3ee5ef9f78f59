import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { Client } from 'pg';
import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import type { Deps } from '../../../src/activities/support/deps';
import { planDestroy } from '../../../src/activities/destroy/plan';
import { createSourceDirectory } from '../../../src/activities/support/source-directory';
import { ensureGrants } from '../../../src/activities/grants';
import { ensurePublication } from '../../../src/activities/publication';
import { ensureReplicaIdentity } from '../../../src/activities/replica-identity';
import type { StepInput } from '../../../src/activities/types';
import type { DestroyInput, DestroyPlan, KnownUpstream } from '../../../src/core/destroy/types';
import type { PipelineSpec, PostgresSourceSpec } from '../../../src/core/spec/types';
import { createSecrets } from '../../../src/systems/secrets';
import { postgresSpec, spec as model } from '../../core/plan/fixtures';

/** A Postgres, a Materialize and the run's Temporal, with activities run straight on them. */
export interface Shared {
  server: PostgresServer;
  materialize: MaterializeServer;
  temporal: TemporalClient;
  deps: Deps;
  /** As the superuser, in the database of the pipelines or another. */
  sql: (text: string, database?: string) => Promise<Record<string, unknown>[]>;
  /** Statements in Materialize, one after the other. */
  target: (...statements: string[]) => Promise<void>;
  stop: () => Promise<void>;
}

export const OWNER = 'shop_owner';
const DATABASE = 'shop';
const PASSWORD = 'a-word-that-is-in-no-message';

export async function startShared(options: { version?: 14 | 15 | 16 | 17 | 18 } = {}): Promise<Shared> {
  const settings = { wal_level: 'logical', max_replication_slots: '20', max_wal_senders: '20' };
  const [server, materialize, connection] = await Promise.all([
    startPostgres({ ...options, settings }),
    startMaterialize({ speed: 20 }),
    Connection.connect({ address: process.env.N2M_TEST_TEMPORAL_ADDRESS }),
  ]);
  const temporal = new TemporalClient({ connection, namespace: process.env.N2M_TEST_TEMPORAL_NAMESPACE });
  const sql = (text: string, database = DATABASE) =>
    withSession(server.superuserUrl.replace(/\/[^/?]*(\?|$)/, `/${database}$1`), text);
  await sql(`CREATE ROLE ${OWNER} LOGIN CREATEROLE REPLICATION PASSWORD '${PASSWORD}'`, 'postgres');
  await sql(`CREATE DATABASE ${DATABASE} OWNER ${OWNER}`, 'postgres');
  const url = `postgres://${OWNER}:${PASSWORD}@127.0.0.1:${server.port}/${DATABASE}`;
  const env = { N2M_SECRET_SOURCE_URL: url, N2M_SECRET_MATERIALIZE_URL: materialize.url };
  const secrets = createSecrets({ env, allow: [], directory: null });
  const deps = {
    secrets,
    sources: createSourceDirectory(secrets),
    schedules: temporal.schedule,
    workflows: temporal.workflow,
    taskQueue: `shared-${randomUUID().slice(0, 8)}`,
  } as Partial<Deps> as Deps;
  const stop = async () => {
    await connection.close();
    await Promise.all([materialize.stop(), server.stop()]);
  };
  const target = async (...statements: string[]) => {
    for (const text of statements) await withSession(materialize.url, text);
  };
  return { server, materialize, temporal, deps, sql, target, stop };
}

async function withSession(connectionString: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const answer = (await client.query(text)) as unknown as { rows: Record<string, unknown>[] } | { rows: [] }[];
    return Array.isArray(answer) ? (answer.at(-1)?.rows ?? []) : answer.rows;
  } finally {
    await client.end();
  }
}

/** A pipeline of that name on the server, with a name that no other test's has. */
export function pipeline(name: string, tables: string[], change: Partial<PostgresSourceSpec> = {}): PipelineSpec {
  const unique = `${name}-${randomUUID().slice(0, 6)}`;
  const snake = unique.replaceAll('-', '_');
  const { source, ...rest } = postgresSpec({
    database: DATABASE,
    publication: `n2m_${snake}`,
    tls: { mode: 'disable', ca: null },
    tables: { kind: 'list', tables: tables.map((table) => ({ schema: 'public', name: table, alias: null })) },
    ...change,
  });
  return {
    ...rest,
    source,
    name: unique,
    materialize: {
      ...model.materialize,
      schema: snake,
      names: { secret: `${snake}_password`, connection: `${snake}_postgres`, source: `${snake}_source` },
    },
  };
}

const run = <T>(work: () => Promise<T>): Promise<T> => new MockActivityEnvironment({ attempt: 1 }).run(work);

const stepInput = (spec: PipelineSpec): StepInput => ({
  spec,
  tables: (spec.source.tables.kind === 'list' ? spec.source.tables.tables : []).map((table) => ({
    ...{ ...table, target: table.name, fresh: true, estimatedRows: null, bytes: '0' },
  })),
  removed: [],
  syntax: 'subsources',
  // What is somebody else's is adopted.
  planned: spec.source.publication.startsWith('n2m_') ? 'create' : 'adopt',
});

/** What apply does to upstream: identities, grants, publication. */
export async function setUp({ deps }: Shared, spec: PipelineSpec): Promise<void> {
  for (const step of [ensureReplicaIdentity, ensureGrants, ensurePublication]) {
    await run(() => step(deps, stepInput(spec)));
  }
}

export const lookAt = (
  { deps }: Shared,
  spec: PipelineSpec,
  known: KnownUpstream | null = null,
): Promise<DestroyPlan> => run(() => planDestroy(deps, { spec, leaveUpstream: false, known }));

export const perform = <T>(
  { deps }: Shared,
  step: (deps: Deps, input: DestroyInput) => Promise<T>,
  spec: PipelineSpec,
  plan: DestroyPlan,
): Promise<T> => run(() => step(deps, { spec, plan }));
