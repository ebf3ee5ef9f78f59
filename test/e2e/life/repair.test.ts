import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { startTraffic } from '../../../local/postgres/traffic';
import { until } from '../../../local/stack/until';
import { failureInfo } from '../../../src/cli/temporal/failures';
import type { RepairPlan, RepairReport } from '../../../src/core/repair/types';
import type { RunView } from '../../../src/core/run/types';
import type { NeonSourceSpec, PipelineSpec } from '../../../src/core/spec/types';
import { untilEqual } from '../support/compare';
import { buildOn, definitions, dropTheSlot, ended, ids, madeAgain, slotOf, untilStatusSays, up } from '../support/live';
import { SUBSOURCES_VERSION } from '../support/versions';
import { SOURCE_TABLES, World } from '../support/world';

jest.setTimeout(300_000);

/** One live pipeline in each syntax: a source with subsources, and one with tables made from it. */
let worlds: World[];
const env: Record<string, string> = {};
const TABLES = ['customers', 'orders', 'Order Items', 'events', 'products'];

beforeAll(async () => {
  const quick = { statisticsInterval: 500, schemaValidationInterval: 500, restartDelay: 500 };
  const neon = { sampleOrders: 200, operationMs: 50, logicalReplication: true };
  worlds = await Promise.all([
    World.start({ neon, materialize: { ...quick, version: SUBSOURCES_VERSION }, env }),
    World.start({ neon, materialize: { ...quick, flags: SOURCE_TABLES } }),
  ]);
  env.N2M_SECRET_OTHER_URL = worlds[1]?.neon.ownerUrl() ?? '';
  await inBoth(async (world) => {
    await world.startWorker();
    const file = await world.write((plain) => {
      plain.source.tables = TABLES.map((table) => `public."${table}"`);
      plain.source.textColumns = ['public.products.state'];
    });
    await ended(world, ['apply', file, '--yes']);
    await buildOn(world, 'orders', 'status');
    await buildOn(world, 'customers', 'city');
  });
});
afterAll(() => inBoth((world) => world.stop()));

const inBoth = (use: (world: World) => Promise<void>) => Promise.all(worlds.map(use));

/** Causes it, hears of it from `status`, repairs it; afterwards both sides agree, and only these are other objects. */
async function mended(
  world: World,
  accident: { cause: () => Promise<void>; says: RegExp[]; again: string[] | 'all' },
): Promise<void> {
  const before = { ids: await ids(world), definitions: await definitions(world) };
  await accident.cause();
  for (const text of accident.says) await untilStatusSays(world, text);
  await repair(world);
  const traffic = startTraffic({ connectionString: world.upstreamUrl() }, { perSecond: 200 });
  await untilStatusSays(world, /"verdict": ?"(healthy|lagging)"/);
  await traffic.stop();
  expect(traffic.counts()).toMatchObject({ failures: 0 });
  await untilEqual(world, TABLES);
  expect(await definitions(world)).toEqual(before.definitions);
  const after = await ids(world);
  const again = madeAgain(before.ids, after);
  if (accident.again !== 'all') expect(again).toEqual(accident.again);
  else {
    const kept = Object.keys(after).filter((name) => !again.includes(name));
    expect(kept).toEqual([`${world.name}_password`, `${world.name}_postgres`]);
  }
}

/** After three in a day --yes does not do: a person approves. */
async function repair(world: World): Promise<void> {
  const { code, stdout, stderr } = await world.n2m(['repair', world.name, '--yes', '--output', 'json']);
  let report: RepairReport;
  if (code === 4) {
    expect(stderr).toMatch(/repair-again|recreate-source/);
    // A source with a lost slot flaps: what the run sees may need a person where the plan a moment before did not, and the
    // other way round.
    const waits = stderr.includes(`the run of ${world.name} waits for approval`);
    const started = waits || (await world.n2m(['repair', world.name, '--yes', '--no-wait'])).code === 4;
    const run = world.temporal.workflow.getHandle(`pipeline/${world.name}`);
    if (started || (await asksOrEnds(run))) await ended(world, ['approve', world.name, '--yes']);
    report = (await run.result()) as RepairReport;
  } else {
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    report = JSON.parse(stdout) as RepairReport;
  }
  expect(report.recreated.filter(({ outcome }) => outcome !== 'recreated')).toEqual([]);
}

/** Whether the run asks a person before it ends. */
const asksOrEnds = (run: WorkflowHandle): Promise<boolean> =>
  until(
    async () => {
      if ((await run.describe()).status.name !== 'RUNNING') return false;
      return (await run.query<RunView>('view')).waitingFor.length > 0 || undefined;
    },
    { what: 'an answer or the end of the repair', timeout: 120_000 },
  );

