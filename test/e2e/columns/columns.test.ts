import { startTraffic, type Traffic } from '../../../local/postgres/traffic';
import type { VerifyResult } from '../../../src/core/verify/types';
import { untilEqual } from '../support/compare';
import { buildOn, changes, definitions, ended, ids, madeAgain, planned, untilStatusSays, up } from '../support/live';
import { onStandIn, SOURCE_TABLES, World } from '../support/world';
import { Reader, type Seen } from './reader';

jest.setTimeout(300_000);

const TABLES = ['customers', 'orders'];
/** A moment is less than two seconds; a machine that tests run on is many times slower, and a pause is minutes. */
const FAR_MORE_THAN_A_MOMENT_MS = 20_000;

let world: World;
let traffic: Traffic;
beforeAll(async () => {
  world = await World.start({
    neon: { sampleOrders: 2_000, logicalReplication: true },
    materialize: { flags: SOURCE_TABLES },
  });
  await world.startWorker();
  await ended(world, ['apply', await file(), '--yes']);
  await buildOn(world, 'orders', 'status');
  await world.target((client) => client.query(`COMMENT ON TABLE "${world.name}".orders IS 'what was sold'`));
  traffic = writing();
});
afterAll(async () => {
  await traffic?.stop();
  await world?.stop();
});

const file = (change: Record<string, unknown> = {}): Promise<string> =>
  world.write((plain) => {
    Object.assign(plain.source, { tables: TABLES.map((table) => `public.${table}`), ...change });
    plain.watch = { every: '1h' };
  });

const columns = async (table: string): Promise<string[]> => {
  const { rows } = await world.target((client) =>
    client.query<{ name: string }>(
      `SELECT c.name FROM mz_catalog.mz_columns c JOIN mz_catalog.mz_objects o ON o.id = c.id
       JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id
       WHERE n.name = '${world.name}' AND o.name = '${table}' ORDER BY c.position`,
    ),
  );
  return rows.map(({ name }) => name);
};

/** Applies the file while somebody reads all of it, and tells how long each was away. */
async function applied(path: string): Promise<Record<string, Seen>> {
  const reader = new Reader(world, ['orders', 'by_status', 'all_orders', 'customers']);
  try {
    await reader.round();
    await ended(world, ['apply', path, '--yes']);
    await reader.round();
  } finally {
    await reader.stop();
  }
  const seen = await reader.stop();
  const gaps = Object.entries(seen).map(([name, { gapMs, slowestMs }]) => `${name} ${gapMs} ms (slowest ${slowestMs})`);
  process.stderr.write(`missed while a copy took its place: ${gaps.join(', ')}\n`);
  for (const [name, one] of Object.entries(seen)) {
    expect([name, one.gapMs < FAR_MORE_THAN_A_MOMENT_MS, one.reads > 3]).toEqual([name, true, true]);
  }
  return seen;
}

const writing = () => startTraffic({ connectionString: world.upstreamUrl() }, { perSecond: 40 });

async function provenEqual(): Promise<void> {
  // Two looks one after the other do not agree on what is written in between.
  await traffic.stop();
  expect(traffic.counts().failures).toBe(0);
  await untilEqual(world, TABLES);
  traffic = writing();
  const { code, stdout } = await world.n2m(['verify', world.name, '--output', 'json']);
  const { verdict, notCompared } = JSON.parse(stdout) as VerifyResult;
  expect({ code, verdict, notCompared }).toMatchObject({ code: 0, verdict: 'equal', notCompared: [] });
}

onStandIn('tables made from a source').describe('while the application writes and somebody reads', () => {
  it('a column that is added upstream is told, and comes without a pause', async () => {
    const before = { ids: await ids(world), definitions: await definitions(world) };
    await up(world, `ALTER TABLE orders ADD COLUMN memo text DEFAULT 'none'`);
    await up(world, `UPDATE orders SET memo = 'some' WHERE id % 7 = 0`);
    await untilStatusSays(world, /columns-behind/);
    const path = await file();
    const plan = await planned(world, path);
    expect(changes(plan)).toEqual(['copy-beside', 'running', 'snapshot', 'switch-tables']);
    const refused = await world.n2m(['apply', path]);
    expect(refused).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/copy-again:public\.orders.*rebuild-dependents/s) as string,
    });
    const seen = await applied(path);
    expect(seen.customers).toMatchObject({ refusals: [] });
    expect(await columns('orders')).toContain('memo');
    const after = await ids(world);
    expect(Object.keys(after)).toEqual(Object.keys(before.ids));
    expect(madeAgain(before.ids, after)).toEqual(['all_orders', 'by_status', 'orders', 'orders_idx']);
    expect(await definitions(world)).toEqual(before.definitions);
    const { rows } = await world.target((client) =>
      client.query(`SELECT c.comment FROM mz_internal.mz_comments c WHERE c.id = '${after.orders}'`),
    );
    expect(rows).toEqual([{ comment: 'what was sold' }]);
    expect(changes(await planned(world, path))).toEqual([]);
    await provenEqual();
  });

  it('a column that the file leaves out goes the same way, and its DROP upstream ends nothing', async () => {
    const path = await file({ excludeColumns: ['public.orders.memo'] });
    const before = await definitions(world);
    await applied(path);
    expect(await columns('orders')).not.toContain('memo');
    expect(await definitions(world)).toEqual(before);
    await up(world, 'ALTER TABLE orders DROP COLUMN memo');
    expect((await planned(world, path)).findings.filter(({ severity }) => severity === 'blocking')).toEqual([]);
    // What is watched is the file as it was.
    expect(changes(await planned(world, await file()))).toEqual(['watch']);
    // One that nobody left out first, dropped later: when Materialize has ended its table, it has looked at the other, too.
    await up(world, 'ALTER TABLE customers DROP COLUMN joined_at');
    await untilStatusSays(world, /table-error[^}]*customers/);
    const statuses = await world.target((client) =>
      client.query<{ name: string; status: string }>(
        `SELECT st.name, st.status FROM mz_internal.mz_source_statuses st WHERE st.name IN ('orders', 'customers') ORDER BY 1`,
      ),
    );
    expect(statuses.rows).toEqual([
      { name: 'customers', status: 'stalled' },
      { name: 'orders', status: 'running' },
    ]);
    await untilEqual(world, ['orders']);
  });
});
