import { startTraffic, type Traffic } from '../../../local/postgres/traffic';
import type { FollowMemory } from '../../../src/core/watch/types';
import { untilEqual } from '../support/compare';
import { ended, ids, madeAgain } from '../support/live';
import { until } from '../support/until';
import { onStandIn, SOURCE_TABLES } from '../support/world';
import { expectRecovery, Watched } from '../watch/watched';
import { Reader } from './reader';

jest.setTimeout(300_000);

const TABLES = ['customers', 'orders'];

let watched: Watched;
let traffic: Traffic;
beforeAll(async () => {
  const options = { neon: { sampleOrders: 2_000, logicalReplication: true }, materialize: { flags: SOURCE_TABLES } };
  watched = await Watched.start(options, (file) => {
    Object.assign(file.source, { tables: TABLES.map((table) => `public.${table}`), columns: 'follow' });
  });
  const { world } = watched;
  await world.target(async (client) => {
    for (const statement of [
      `CREATE VIEW "${world.name}".by_status AS SELECT status, count(*) AS n FROM "${world.name}".orders GROUP BY status`,
      `CREATE INDEX orders_idx IN CLUSTER "ingest_${world.name}" ON "${world.name}".orders (id)`,
    ])
      await client.query(statement);
  });
  traffic = writing();
});
afterAll(async () => {
  await traffic?.stop();
  await watched?.stop();
});

const writing = () => startTraffic({ connectionString: watched.world.upstreamUrl() }, { perSecond: 40 });
const run = () => watched.world.temporal.workflow.getHandle(`pipeline/${watched.world.name}`);
const lastRun = async () => (await run().describe()).runId;

/** Checks until the watch has come so far. */
const checkedUntil = (state: FollowMemory['state']): Promise<FollowMemory> =>
  until(async () => {
    const { follow } = (await watched.check()).memory;
    return follow?.state === state ? follow : undefined;
  }, `the watch to say ${state}`);

const columns = async (table: string): Promise<string[]> => {
  const { name } = watched.world;
  const { rows } = await watched.world.target((client) =>
    client.query<{ name: string }>(
      `SELECT c.name FROM mz_catalog.mz_columns c JOIN mz_catalog.mz_objects o ON o.id = c.id
       JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id WHERE n.name = '${name}' AND o.name = '${table}'`,
    ),
  );
  return rows.map((row) => row.name);
};

async function provenEqual(): Promise<void> {
  const { world } = watched;
  // Two looks one after the other do not agree on what is written in between.
  await traffic.stop();
  expect(traffic.counts().failures).toBe(0);
  await untilEqual(world, TABLES);
  traffic = writing();
  const { code, stdout } = await world.n2m(['verify', world.name, '--output', 'json']);
  expect({ code, ...(JSON.parse(stdout) as object) }).toMatchObject({ code: 0, verdict: 'equal', notCompared: [] });
}

