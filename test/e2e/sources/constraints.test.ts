import type { Plan } from '../../../src/core/plan/types';
import { untilEqual } from '../support/compare';
import { ended, up } from '../support/live';
import { REAL_MATERIALIZE, World, type PipelineFile } from '../support/world';

jest.setTimeout(300_000);

let world: World;
beforeAll(async () => {
  // The first release whose documentation has it; nobody recorded one yet.
  world = await World.start({ neon: { sampleOrders: 200, operationMs: 50 }, materialize: { version: '26.42.0' } });
  await world.startWorker();
});
afterAll(() => world?.stop());

const write = (...excludeConstraints: string[]) =>
  world.write((file: PipelineFile) => {
    Object.assign(file.source, { excludeConstraints });
  });
const said = async (sql: string): Promise<string> =>
  world
    .target((client) => client.query(sql))
    .then(
      () => 'nothing',
      (error: Error) => error.message,
    );

// A real server is of whatever version it is.
(REAL_MATERIALIZE ? describe.skip : describe)('constraints that a table is made without', () => {
  it('are dropped upstream, and the table goes on; what it was made with still ends it', async () => {
    const file = await write('public.customers.customers_email_key', 'public.orders');
    await ended(world, ['apply', file, '--yes']);
    await up(world, 'ALTER TABLE customers DROP CONSTRAINT customers_email_key');
    await up(
      world,
      'ALTER TABLE orders DROP CONSTRAINT orders_pkey CASCADE; ALTER TABLE orders ALTER status DROP NOT NULL',
    );
    await up(world, `INSERT INTO customers (name, email) SELECT 'twin', email FROM customers WHERE id = 1`);
    await up(world, 'UPDATE orders SET status = NULL WHERE id = 1');
    await untilEqual(world);

    const planned = await world.n2m(['plan', file, '--output', 'json']);
    const plan = JSON.parse(planned.stdout) as Plan;
    expect(plan.steps.filter(({ action }) => action !== 'keep')).toEqual([]);
    expect(plan.findings.map(({ code }) => code)).not.toContain('exclude-constraints');
  });

  it('change in the file: that table alone is copied again, after approval', async () => {
    const file = await write(
      'public.customers.customers_email_key',
      'public.customers.customers_pkey',
      'public.orders',
    );
    const plan = JSON.parse((await world.n2m(['plan', file, '--output', 'json'])).stdout) as Plan;
    expect(plan.steps.find(({ id }) => id === 'copy-beside')?.changes).toEqual([
      'public.customers: customers_pkey: joins excludeConstraints',
    ]);
    // The name that is not there any more would be refused by Materialize, so the plan says it first.
    expect(plan.findings).toContainEqual(
      expect.objectContaining({
        code: 'exclude-constraints',
        severity: 'blocking',
        fix: 'take public.customers.customers_email_key out of source.excludeConstraints',
      }),
    );
    await ended(world, ['apply', await write('public.customers.customers_pkey', 'public.orders'), '--yes']);
    await up(world, 'ALTER TABLE customers DROP CONSTRAINT customers_pkey CASCADE');
    await up(world, `INSERT INTO customers (id, name, email) VALUES (1, 'double', 'double@example.com')`);
    await untilEqual(world);
  });

  it('are refused by the server in its own words', async () => {
    const make = (options: string) =>
      said(
        `CREATE TABLE "${world.name}".again FROM SOURCE "${world.name}"."${world.name}_source" (REFERENCE public.customers) WITH (${options})`,
      );
    expect(await make(`EXCLUDE CONSTRAINTS ('nope')`)).toContain(
      'EXCLUDE CONSTRAINTS refers to constraints that do not exist on table public.customers',
    );
    expect(await make(`EXCLUDE ALL CONSTRAINTS, EXCLUDE CONSTRAINTS ('customers_pkey')`)).toContain(
      'EXCLUDE ALL CONSTRAINTS cannot be combined with EXCLUDE CONSTRAINTS',
    );
  });
});
