import type { IngestedSource, IngestedTable } from '../../../../local/materialize/contract';
import { Bench, R1, R2 } from './support';

const LOST = 'Source error: source must be dropped and recreated due to failure: ';
const HINT = 'retracting the errored value may resume the source';

describe('upstream accidents', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.start({ max_wal_size: '64MB', min_wal_size: '32MB' });
  });
  afterAll(() => bench?.stop());

  async function running(name: string): Promise<{ source: IngestedSource; table: IngestedTable }> {
    await bench.sql(`CREATE TABLE ${name} (id int PRIMARY KEY, v text NOT NULL, w int);
      INSERT INTO ${name} SELECT i, 'v', i FROM generate_series(1, 100) i`);
    const source = await bench.source([name]);
    bench.ingestion.start(source, R1);
    await bench.same(source.tables[0]!);
    await bench.eventually('the stream', async () => (await bench.slots(source.slot))[0]?.active === true);
    return { source, table: source.tables[0]! };
  }

  const stalled = (id: string, error: string): Promise<void> =>
    bench.eventually(`${id}: ${error}`, async () =>
      (await bench.history(id)).some((event) => event.status === 'stalled' && event.error === `postgres: ${error}`),
    );

  const state = async (table: IngestedTable): Promise<{ error: string | null; definite: boolean }> =>
    (
      await bench.rows<{ error: string | null; definite: boolean }>(
        'SELECT error, definite FROM mz_store.table_state WHERE id = $1',
        [table.id],
      )
    )[0]!;

  const altered = (table: IngestedTable): string =>
    `incompatible schema change: source table ${table.upstream.name} with oid ${table.upstream.oid} has been altered`;
  const identity =
    'old row missing from replication stream. Did you forget to set REPLICA IDENTITY to FULL for your table?';

  test.each([
    ['trunc', 'TRUNCATE trunc', () => 'table was truncated'],
    ['colgone', 'ALTER TABLE colgone DROP COLUMN w; INSERT INTO colgone VALUES (1000, 1)', altered],
    ['colquiet', 'ALTER TABLE colquiet DROP COLUMN w', altered],
    ['typed', 'ALTER TABLE typed ALTER w TYPE bigint; UPDATE typed SET w = 1', altered],
    ['renamed', 'ALTER TABLE renamed RENAME TO renamed_since', altered],
    ['nullable', 'ALTER TABLE nullable ALTER v DROP NOT NULL', altered],
    ['keyless', 'ALTER TABLE keyless DROP CONSTRAINT keyless_pkey', altered],
    ['gone', 'DROP TABLE gone', () => 'table was dropped'],
    ['ident', "ALTER TABLE ident REPLICA IDENTITY DEFAULT; UPDATE ident SET v = 'y' WHERE id = 1", () => identity],
  ])('%s: one table is lost, the source goes on', async (name, accident, why) => {
    const { source, table } = await running(name);
    await bench.sql(accident);
    await stalled(table.id, LOST + why(table));
    expect((await bench.lastStatus(table.id))?.details).toEqual({
      hints: [HINT],
      namespaced: { postgres: LOST + why(table) },
    });
    expect(await state(table)).toEqual({ error: LOST + why(table), definite: true });
    expect((await bench.lastStatus(source.id))?.status).toBe('running');
    await bench.drop(source);
  });

  test('a table that left the publication is stalled, but its old rows stay readable', async () => {
    const { source, table } = await running('unpub');
    await bench.sql(`ALTER PUBLICATION ${source.publication} DROP TABLE unpub; INSERT INTO unpub VALUES (1000, 'x')`);
    await stalled(table.id, `${LOST}table was dropped`);
    expect(await state(table)).toEqual({ error: `${LOST}table was dropped`, definite: false });
    expect((await bench.lastStatus(source.id))?.status).toBe('running');
    await bench.drop(source);
  });

  test('new columns, keys and NOT NULL do no harm', async () => {
    const { source, table } = await running('harmless');
    await bench.sql(`ALTER TABLE harmless ADD COLUMN extra text DEFAULT 'd'; ALTER TABLE harmless ALTER w SET NOT NULL;
      ALTER TABLE harmless ADD UNIQUE (w); INSERT INTO harmless VALUES (1000, 'x', 1000, 'y'); UPDATE harmless SET v = 'z'`);
    await bench.same(table);
    expect(await bench.history(table.id)).toMatchObject([{ status: 'starting' }, { status: 'running' }]);
    await bench.drop(source);
  });

  test('the lost table alone can be added again', async () => {
    const { source, table } = await running('again');
    await bench.sql('TRUNCATE again');
    await stalled(table.id, `${LOST}table was truncated`);
    bench.ingestion.removeTable(source.id, table.id);
    await bench.sql("INSERT INTO again VALUES (1, 'after', 2)");
    const [fresh] = await bench.describe(source.publication);
    bench.ingestion.addTables(source.id, [fresh!]);
    await bench.same(fresh!);
    await bench.drop(source);
  });

  test('a dropped publication loses every table for good', async () => {
    const { source, table } = await running('nopub');
    const why = `publication "${source.publication}" does not exist`;
    await bench.sql(`DROP PUBLICATION ${source.publication}; INSERT INTO nopub VALUES (1000, 'x')`);
    await stalled(source.id, why);
    const lost = `Source error: failed during initialization, source must be dropped and recreated: ${why}`;
    await stalled(table.id, lost);
    expect(await state(table)).toEqual({ error: lost, definite: true });
    expect((await bench.lastStatus(source.id))?.details).toEqual({ namespaced: { postgres: why } });
    await bench.drop(source);
  });

  test('a slot dropped behind its back is made anew and never catches up', async () => {
    const { source } = await running('slotless');
    await bench.sql(
      `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${source.slot}'`,
    );
    await bench.eventually('the slot to be dropped', async () => {
      await bench.sql('SELECT pg_drop_replication_slot($1)', [source.slot]);
      return true;
    });
    await bench.sql("INSERT INTO slotless VALUES (1000, 'x')");
    await stalled(source.id, 'sql client error: db error: FATAL: terminating connection due to administrator command');
    await bench.eventually('it to fail twice', async () => {
      const errors = (await bench.history(source.id)).map(({ error }) => error ?? '');
      const text = /^postgres: slot overcompacted\. Requested LSN \d+ but only LSNs >= \d+ are available$/;
      return errors.filter((error) => text.test(error)).length >= 2;
    });
    const statuses = (await bench.history(source.id)).slice(-4).map(({ status }) => status);
    expect(statuses.join()).toMatch(/starting,running,stalled/);
    await bench.drop(source);
  });

  test('a changed password stalls until the right one is known', async () => {
    const { source, table } = await running('pwd');
    await bench.sql("ALTER ROLE mzr PASSWORD 'changed'");
    await bench.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mzr'");
    await stalled(source.id, 'sql client error: connection closed');
    await stalled(source.id, 'db error: FATAL: password authentication failed for user "mzr"');
    await bench.sql("INSERT INTO pwd VALUES (1000, 'x')");
    bench.ingestion.reconnect(source.id, bench.connection({ password: 'changed' }));
    await bench.same(table);
    expect((await bench.lastStatus(source.id))?.status).toBe('running');
    await bench.sql("ALTER ROLE mzr PASSWORD 'pw'");
    bench.ingestion.reconnect(source.id, bench.connection());
    await bench.drop(source);
  });

  test('a server that is away for a while is followed again when it is back', async () => {
    const { source, table } = await running('down');
    await bench.upstream.halt();
    await stalled(source.id, 'sql client error: connection closed');
    await stalled(source.id, 'error connecting to server: Connection refused (os error 111)');
    await bench.upstream.start();
    await bench.reconnectAdmin();
    await bench.sql("INSERT INTO down VALUES (1000, 'x'); DELETE FROM down WHERE id < 50");
    await bench.same(table);
    await bench.drop(source);
  });

  test('a slot invalidated while nobody consumed it loses every table', async () => {
    const { source, table } = await running('invalid');
    bench.ingestion.moveTo(source.id, null);
    await bench.eventually('the slot to be left', async () => (await bench.slots(source.slot))[0]?.active === false);
    await bench.sql("ALTER SYSTEM SET max_slot_wal_keep_size = '1MB'");
    await bench.sql('SELECT pg_reload_conf()');
    await bench.eventually('the slot to be lost', async () => {
      await bench.sql('CREATE TABLE IF NOT EXISTS filler (t text)');
      await bench.sql("INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, 20000)");
      await bench.sql('SELECT pg_switch_wal()');
      await bench.sql('CHECKPOINT');
      const [slot] = await bench.sql<{ wal_status: string }>(
        'SELECT wal_status FROM pg_replication_slots WHERE slot_name = $1',
        [source.slot],
      );
      return slot?.wal_status === 'lost';
    });
    bench.ingestion.moveTo(source.id, R2);
    const why = 'replication slot has been invalidated because it exceeded the maximum reserved size';
    await stalled(source.id, why);
    await stalled(table.id, `Source error: failed during initialization, source must be dropped and recreated: ${why}`);
    await bench.sql('ALTER SYSTEM RESET max_slot_wal_keep_size');
    await bench.sql('SELECT pg_reload_conf()');
    await bench.drop(source);
  });
});
