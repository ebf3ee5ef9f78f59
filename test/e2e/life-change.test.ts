import type { Plan } from '../../src/core/plan/types';
import type { CheckResult } from '../../src/core/watch/types';
import { untilEqual } from './compare';
import { World } from './world';

jest.setTimeout(240_000);

let world: World;
beforeAll(async () => {
  world = await World.start({ neon: { sampleOrders: 200, logicalReplication: true } });
  await world.startWorker();
  expect(await world.n2m(['apply', await file({}), '--yes'])).toMatchObject({ code: 0 });
});
afterAll(() => world.stop());

interface Change {
  host?: string;
  tables?: string[];
  excludeColumns?: string[];
}

const TABLES = ['public.customers', 'public.orders'];

/** Any Postgres, which Materialize reaches under another name than n2m does. */
const file = ({ host = '127.0.0.1', tables = TABLES, excludeColumns = [] }: Change): Promise<string> =>
  world.write((plain) => {
    const { database, tls } = plain.source;
    plain.source = {
      kind: 'postgres',
      url: 'env:N2M_SECRET_POSTGRES_URL',
      reachableAt: { host, port: world.neon.postgres.port },
      role: { name: `mz_${world.name}`, via: 'sql' },
      ...{ database, tls, tables, excludeColumns },
    };
  });

const up = (sql: string) => world.upstream((client) => client.query(sql));

async function planned(path: string): Promise<Plan> {
  return JSON.parse((await world.n2m(['plan', path, '--output', 'json'])).stdout) as Plan;
}

const changes = ({ steps }: Plan): string[] => steps.filter(({ action }) => action !== 'keep').map(({ id }) => id);

async function apply(path: string): Promise<void> {
  const { code, stderr } = await world.n2m(['apply', path, '--yes']);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
}

async function ids(): Promise<Record<string, string>> {
  const { rows } = await world.target((client) =>
    client.query<{ name: string; id: string }>(
      `SELECT o.name, o.id FROM mz_catalog.mz_objects o JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id WHERE n.name = '${world.name}'`,
    ),
  );
  return Object.fromEntries(rows.map(({ name, id }) => [name, id]));
}

describe('a changed file', () => {
  it('another host: the connection is altered, nothing is made again, the source runs on', async () => {
    const before = await ids();
    const path = await file({ host: 'localhost' });
    const plan = await planned(path);
    expect(plan.steps.find(({ id }) => id === 'connection')).toMatchObject({
      action: 'change',
      changes: ['host: 127.0.0.1 → localhost'],
    });
    await apply(path);
    expect(await ids()).toEqual(before);
    await up(`INSERT INTO orders (customer_id, status, total) VALUES (1, 'after', 2)`);
    await untilEqual(world, ['customers', 'orders']);
    expect(changes(await planned(path))).toEqual([]);
  });

  it('a column excluded from a copied table: the fix that the plan gives copies that table alone', async () => {
    const before = await ids();
    const host = 'localhost';
    const excludeColumns = ['public.customers.email'];
    const refused = await planned(await file({ host, excludeColumns }));
    const finding = refused.findings.find(({ code }) => code === 'text-columns-changed');
    expect(finding?.sentence).toMatch(/copying it again: .* rows?, .*B, .* s at 200cc/);
    expect(finding?.fix).toContain('take public.customers out of source.tables');
    await apply(await file({ host, tables: ['public.orders'] }));
    const path = await file({ host, excludeColumns });
    await apply(path);
    const again = await planned(path);
    expect({ changes: changes(again), findings: again.findings.filter(({ severity }) => severity !== 'info') }).toEqual(
      {
        changes: [],
        findings: [],
      },
    );
    const after = await ids();
    expect(Object.keys(after).filter((name) => after[name] !== before[name])).toEqual(['customers']);
    await untilEqual(world, ['orders']);
    const { rows } = await world.target(async (client) => {
      await client.query(`SET cluster = "ingest_${world.name}"`);
      return client.query<Record<string, unknown>>(`SELECT * FROM "${world.name}".customers LIMIT 1`);
    });
    expect(Object.keys(rows[0] ?? {})).toContain('city');
    expect(Object.keys(rows[0] ?? {})).not.toContain('email');
  });
});

describe('the watch', () => {
  it('says that a change is under way, and tells nobody of it', async () => {
    const path = await file({ host: '127.0.0.1', tables: ['public.orders', 'public.events'] });
    await world.upstream(async (client) => {
      // The first copy of the new table waits for this one: the change stays under way until it ends.
      await client.query('BEGIN');
      await client.query(`INSERT INTO orders (customer_id, status, total) VALUES (1, 'open', 2)`);
      const started = await world.n2m(['apply', path, '--yes', '--no-wait']);
      expect({ code: started.code, stderr: started.code === 0 ? '' : started.stderr }).toEqual({ code: 0, stderr: '' });
      expect(await changingCheck()).toMatchObject({
        verdict: { name: 'changing', cause: expect.stringContaining('replicate is under way') as string },
        alertsSent: [],
      });
      await client.query('COMMIT');
    });
    await world.temporal.workflow.getHandle(`pipeline/${world.name}`).result();
    await untilEqual(world, ['orders', 'events']);
  });
});

/** The schedule's own check, made now, until one falls into the run. */
async function changingCheck(): Promise<CheckResult> {
  const schedule = world.temporal.schedule.getHandle(`pipeline/${world.name}/watch`);
  const until = Date.now() + 60_000;
  for (;;) {
    await schedule.trigger();
    const { info } = await schedule.describe();
    for (const { action } of info.recentActions) {
      const { workflowId, firstExecutionRunId } = action.workflow;
      const result = (await world.temporal.workflow.getHandle(workflowId, firstExecutionRunId).result()) as CheckResult;
      if (result.verdict.name === 'changing') return result;
      if (Date.now() > until) throw new Error(`the watch said ${JSON.stringify(result.verdict)}`);
    }
  }
}
