import type { Plan } from '../../src/core/plan/types';
import { catalogs, digests, untilEqual } from './support/compare';
import { World } from './support/world';

jest.setTimeout(180_000);

let world: World;
let file: string;
beforeAll(async () => {
  world = await World.start();
  await world.startWorker();
  file = await world.write();
});
afterAll(() => world.stop());

const planned = async (path: string): Promise<Plan> =>
  JSON.parse((await world.n2m(['plan', path, '--output', 'json'])).stdout) as Plan;
const changed = (plan: Plan): string[] =>
  plan.steps.filter((step) => !['keep', 'adopt'].includes(step.action)).map((step) => step.id);

describe('apply, from a project without logical replication and without the role', () => {
  it('plans, says what interrupts and what cannot be undone, and changes nothing', async () => {
    const before = await catalogs(world);
    const { code, stdout, stderr } = await world.n2m(['plan', file, '--output', 'json']);
    expect(code).toBe(3);
    expect(stderr).toContain('reading both systems');
    const plan = JSON.parse(stdout) as Plan;
    expect(plan.needsApproval.map(({ key }) => key).sort()).toEqual(['create-role', 'enable-logical-replication']);
    expect(plan.steps[0]?.irreversible).toMatch(/cannot turn logical replication off/);
    expect(await catalogs(world)).toEqual(before);
  });

  it('refuses to begin without approval where nobody can be asked', async () => {
    const { code, stderr } = await world.n2m(['apply', file]);
    expect(code).toBe(4);
    expect(stderr).toContain('--yes');
  });

  it('ends with every row readable, the cluster at its steady size, the lag measured and the watch in place', async () => {
    const { code, stdout, stderr } = await world.n2m(['apply', file, '--yes', '--output', 'json']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const report = JSON.parse(stdout) as Record<string, unknown>;
    expect(report).toMatchObject({
      pipeline: world.name,
      clusterSize: '50cc',
      slot: { unconfirmedBytes: expect.any(String) as string },
    });
    const { upstream, target } = await digests(world);
    expect(target).toEqual(upstream);
    expect(upstream.orders?.rows).toBe(2_000);
    const schedule = await world.temporal.schedule.getHandle(`pipeline/${world.name}/watch`).describe();
    expect(schedule.state.paused).toBe(false);
  });

  it('streams what changes upstream afterwards', async () => {
    await world.upstream(async (client) => {
      await client.query(
        `INSERT INTO orders (customer_id, status, total) SELECT 1, 'late', n FROM generate_series(1, 50) n`,
      );
      await client.query(`UPDATE events SET kind = 'changed' WHERE kind = 'seen'`);
      await client.query(`DELETE FROM "Order Items" WHERE id % 7 = 0`);
    });
    await untilEqual(world);
  });

  it('finds nothing to do the second time and changes nothing', async () => {
    const before = await catalogs(world);
    expect(changed(await planned(file))).toEqual([]);
    const { code, stderr } = await world.n2m(['apply', file]);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    expect(await catalogs(world)).toEqual(before);
  });

  it('adds a table that the file names, with the enum column as text', async () => {
    const wider = await world.write(({ source }) => {
      source.tables?.push('public.products');
      source.textColumns = ['public.products.state'];
    });
    expect((await world.n2m(['apply', wider, '--yes'])).code).toBe(0);
    await untilEqual(world, ['orders', 'products']);
    expect(changed(await planned(wider))).toEqual([]);
  });

  it('changes the size that the file changes', async () => {
    const larger = await world.write(({ source, materialize }) => {
      source.tables?.push('public.products');
      source.textColumns = ['public.products.state'];
      materialize.cluster.steadySize = '100cc';
    });
    expect((await world.n2m(['apply', larger, '--yes'])).code).toBe(0);
    const { rows } = await world.target((client) =>
      client.query(`SELECT size FROM mz_catalog.mz_clusters WHERE name = 'ingest_${world.name}'`),
    );
    expect(rows).toEqual([{ size: '100cc' }]);
    expect(changed(await planned(larger))).toEqual([]);
  });

  it('asks before it drops a table that left the file, and drops it then on both sides', async () => {
    const narrower = await world.write(({ materialize }) => {
      materialize.cluster.steadySize = '100cc';
    });
    const refused = await world.n2m(['apply', narrower]);
    expect(refused.code).toBe(4);
    expect((await world.n2m(['apply', narrower, '--yes'])).code).toBe(0);
    const { rows } = await world.upstream((client) =>
      client.query(`SELECT tablename FROM pg_publication_tables ORDER BY 1`),
    );
    expect(rows.map((row: { tablename: string }) => row.tablename)).toEqual([
      'Order Items',
      'customers',
      'events',
      'orders',
    ]);
    const left = await world.target((client) =>
      client.query(`SELECT 1 FROM mz_catalog.mz_objects WHERE name = 'products'`),
    );
    expect(left.rows).toEqual([]);
    await untilEqual(world);
    expect(changed(await planned(narrower))).toEqual([]);
  });
});
