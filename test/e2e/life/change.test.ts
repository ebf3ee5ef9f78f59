import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import type { CheckResult } from '../../../src/core/watch/types';
import { buildOn, changes, definitions, ended, ids, madeAgain, planned, underTraffic, up } from '../support/live';
import { until } from '../support/until';
import { roleOf, SUBSOURCES_VERSION } from '../support/versions';
import { REAL_MATERIALIZE, SOURCE_TABLES, World } from '../support/world';

jest.setTimeout(300_000);

/** One live pipeline in each syntax: a source with subsources, and one with tables made from it. */
let worlds: World[];
let forced: MaterializeServer;
beforeAll(async () => {
  forced = await startMaterialize({ speed: 20, flags: SOURCE_TABLES });
  const neon = { sampleOrders: 2_000, logicalReplication: true };
  const envs: Record<string, string>[] = [{}, {}];
  worlds = await Promise.all([
    World.start({ neon, env: envs[0], materialize: { version: SUBSOURCES_VERSION } }),
    World.start({ neon, env: envs[1], sharedMaterialize: forced }),
  ]);
  worlds.forEach(({ neon: { postgres } }, index) =>
    Object.assign(envs[index] ?? {}, { N2M_REACHABLE_ALLOW: `localhost:${postgres.port}` }),
  );
  await inBoth(async (world) => {
    await world.startWorker();
    await ended(world, ['apply', await file(world, {}), '--yes']);
  });
});
afterAll(async () => {
  await inBoth((world) => world.stop());
  await forced.stop();
});

const inBoth = (use: (world: World) => Promise<void>) => Promise.all(worlds.map(use));

interface Change {
  host?: string;
  tables?: string[];
  excludeColumns?: string[];
  textColumns?: string[];
  publication?: string;
  steadySize?: string;
  every?: string;
  alerts?: object[];
}

const TABLES = ['public.customers', 'public.orders'];

/** Any Postgres, which Materialize reaches under another name than n2m does. */
async function file(world: World, change: Change): Promise<string> {
  const role = await roleOf(world);
  return world.write((plain) => {
    const { database, tls } = plain.source;
    const { excludeColumns = [], textColumns = [], publication } = change;
    plain.source = {
      kind: 'postgres',
      url: 'env:N2M_SECRET_POSTGRES_URL',
      reachableAt: { host: change.host ?? 'localhost', port: world.neon.postgres.port },
      role,
      ...{ database, tls, tables: change.tables ?? TABLES, excludeColumns, textColumns },
      ...(publication === undefined ? {} : { publication }),
    };
    plain.materialize.cluster.steadySize = change.steadySize ?? '50cc';
    plain.watch = { every: change.every ?? '1h' };
    plain.alerts = change.alerts ?? [];
  });
}

/** Applies the file while the application writes; afterwards both sides agree and nothing is left to do. */
async function change(world: World, wanted: Change, compared = ['customers', 'orders']): Promise<void> {
  const path = await file(world, wanted);
  await underTraffic(world, compared, async () => void (await ended(world, ['apply', path, '--yes'])));
  const again = await planned(world, path);
  const told = again.findings.filter(({ severity, code }) => severity !== 'info' && code !== 'shared-cluster');
  expect({ changes: changes(again), told }).toEqual({ changes: [], told: [] });
}

async function columnsOf(world: World, table: string): Promise<Record<string, string>> {
  const { rows } = await world.target((client) =>
    client.query<{ name: string; type: string }>(
      `SELECT c.name, c.type FROM mz_catalog.mz_columns c JOIN mz_catalog.mz_objects o ON o.id = c.id
       JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id WHERE n.name = '${world.name}' AND o.name = '${table}'`,
    ),
  );
  return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
}

