import { MockActivityEnvironment } from '@temporalio/testing';
import { Client } from 'pg';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import type { Deps } from '../../../src/activities/support/deps';
import { untilReplayed, withSlotsFed } from '../../../src/activities/support/replay';
import { createSourceDirectory } from '../../../src/activities/support/source-directory';
import type { PipelineSpec } from '../../../src/core/spec/types';
import { createSecrets } from '../../../src/systems/secrets';
import { postgresSpec } from '../../core/plan/fixtures';
import { until } from '../../e2e/support/until';

jest.setTimeout(120_000);

/** A call, as the server logs it; not the question whether one may. */
const FED = /SELECT pg_catalog\.pg_log_standby_snapshot\(\)/;

const TLS = { mode: 'disable', ca: null } as const;

describe('what a run waits for on a standby that Materialize reads', () => {
  let primary: PostgresServer;
  let standby: PostgresServer;
  let deps: Deps;
  const spec = (more: object = { primary: 'env:N2M_SECRET_PRIMARY_URL' }): PipelineSpec =>
    postgresSpec({ url: 'env:N2M_SECRET_STANDBY_URL', tls: TLS, database: 'postgres', ...more });
  const on = async (server: PostgresServer, sql: string): Promise<Record<string, unknown>[]> => {
    const client = new Client({ connectionString: server.superuserUrl });
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  };

  async function pauseReplay(): Promise<void> {
    await on(standby, 'SELECT pg_wal_replay_pause()');
    await until(async () => {
      const [row] = await on(standby, 'SELECT pg_get_wal_replay_pause_state() AS state');
      return row?.state === 'paused' ? true : undefined;
    }, 'the replay to pause');
  }

  beforeAll(async () => {
    primary = await startPostgres({ settings: { wal_level: 'logical', log_statement: 'all' } });
    standby = await startPostgres({ standbyOf: primary });
    const env = { N2M_SECRET_PRIMARY_URL: primary.superuserUrl, N2M_SECRET_STANDBY_URL: standby.superuserUrl };
    const secrets = createSecrets({ env, allow: [], directory: null });
    deps = { secrets, sources: createSourceDirectory(secrets) } as Partial<Deps> as Deps;
  });
  afterAll(async () => {
    await standby?.stop('immediate');
    await primary?.stop('immediate');
  });

  it('is that it has what its primary was given, and is told meanwhile', async () => {
    await pauseReplay();
    await on(primary, 'CREATE ROLE made');
    const environment = new MockActivityEnvironment();
    const told: string[] = [];
    environment.on('heartbeat', ({ waitingFor }: { waitingFor: string }) => told.push(waitingFor));
    const waiting = environment.run(() => untilReplayed(deps, spec()));
    await until(() => Promise.resolve(told[0]), 'the wait to be told');
    expect(told[0]).toMatch(/^the standby to replay .* of WAL up to [0-9A-F/]+$/);
    await on(standby, 'SELECT pg_wal_replay_resume()');
    await waiting;
    expect(await on(standby, `SELECT 1 AS one FROM pg_roles WHERE rolname = 'made'`)).toHaveLength(1);
  });

  it('is nothing where the file names no primary, and nobody is asked', async () => {
    const nowhere = { sources: null, secrets: null } as unknown as Deps;
    await new MockActivityEnvironment().run(() => untilReplayed(nowhere, spec({})));
    expect(
      await new MockActivityEnvironment().run(() => withSlotsFed(nowhere, spec({}), () => Promise.resolve(7))),
    ).toBe(7);
  });

  it('is a slot that an idle primary lets wait: it is fed as long as the work goes on, whose answer and failure pass', async () => {
    await pauseReplay();
    const work = async () => {
      const made = on(standby, `SELECT pg_create_logical_replication_slot('fed', 'pgoutput')`);
      await until(() => Promise.resolve(primary.log().find((line) => FED.test(line))), 'the primary to be asked');
      await on(standby, 'SELECT pg_wal_replay_resume()');
      return made;
    };
    expect(await new MockActivityEnvironment().run(() => withSlotsFed(deps, spec(), work))).toHaveLength(1);
    const failing = () => withSlotsFed(deps, spec(), () => Promise.reject(new Error('the work failed')));
    await expect(new MockActivityEnvironment().run(failing)).rejects.toThrow('the work failed');
  });
});
