import type { IngestedSource } from '../../../../local/materialize/contract';
import { Bench, R1, R2 } from './support';

interface StatisticsRow {
  id: string;
  replica_id: string;
  updates_staged: string;
  updates_committed: string;
  snapshot_records_known: string | null;
  snapshot_records_staged: string | null;
  snapshot_committed: boolean;
  offset_known: string;
  offset_committed: string;
  hydrated: boolean;
}

const ZERO = {
  updates_staged: '0',
  updates_committed: '0',
  snapshot_records_known: null,
  snapshot_records_staged: null,
  snapshot_committed: false,
  offset_known: '0',
  offset_committed: '0',
  hydrated: false,
};

describe('what the ingestion reports', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  afterAll(() => bench?.stop());
  afterEach(() => bench.with({}));

  const statistics = (id: string, replicaId: string): Promise<StatisticsRow[]> =>
    bench.rows<StatisticsRow>(
      `SELECT *, rehydration_latency IS NOT NULL AS hydrated FROM mz_internal.mz_source_statistics
       WHERE id = $1 AND replica_id = $2`,
      [id, replicaId],
    );

  /** The rows one object's statistics went through, to the first for which `last` holds. */
  async function seen(id: string, replicaId: string, last: (row: StatisticsRow) => boolean): Promise<StatisticsRow[]> {
    let rows: StatisticsRow[] = [];
    let end = -1;
    await bench.eventually(`statistics of ${id}`, async () => {
      rows = await bench.rows<StatisticsRow>(
        `SELECT *, rehydration_latency IS NOT NULL AS hydrated FROM statistics_log
         WHERE id = $1 AND replica_id = $2 ORDER BY n`,
        [id, replicaId],
      );
      end = rows.findIndex(last);
      return end >= 0;
    });
    return rows.slice(0, end + 1);
  }

  test('statistics: zero first, then moving, then committed; the source adds its tables up', async () => {
    await bench.with({ rowsPerSecond: () => 4000 });
    await bench.fill('s1', 4000);
    await bench.fill('s2', 6);
    const source = await bench.source(['s1', 's2']);
    const [s1, s2] = source.tables;
    bench.ingestion.start(source, R1);
    const rows = await seen(s1!.id, R1.id, (row) => row.snapshot_committed);
    expect(rows[0]).toMatchObject(ZERO);
    const moving = rows.map((row) => Number(row.snapshot_records_staged ?? 0));
    expect(moving.some((n) => n > 0 && n < 4000)).toBe(true);
    expect(moving).toEqual([...moving].sort((a, b) => a - b));
    const done = { snapshot_records_known: '4000', snapshot_records_staged: '4000', updates_committed: '4000' };
    expect(rows.at(-1)).toMatchObject({ ...done, hydrated: true });
    const own = await seen(source.id, R1.id, (row) => row.snapshot_committed);
    expect(own.at(-1)).toMatchObject({ snapshot_records_known: '4006', updates_committed: '4006', hydrated: true });
    await bench.sql("INSERT INTO s2 VALUES (100, 'live'); UPDATE s2 SET v = 'x' WHERE id = 1");
    await seen(s2!.id, R1.id, (row) => row.updates_committed === '9');
    await bench.drop(source);
    expect(await statistics(s1!.id, R1.id)).toEqual([]);
  });

  test('a new replica reports zeros, then a committed snapshot it did not take; the old rows stay', async () => {
    await bench.fill('moved', 50);
    const source = await bench.source(['moved']);
    const [moved] = source.tables;
    bench.ingestion.start(source, R1);
    const [old] = (await seen(moved!.id, R1.id, (row) => row.hydrated)).slice(-1);
    await bench.eventually('the stream', async () => (await bench.slots(source.slot))[0]?.active === true);
    bench.ingestion.moveTo(source.id, R2);
    const rows = await seen(moved!.id, R2.id, (row) => row.hydrated);
    expect(rows[0]).toMatchObject(ZERO);
    const resumed = { snapshot_records_known: null, snapshot_records_staged: null, updates_committed: '0' };
    expect(rows.at(-1)).toMatchObject({ ...resumed, snapshot_committed: true });
    const [kept] = await statistics(moved!.id, R1.id);
    expect(kept).toMatchObject({ updates_committed: old!.updates_committed, snapshot_committed: true });
    expect((await bench.history(source.id)).map(({ status, replica_id }) => [status, replica_id])).toEqual([
      ['starting', R1.id],
      ['running', R1.id],
      ['paused', R1.id],
      ['starting', R2.id],
      ['running', R2.id],
    ]);
    await bench.drop(source);
  });

  test('without a replica a source is paused, says why, and holds its slot without consuming', async () => {
    await bench.fill('paused', 50);
    const source = await bench.source(['paused']);
    const [paused] = source.tables;
    const none = { status: 'paused', details: { hints: ['There is currently no replica running this source'] } };
    bench.ingestion.start(source, null);
    await bench.eventually('it to pause', async () => (await bench.lastStatus(paused!.id))?.status === 'paused');
    expect(await bench.history(source.id)).toMatchObject([{ ...none, error: null, replica_id: null }]);
    expect(await bench.slots(source.slot)).toEqual([]);
    bench.ingestion.moveTo(source.id, R1);
    await bench.same(paused!);
    await bench.eventually('the stream', async () => (await bench.slots(source.slot))[0]?.active === true);
    bench.ingestion.moveTo(source.id, null);
    await bench.eventually('the stream to end', async () => (await bench.slots(source.slot))[0]?.active === false);
    const hints = ['The replica running this source has been dropped'];
    // Of two events, the one with the replica's name comes last.
    await bench.eventually('it to pause', async () => {
      const last = await bench.lastStatus(source.id);
      return last?.status === 'paused' && last.replica_id === R1.id;
    });
    expect((await bench.history(source.id)).slice(-2)).toMatchObject([
      none,
      { status: 'paused', details: { hints }, replica_id: R1.id },
    ]);
    await bench.drop(source);
  });

  async function addTable(source: IngestedSource, name: string): Promise<string> {
    await bench.sql(
      `ALTER TABLE ${name} REPLICA IDENTITY FULL; ALTER PUBLICATION ${source.publication} ADD TABLE ${name}`,
    );
    const [added] = await bench.describe(source.publication, [], name);
    bench.ingestion.addTables(source.id, [added!]);
    source.tables.push(added!);
    return added!.id;
  }

  test('while an added table is copied, nothing of the others is taken or acknowledged', async () => {
    await bench.with({ rowsPerSecond: (size) => (size === R1.size ? 2000 : 1_000_000) });
    await bench.fill('first', 100);
    await bench.fill('second', 30_000, 1000);
    const source = await bench.source(['first']);
    const [first] = source.tables;
    bench.ingestion.start(source, R1);
    await bench.same(first!);
    await bench.eventually('the stream', async () => (await bench.slots(source.slot))[0]?.active === true);
    const added = await addTable(source, 'second');
    await bench.eventually('the copy', async () => (await bench.copying()).length === 1);
    const [held] = await bench.slots(source.slot);
    const frontier = await bench.frontier(first!.id);
    await bench.sql('DELETE FROM first WHERE id <= 10');
    const parent = await seen(source.id, R1.id, (row) => Number(row.snapshot_records_staged) > 2000);
    expect(parent.at(-1)).toMatchObject({
      snapshot_committed: false,
      snapshot_records_known: '30000',
      hydrated: false,
    });
    expect(await statistics(first!.id, R1.id)).toMatchObject([
      { snapshot_committed: true, snapshot_records_known: '0' },
    ]);
    expect(await bench.slots(source.slot)).toEqual([{ ...held, active: false }]);
    expect(await bench.frontier(first!.id)).toBe(frontier);
    expect(await bench.frontier(added)).toBe(0);
    expect(await bench.rows(`SELECT count(*)::int AS n FROM mz_store."${first!.id}"`)).toEqual([{ n: 100 }]);
    bench.ingestion.moveTo(source.id, R2);
    for (const table of source.tables) await bench.same(table);
    await bench.drop(source);
  });

  test('frontiers move with the clock while upstream answers, idle or not, and stop when it does not', async () => {
    await bench.fill('fresh', 10);
    const source = await bench.source(['fresh']);
    const [fresh] = source.tables;
    bench.ingestion.start(source, R1);
    const moves = async (): Promise<void> => {
      const before = await bench.frontier(fresh!.id);
      await bench.eventually('the frontier to move', async () => (await bench.frontier(fresh!.id)) > before);
    };
    await bench.same(fresh!);
    await moves();
    await moves();
    const ids = [source.id, source.progressId!, fresh!.id];
    const [row] = await bench.rows<{ n: string; retained: string }>(
      `SELECT count(DISTINCT write_frontier) AS n, max(write_frontier - read_frontier)::text AS retained
       FROM mz_internal.mz_frontiers WHERE object_id = ANY ($1)`,
      [ids],
    );
    expect(row).toEqual({ n: '1', retained: '1000' });
    // The slot is acknowledged on an idle table too: writes elsewhere must not hold WAL.
    await bench.sql("CREATE TABLE elsewhere AS SELECT i, repeat('x', 100) AS t FROM generate_series(1, 1000) i");
    await bench.eventually('the slot to follow', async () => {
      const [slot] = await bench.sql<{ behind: boolean }>(
        `SELECT pg_current_wal_lsn() > confirmed_flush_lsn AS behind FROM pg_replication_slots WHERE slot_name = $1`,
        [source.slot],
      );
      return slot?.behind === false;
    });
    await bench.sql('ALTER ROLE mzr NOLOGIN');
    await bench.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'mzr'");
    await bench.eventually('a stall', async () => (await bench.lastStatus(source.id))?.status === 'stalled');
    const stopped = await bench.frontier(fresh!.id);
    const failures = async (): Promise<number> =>
      (await bench.history(source.id)).filter((e) => e.error !== null).length;
    const before = await failures();
    await bench.eventually('two more attempts', async () => (await failures()) >= before + 2);
    expect(await bench.frontier(fresh!.id)).toBe(stopped);
    await bench.sql('ALTER ROLE mzr LOGIN');
    await moves();
    await bench.drop(source);
  });
});
