import { Bench, R1, R2 } from './support';

describe('the slots of a source upstream', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  afterAll(() => bench?.stop());
  afterEach(() => bench.with({}));

  const blockedSender = (): Promise<{ blockers: number[] }[]> =>
    bench.sql(`SELECT pg_blocking_pids(pid) AS blockers FROM pg_stat_activity WHERE backend_type = 'walsender'
      AND query LIKE 'CREATE_REPLICATION_SLOT%' AND wait_event_type = 'Lock' AND wait_event = 'transactionid'`);

  /** Ends the transaction even when the work fails: every slot that is made later would wait for it. */
  async function whileWriting(work: () => Promise<void>): Promise<void> {
    const blocker = await bench.session();
    try {
      await blocker.query('BEGIN; SELECT pg_current_xact_id()');
      await work();
      await blocker.query('COMMIT');
    } finally {
      await blocker.end();
    }
  }

  test('a writing transaction upstream holds the slot back, while the status says running', async () => {
    await bench.fill('blocked', 10);
    const source = await bench.source(['blocked']);
    await whileWriting(async () => {
      bench.ingestion.start(source, R1);
      await bench.eventually('the walsender to wait', async () => (await blockedSender()).length === 1);
      const [slot] = await bench.slots(source.slot);
      expect(slot).toMatchObject({ active: true, confirmed: null });
      expect((await bench.history(source.id)).map(({ status }) => status)).toEqual(['starting', 'running']);
      expect(await bench.frontier(source.tables[0]!.id)).toBe(0);
    });
    await bench.committed(source.tables[0]!);
    await bench.same(source.tables[0]!);
    await bench.drop(source);
  });

  test('a source dropped while it waits for a transaction leaves no slot', async () => {
    await bench.fill('blocked2', 10);
    const source = await bench.source(['blocked2']);
    await whileWriting(async () => {
      bench.ingestion.start(source, R1);
      await bench.eventually('the walsender to wait', async () => (await blockedSender()).length === 1);
      await bench.drop(source);
    });
    expect(await bench.slots(source.slot)).toEqual([]);
  });

  test('the temporary slot lasts as long as the snapshot; a replaced replica begins it again', async () => {
    await bench.with({ rowsPerSecond: (size) => (size === R1.size ? 2000 : 1_000_000) });
    await bench.fill('long', 30_000, 1000);
    const source = await bench.source(['long']);
    const [long] = source.tables;
    bench.ingestion.start(source, R1);
    await bench.eventually('the copy', async () => (await bench.copying()).length === 1);
    expect(await bench.slots('mzsnapshot_%')).toMatchObject([{ temporary: true, active: true }]);
    expect(await bench.slots(source.slot)).toMatchObject([{ temporary: false, active: false }]);
    expect(await bench.frontier(long!.id)).toBe(0);
    bench.ingestion.moveTo(source.id, R2);
    await bench.committed(long!);
    await bench.eventually('the temporary slot to go', async () => (await bench.slots('mzsnapshot_%')).length === 0);
    await bench.same(long!);
    await bench.eventually('the frontier to move', async () => (await bench.frontier(long!.id)) > 0);
    await bench.drop(source);
  });

  test('a source without tables makes its slot and acknowledges nothing; the first table starts it', async () => {
    await bench.fill('later', 20);
    const source = await bench.source(['later']);
    const [later] = source.tables.splice(0);
    bench.ingestion.start(source, R1);
    await bench.eventually('the slot', async () => (await bench.slots(source.slot))[0]?.confirmed != null);
    const [slot] = await bench.slots(source.slot);
    await bench.eventually('the frontier to move', async () => (await bench.frontier(source.id)) > 0);
    await bench.sql("UPDATE later SET v = 'before'");
    expect(await bench.slots(source.slot)).toMatchObject([{ confirmed: slot!.confirmed }]);
    bench.ingestion.addTables(source.id, [later!]);
    await bench.same(later!);
    bench.ingestion.removeTable(source.id, later!.id);
    await bench.eventually('its frontier to go', async () => (await bench.frontier(later!.id)) === -1);
    await bench.drop(source);
  });

  test('a stale walsender that holds the slot is ended', async () => {
    await bench.fill('stale', 20);
    const source = await bench.source(['stale']);
    bench.ingestion.start(source, R1);
    await bench.same(source.tables[0]!);
    await bench.eventually('the stream', async () => (await bench.slots(source.slot))[0]?.active === true);
    bench.ingestion.moveTo(source.id, null);
    await bench.eventually('the slot to be left', async () => (await bench.slots(source.slot))[0]?.active === false);
    const other = await bench.holdSlot(source);
    bench.ingestion.moveTo(source.id, R2);
    await other.ended;
    await bench.sql("INSERT INTO stale VALUES (21, 'x')");
    await bench.same(source.tables[0]!);
    await bench.drop(source);
  });
});
