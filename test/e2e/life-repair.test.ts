import type { RepairPlan, RepairReport } from '../../src/core/repair/types';
import { untilEqual } from './compare';
import { World } from './world';

jest.setTimeout(300_000);

let world: World;
let file: string;
beforeAll(async () => {
  world = await World.start({ materialize: { schemaValidationInterval: 1_000, restartDelay: 1_000 } });
  await world.startWorker();
  file = await world.write();
  expect(await world.n2m(['apply', file, '--yes'])).toMatchObject({ code: 0 });
  await world.target(async (client) => {
    const { name } = world;
    await client.query(`CREATE ROLE reader_${name}`).catch(() => undefined);
    await client.query(
      `CREATE VIEW "${name}".by_status AS SELECT status, count(*) AS n FROM "${name}".orders GROUP BY status`,
    );
    await client.query(
      `CREATE MATERIALIZED VIEW "${name}".cities IN CLUSTER "ingest_${name}" AS SELECT city, count(*) AS n FROM "${name}".customers GROUP BY city`,
    );
    await client.query(`CREATE INDEX orders_idx IN CLUSTER "ingest_${name}" ON "${name}".orders (id)`);
    await client.query(`COMMENT ON VIEW "${name}".by_status IS 'what the shop sees'`);
  });
});
afterAll(() => world.stop());

const up = (sql: string) => world.upstream((client) => client.query(sql));

/** Objects of the pipeline's schema by name: their ids tell what was made again. */
async function ids(): Promise<Record<string, string>> {
  const { rows } = await world.target((client) =>
    client.query<{ name: string; id: string }>(
      `SELECT o.name, o.id FROM mz_catalog.mz_objects o JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id WHERE n.name = '${world.name}' ORDER BY 1`,
    ),
  );
  return Object.fromEntries(rows.map(({ name, id }) => [name, id]));
}

/** Without the ids some servers print: they are what changes. */
async function definitions(): Promise<string[]> {
  return world.target(async (client) => {
    const texts: string[] = [];
    for (const [kind, name] of [
      ['VIEW', 'by_status'],
      ['MATERIALIZED VIEW', 'cities'],
      ['INDEX', 'orders_idx'],
    ]) {
      const { rows } = await client.query<{ create_sql: string }>(`SHOW CREATE ${kind} "${world.name}".${name}`);
      texts.push((rows[0]?.create_sql ?? '').replace(/\[u\d+ AS ([^\]]+)\]/g, '$1'));
    }
    return texts;
  });
}

/** Waits until `status` names the rule. */
async function untilStatusSays(text: RegExp): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const { stdout } = await world.n2m(['status', world.name, '--output', 'json']);
    if (text.test(stdout)) return;
    if (Date.now() > until) throw new Error(`status never said ${text}: ${stdout}`);
  }
}

async function repair(): Promise<RepairReport> {
  const { code, stdout, stderr } = await world.n2m(['repair', world.name, '--yes', '--output', 'json']);
  const report = JSON.parse(stdout) as RepairReport;
  expect((report.recreated ?? []).filter(({ outcome }) => outcome !== 'recreated')).toEqual([]);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return report;
}

describe('repair', () => {
  it('finds nothing to do where nothing is broken', async () => {
    const before = await ids();
    const { code, stdout } = await world.n2m(['repair', world.name, '--output', 'json']);
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as RepairPlan).changes).toBe(0);
    expect(await ids()).toEqual(before);
  });

  it('drops and adds a truncated table alone, and brings back what was built on it', async () => {
    const before = { ids: await ids(), definitions: await definitions() };
    await up('TRUNCATE orders CASCADE');
    await up(`INSERT INTO orders (customer_id, status, total) SELECT 1, 'new', n FROM generate_series(1, 300) n`);
    await untilStatusSays(/table-error/);
    const refused = await world.n2m(['repair', world.name]);
    expect(refused.code).toBe(4);
    const report = await repair();
    expect(report.recreated.filter(({ outcome }) => outcome !== 'recreated')).toEqual([]);
    await untilEqual(world);
    const after = await ids();
    expect(await definitions()).toEqual(before.definitions);
    const again = Object.keys(after)
      .filter((name) => after[name] !== before.ids[name])
      .sort();
    expect(again.filter((name) => !['Order Items', 'by_status', 'orders', 'orders_idx'].includes(name))).toEqual([]);
    expect(again).toContain('orders');
  });

  it('puts the replica identity and the publication right, and makes nothing again', async () => {
    const before = await ids();
    await up('ALTER TABLE customers REPLICA IDENTITY DEFAULT');
    await untilStatusSays(/table-identity/);
    await repair();
    expect(await ids()).toEqual(before);
    await up(`UPDATE customers SET city = 'Graz' WHERE id % 5 = 0`);
    await untilEqual(world);
  });

  it('gives a drifted password a new one', async () => {
    const before = await ids();
    await up(`ALTER ROLE "mz_${world.name}" PASSWORD 'changed-by-hand-4711'`);
    await up(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mz_${world.name}'`);
    await untilStatusSays(/n2m rotate/);
    await repair();
    expect(await ids()).toEqual(before);
    await up(`UPDATE customers SET city = 'Linz' WHERE id % 7 = 0`);
    await untilEqual(world);
  });

  it('asks for a person after three repairs in a day, and makes the source again after its slot was lost', async () => {
    const before = { ids: await ids(), definitions: await definitions() };
    const slot = await dropTheSlot();
    await untilStatusSays(/slot-(lost|missing)/);
    const asked = await world.n2m(['repair', world.name, '--yes']);
    expect({ code: asked.code, text: /repair-again/.test(asked.stderr) }).toEqual({ code: 4, text: true });
    const started = await world.n2m(['repair', world.name, '--yes', '--no-wait']);
    expect(started.code).toBe(4);
    expect((await world.n2m(['approve', world.name, '--yes'])).code).toBe(0);
    const report = (await world.temporal.workflow.getHandle(`pipeline/${world.name}`).result()) as RepairReport;
    expect(report.recreated.filter(({ outcome }) => outcome !== 'recreated')).toEqual([]);
    await untilEqual(world);
    expect(await definitions()).toEqual(before.definitions);
    const slots = await up(`SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'logical'`);
    expect(slots.rows).toHaveLength(1);
    expect((slots.rows[0] as { slot_name: string }).slot_name).not.toBe(slot);
  });
});

async function dropTheSlot(): Promise<string> {
  return world.upstream(async (client) => {
    const { rows } = await client.query<{ slot_name: string }>(
      `SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'logical'`,
    );
    const slot = rows[0]?.slot_name ?? '';
    for (;;) {
      await client.query(`SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = $1`, [
        slot,
      ]);
      try {
        await client.query(`SELECT pg_drop_replication_slot($1)`, [slot]);
        break;
      } catch {
        continue;
      }
    }
    await client.query(`INSERT INTO orders (customer_id, status, total) VALUES (1, 'lost', 1)`);
    return slot;
  });
}