const upstream =
  (world: World, ...statements: string[]) =>
  async (): Promise<void> => {
    for (const statement of statements) await up(world, statement);
  };

const ORDER = `INSERT INTO orders (customer_id, status, total) VALUES (1, 'new', 1)`;
const ON_CUSTOMERS = ['all_customers', 'by_city', 'customers', 'customers_idx'];
const ON_ORDERS = ['all_orders', 'by_status', 'orders', 'orders_idx'];

describe('repair, in both syntaxes', () => {
  it('finds nothing to do where nothing is broken, and asks where something is', () =>
    inBoth(async (world) => {
      const before = await ids(world);
      const plan = JSON.parse(await ended(world, ['repair', world.name, '--output', 'json'])) as RepairPlan;
      expect(plan.changes).toBe(0);
      await up(world, 'ALTER TABLE customers REPLICA IDENTITY DEFAULT');
      expect((await world.n2m(['repair', world.name])).code).toBe(4);
      expect(await ids(world)).toEqual(before);
    }));

  it('a weakened replica identity that killed nothing yet, and an added column, whose table is copied again', () =>
    inBoth((world) =>
      mended(world, {
        cause: upstream(world, `ALTER TABLE orders ADD COLUMN extra text DEFAULT 'd'`, ORDER),
        says: [/customers has replica identity/],
        again: ['all_orders', 'by_status', 'orders', 'orders_idx'],
      }),
    ));

  it('a truncated table, one that lost a column, one that died of its replica identity: these three alone', () =>
    inBoth((world) =>
      mended(world, {
        cause: upstream(
          world,
          'TRUNCATE events',
          `INSERT INTO events (kind) VALUES ('after')`,
          'ALTER TABLE customers DROP COLUMN joined_at',
          `UPDATE customers SET city = 'Graz' WHERE id = (SELECT min(id) FROM customers)`,
          'ALTER TABLE "Order Items" REPLICA IDENTITY DEFAULT',
          // The traffic of the case before may have deleted any row.
          'UPDATE "Order Items" SET "Quantity" = "Quantity" + 1 WHERE id = (SELECT min(id) FROM "Order Items")',
        ),
        says: [
          /events stands still: it was truncated upstream/,
          /customers stands still: a replicated column was dropped or changed/,
          /Order Items stands still: its replica identity was weakened/,
        ],
        again: ['Order Items', ...ON_CUSTOMERS, 'events'],
      }),
    ));

  it('a table taken out of the publication, and one dropped and made again: these two alone', () =>
    inBoth((world) =>
      mended(world, {
        cause: upstream(
          world,
          `ALTER PUBLICATION "n2m_${world.name}" DROP TABLE orders`,
          ORDER,
          'DROP TABLE events',
          'CREATE TABLE events (kind text NOT NULL, payload jsonb, happened_at timestamptz NOT NULL DEFAULT now())',
          `ALTER TABLE events OWNER TO ${world.neon.owner}`,
          `INSERT INTO events (kind) SELECT 'made again' FROM generate_series(1, 20)`,
        ),
        says: [/orders (was taken out of publication|stands still: it was dropped)/, /events/],
        again: [...ON_ORDERS.slice(0, 2), 'events', ...ON_ORDERS.slice(2)],
      }),
    ));

  it('a drifted password', () =>
    inBoth((world) =>
      mended(world, {
        cause: upstream(
          world,
          `ALTER ROLE "mz_${world.name}" PASSWORD 'changed-by-hand-4711'`,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mz_${world.name}'`,
        ),
        says: [/n2m rotate/],
        again: [],
      }),
    ));

  it('a dropped publication', () =>
    inBoth((world) =>
      mended(world, {
        cause: upstream(world, `DROP PUBLICATION "n2m_${world.name}"`, ORDER),
        says: [/the publication was dropped: every table of the source is dead/],
        again: 'all',
      }),
    ));

  it('an invalidated slot: its WAL went while nobody read it', () =>
    inBoth((world) =>
      mended(world, {
        cause: () => invalidateTheSlot(world),
        says: [/slot \S+ is lost|threw the replication slot away/],
        again: 'all',
      }),
    ));

  it('a restored database: another timeline', () =>
    inBoth((world) => mended(world, { cause: () => restore(world), says: [/restored from a backup/], again: 'all' })));

  it('a dropped slot, but never with a file that leads elsewhere or without the name of the slot', () =>
    inBoth(async (world) => {
      const slot = await slotOf(world);
      await mended(world, {
        cause: async () => {
          await dropTheSlot(world, slot);
          await up(world, ORDER);
          if (world === worlds[0]) await refusesElsewhere(world);
        },
        says: [/slot (\S+ )?(is gone from the server|was lost)/],
        again: 'all',
      });
      expect(await slotOf(world)).not.toBe(slot);
    }));
});