describe('a changed file, applied while the application writes, in both syntaxes', () => {
  it('another host: the connection is altered, nothing is made again, the source runs on', () =>
    inBoth(async (world) => {
      const before = await ids(world);
      const plan = await planned(world, await file(world, { host: '127.0.0.1' }));
      expect(plan.steps.find(({ id }) => id === 'connection')).toMatchObject({
        action: 'change',
        changes: ['host: localhost → 127.0.0.1'],
      });
      await change(world, { host: '127.0.0.1' });
      await change(world, {});
      expect(await ids(world)).toEqual(before);
    }));

  it('tables added, then one of them removed: the others stay as they are', () =>
    inBoth(async (world) => {
      const before = await ids(world);
      const more = [...TABLES, 'public."Order Items"', 'public.events'];
      await change(world, { tables: more }, ['customers', 'orders', 'Order Items', 'events']);
      expect(madeAgain(before, await ids(world))).toEqual(['Order Items', 'events']);
      const path = await file(world, {});
      const refused = await world.n2m(['apply', path]);
      expect(refused).toMatchObject({ code: 4, stderr: expect.stringContaining('drop-table:public.events') as string });
      await change(world, {});
      expect(await ids(world)).toEqual(before);
      const { rows } = await up(world, `SELECT tablename FROM pg_publication_tables ORDER BY 1`);
      expect(rows).toEqual([{ tablename: 'customers' }, { tablename: 'orders' }]);
    }));

  it('a column excluded, then back as text: that table alone is copied again, and what is built on it comes back', () =>
    inBoth(async (world) => {
      await buildOn(world, 'customers', 'city');
      const before = { ids: await ids(world), definitions: await definitions(world) };
      const path = await file(world, { excludeColumns: ['public.customers.joined_at'] });
      const plan = await planned(world, path);
      const beside = REAL_MATERIALIZE !== undefined || world === worlds[1];
      expect(plan.steps.find(({ id }) => id === (beside ? 'copy-beside' : 'drop-to-recopy'))?.sentence).toMatch(
        beside
          ? /^copy public\.customers again beside the one there: .* rows?, .*B, .* s at 200cc$/
          : /^drop public\.customers alone, to copy it again: .* rows?, .*B, .* s at 200cc, made again afterwards: view .*by_city/,
      );
      const refused = await world.n2m(['apply', path]);
      expect(refused.code).toBe(4);
      expect(refused.stderr).toMatch(/rebuild-dependents/);
      expect(refused.stderr).toMatch(/copy-again:public\.customers/);

      const again = ['all_customers', 'by_city', 'customers', 'customers_idx'];
      await change(world, { excludeColumns: ['public.customers.joined_at'] });
      expect(Object.keys(await columnsOf(world, 'customers'))).not.toContain('joined_at');
      const between = await ids(world);
      expect(madeAgain(before.ids, between)).toEqual(again);
      await change(world, { textColumns: ['public.customers.joined_at'] });
      expect(await columnsOf(world, 'customers')).toMatchObject({ joined_at: 'text' });
      expect(madeAgain(between, await ids(world))).toEqual(again);
      expect(await definitions(world)).toEqual(before.definitions);
      await change(world, {});
      expect(await definitions(world)).toEqual(before.definitions);
    }));

  it('another size, other watch settings, an alert: only cluster and schedule change', () =>
    inBoth(async (world) => {
      const before = await ids(world);
      const wanted = { steadySize: '100cc', every: '2h', alerts: [{ webhook: 'env:N2M_SECRET_ALERT_URL' }] };
      const plan = await planned(world, await file(world, wanted));
      expect(changes(plan)).toEqual(['right-size', 'watch']);
      await change(world, wanted);
      expect(await ids(world)).toEqual(before);
      const { rows } = await world.target((client) =>
        client.query(`SELECT size FROM mz_catalog.mz_clusters WHERE name = 'ingest_${world.name}'`),
      );
      expect(rows).toEqual([{ size: '100cc' }]);
      const schedule = await world.temporal.schedule.getHandle(`pipeline/${world.name}/watch`).describe();
      expect(schedule.spec.intervals?.[0]?.every).toBe(2 * 3_600_000);
      expect(JSON.stringify(schedule.action)).toContain('env:N2M_SECRET_ALERT_URL');
    }));

  it('another publication: the source is made again after approval, with everything built on its tables', () =>
    inBoth(async (world) => {
      const before = { ids: await ids(world), definitions: await definitions(world) };
      const wanted = { steadySize: '100cc', publication: 'another' };
      const path = await file(world, wanted);
      const refused = await world.n2m(['apply', path]);
      expect(refused.code).toBe(4);
      expect(refused.stderr).toMatch(/rebuild-dependents.*recreate-source/s);
      await ended(world, ['apply', path, '--yes']);
      await change(world, wanted);
      expect(await definitions(world)).toEqual(before.definitions);
      const kept = Object.entries(await ids(world)).filter(([name, id]) => before.ids[name] === id);
      expect(kept.map(([name]) => name)).toEqual([`${world.name}_password`, `${world.name}_postgres`]);
    }));
});

describe('the watch', () => {
  it('says that a change is under way, and tells nobody of it', async () => {
    const [world] = worlds as [World];
    const path = await file(world, { tables: ['public.orders', 'public.customers', 'public.events'] });
    await world.upstream(async (client) => {
      // The first copy of the new table waits for this one: the change stays under way until it ends.
      await client.query('BEGIN');
      await client.query(`INSERT INTO orders (customer_id, status, total) VALUES (1, 'open', 2)`);
      const started = await world.n2m(['apply', path, '--yes', '--no-wait']);
      expect({ code: started.code, stderr: started.code === 0 ? '' : started.stderr }).toEqual({ code: 0, stderr: '' });
      expect(await changingCheck(world)).toMatchObject({
        verdict: { name: 'changing', cause: expect.stringContaining('replicate is under way') as string },
        alertsSent: [],
      });
      await client.query('COMMIT');
    });
    await world.temporal.workflow.getHandle(`pipeline/${world.name}`).result();
  });
});

/** The schedule's own check, made now, until one falls into the run. */
function changingCheck(world: World): Promise<CheckResult> {
  const schedule = world.temporal.schedule.getHandle(`pipeline/${world.name}/watch`);
  return until(async () => {
    await schedule.trigger();
    const { info } = await schedule.describe();
    const results = info.recentActions.map(({ action: { workflow } }) =>
      world.temporal.workflow.getHandle(workflow.workflowId, workflow.firstExecutionRunId).result(),
    );
    return ((await Promise.all(results)) as CheckResult[]).find(({ verdict }) => verdict.name === 'changing');
  }, 'a check that knows of the change');
}