onStandIn('tables made from a source').describe('a file that says columns: follow', () => {
  it('a column comes by itself, while the application writes and somebody reads', async () => {
    const { world, receiver } = watched;
    const before = await ids(world);
    const reader = new Reader(world, ['orders', 'by_status']);
    await reader.round();
    await watched.upstream(`ALTER TABLE orders ADD COLUMN memo text DEFAULT 'none'`);
    await watched.upstream(`UPDATE orders SET memo = 'some' WHERE id % 7 = 0`);

    const started = await checkedUntil('started');
    expect(started.columns).toBe('public.orders.memo');
    await run().result();
    const { raw } = await run().describe();
    // Checks end within minutes, and their runs go on.
    expect(raw.workflowExecutionInfo?.parentExecution?.workflowId).toContain('/check');
    expect(Number(raw.executionConfig?.workflowRunTimeout?.seconds ?? 0)).toBe(0);

    const brought = await checkedUntil('brought');
    expect(brought.rows).toBeGreaterThanOrEqual(2_000);
    await reader.round();
    const seen = await reader.stop();
    expect(Object.values(seen).every(({ reads, gapMs }) => reads > 3 && gapMs < Infinity)).toBe(true);
    expect(await columns('orders')).toContain('memo');
    expect(madeAgain(before, await ids(world))).toEqual(['by_status', 'orders', 'orders_idx']);
    await provenEqual();

    expect(receiver.alerts.map(({ kind, severity, cause }) => `${kind} ${severity} ${cause}`)).toEqual([
      expect.stringMatching(/^followed ok followed: public\.orders\.memo, copied 2,\d\d\d rows$/),
    ]);
    const { code, status } = await watched.status();
    expect({ code, follow: status.follow }).toEqual({ code: 0, follow: brought });
    expect((await world.n2m(['status', world.name])).stdout).toMatch(/ago followed: public\.orders\.memo, copied 2,/);
  });

  it('nothing is made anew unasked that costs others: it is told, with what brings it', async () => {
    const { world, receiver } = watched;
    await world.target((client) =>
      client.query(
        `CREATE MATERIALIZED VIEW "${world.name}".cities IN CLUSTER "ingest_${world.name}" AS SELECT city, count(*) AS n FROM "${world.name}".customers GROUP BY city`,
      ),
    );
    const before = { run: await lastRun(), told: receiver.alerts.length };
    await watched.upstream('ALTER TABLE customers ADD COLUMN phone text');
    const declined = await checkedUntil('declined');
    expect(declined.why).toMatch(/^materialized view .*cities is built on it: made again, it is computed anew$/);
    expect(receiver.alerts.slice(before.told)).toEqual([]);
    const { verdict, memory } = await watched.check();
    // No plan is made at every check.
    expect(memory.follow).toEqual(declined);
    expect(verdict).toMatchObject({ name: 'lagging', severity: 'warn' });
    expect(verdict.cause).toContain(`public.customers (phone); not followed: ${declined.why}`);
    expect(verdict.next).toMatch(/^n2m apply FILE brings them/);
    expect(receiver.alerts.slice(before.told)).toMatchObject([
      { kind: 'raised', severity: 'warn', cause: verdict.cause },
    ]);
    expect(await lastRun()).toBe(before.run);

    await ended(world, ['apply', watched.file, '--yes']);
    await expectRecovery(watched);
    expect(await columns('customers')).toContain('phone');
  });

  it('nor is more copied than the file allows', async () => {
    await watched.apply(({ source }) => void (source.columns = { followUpTo: '8KiB' }));
    const before = await lastRun();
    await watched.upstream('ALTER TABLE orders ADD COLUMN colour text');
    expect((await checkedUntil('declined')).why).toMatch(/would be copied, and source\.columns allows 8\.0 KiB$/);
    expect(await lastRun()).toBe(before);
    await watched.apply(({ source }) => void (source.columns = 'follow'));
    expect(await columns('orders')).toContain('colour');
    expect((await watched.check()).memory.follow).toBeUndefined();
  });

  it('a worker that dies while tables change places: the run goes on, and one table is left', async () => {
    const { world } = watched;
    await world.stopWorker();
    const strikes = [{ pattern: 'RENAME TO "orders_n2m_old"$', mode: 'kill-after' as const }];
    await world.keepWorker({ strikes, markers: world.dir });
    await watched.upstream(`ALTER TABLE orders ADD COLUMN size text DEFAULT 'm'`);
    await checkedUntil('started');
    await run().result();
    await checkedUntil('brought');
    expect(await columns('orders')).toContain('size');
    expect(Object.keys(await ids(world)).filter((name) => name.includes('n2m'))).toEqual([]);
    await provenEqual();
  });

  it('what failed is told, and not tried again', async () => {
    const { world, receiver } = watched;
    const told = receiver.alerts.length;
    await watched.upstream(`ALTER TABLE orders ADD COLUMN due timestamptz DEFAULT 'infinity'`);
    await checkedUntil('started');
    await expect(run().result()).rejects.toThrow();
    const failed = await checkedUntil('failed');
    expect(failed).toMatchObject({ columns: 'public.orders.due', why: expect.stringContaining('infinity') as string });
    const before = await lastRun();
    const { verdict, memory } = await watched.check();
    expect(memory.follow).toEqual(failed);
    expect(verdict.symptoms.map(({ cause }) => cause).join()).toMatch(
      /following public\.orders\.due failed and is not tried again/,
    );
    await watched.check();
    expect(await lastRun()).toBe(before);
    expect(receiver.alerts.slice(told).map(({ cause }) => cause)).toContainEqual(
      expect.stringMatching(/^following columns failed and is not tried again: /),
    );
    // People read the table as it was.
    await untilEqual(world, ['customers']);

    // The default first: the application goes on inserting.
    await watched.upstream(`ALTER TABLE orders ALTER COLUMN due SET DEFAULT now()`);
    await watched.upstream(`UPDATE orders SET due = now()`);
    await ended(world, ['apply', watched.file, '--yes']);
    expect(await columns('orders')).toContain('due');
    expect((await watched.check()).memory.follow).toBeUndefined();
    await provenEqual();
  });
});