/** As transcript 11 has it: no replica, a small max_slot_wal_keep_size, more WAL than that, a checkpoint. */
async function invalidateTheSlot(world: World): Promise<void> {
  const factor = (n: number) =>
    world.target((client) => client.query(`ALTER CLUSTER "ingest_${world.name}" SET (REPLICATION FACTOR ${n})`));
  await factor(0);
  await up(world, `ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'`);
  await up(world, 'SELECT pg_reload_conf()');
  for (;;) {
    await up(world, ORDER);
    await up(world, 'SELECT pg_switch_wal()');
    await up(world, 'CHECKPOINT');
    const { rows } = await up(world, `SELECT wal_status FROM pg_replication_slots WHERE slot_type = 'logical'`);
    if ((rows[0] as { wal_status: string }).wal_status === 'lost') break;
  }
  await up(world, 'ALTER SYSTEM RESET max_slot_wal_keep_size');
  await up(world, 'SELECT pg_reload_conf()');
  await factor(1);
}

/** Recovery from its own archive: the server ends with another timeline, as after a restore to a point in time. */
async function restore(world: World): Promise<void> {
  const { postgres } = world.neon;
  await postgres.halt();
  const signal = join(postgres.dataDir, 'recovery.signal');
  await writeFile(signal, '');
  await chmod(signal, 0o666);
  await postgres.start({ restore_command: 'false' });
  await up(world, ORDER);
}

/** A repair that was approved in every point, of a pipeline whose file says something else: nothing is dropped. */
async function refusesElsewhere(world: World): Promise<void> {
  const before = await ids(world);
  const schedule = await world.temporal.schedule.getHandle(`pipeline/${world.name}/watch`).describe();
  const [{ spec }] = schedule.action.args as unknown as [{ spec: PipelineSpec }];
  const { role, tables, textColumns, excludeColumns, publication, database, tls } = spec.source;
  const common = { role, tables, textColumns, excludeColumns, publication };
  const otherTls = { mode: 'verify-full' as const, ca: worlds[1]?.neon.caPem ?? null };
  const approved = ['repair', 'recreate-source', 'rebuild-dependents', 'reset-password', 'repair-again'];
  const refused = async (source: PipelineSpec['source']): Promise<string> => {
    const failure: unknown = await world.temporal.workflow
      .execute('repairReplication', {
        taskQueue: world.taskQueue,
        workflowId: `pipeline/${world.name}`,
        args: [{ spec: { ...spec, source }, approved, memory: null }],
      })
      .catch((error: unknown) => error);
    const info = failureInfo(failure);
    return `${info?.type}: ${info?.message}`;
  };
  const postgres = { ...common, kind: 'postgres' as const, reachableAt: null, database };
  expect(await refused({ ...postgres, url: 'env:N2M_SECRET_OTHER_URL', tls: otherTls })).toMatch(
    /^Blocked: connection .* leads elsewhere than the file: port/,
  );
  expect(await refused({ ...postgres, url: 'env:N2M_SECRET_POSTGRES_URL', database: 'postgres', tls })).toMatch(
    /^Blocked: .*leads elsewhere than the file: database/,
  );
  const neon = spec.source as NeonSourceSpec;
  expect(await refused({ ...neon, project: 'another-project-1' })).toMatch(/^NotFound: /);
  expect(await refused({ ...neon, branch: 'another' })).toMatch(/^NotFound: /);
  await withoutSlotName(world, async () => {
    expect(await refused(neon)).toMatch(/^Blocked: .*Materialize names no slot/);
  });
  expect(await ids(world)).toEqual(before);
}

/** As if Materialize's catalog did not say it. */
async function withoutSlotName(world: World, use: () => Promise<void>): Promise<void> {
  const store = world.materialize?.store;
  if (!store) return;
  await store.query(`CREATE TABLE hidden_slots AS SELECT * FROM mz_internal.mz_postgres_sources`);
  await store.query(`UPDATE mz_internal.mz_postgres_sources SET replication_slot = ''`);
  try {
    await use();
  } finally {
    await store.query(
      `UPDATE mz_internal.mz_postgres_sources s SET replication_slot = h.replication_slot FROM hidden_slots h WHERE h.id = s.id`,
    );
  }
}
