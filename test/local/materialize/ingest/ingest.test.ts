import { Bench, R1 } from './support';

describe('ingestion', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  afterAll(() => bench?.stop());

  test('copies the tables, then follows every kind of change', async () => {
    await bench.sql(`CREATE TABLE orders (id bigint PRIMARY KEY, total numeric(12,2), placed timestamptz, note text);
      INSERT INTO orders SELECT i, i * 1.5, now(), E'n\\t\\\\' || i || E'\\n' FROM generate_series(1, 5000) i`);
    const source = await bench.source(['orders']);
    bench.ingestion.start(source, R1);
    const [orders] = source.tables;
    await bench.committed(orders!);
    await bench.same(orders!);
    await bench.sql(`INSERT INTO orders VALUES (6000, NULL, NULL, NULL), (6001, 1, now(), '')`);
    await bench.sql(`UPDATE orders SET total = total + 1 WHERE id % 3 = 0; DELETE FROM orders WHERE id % 7 = 0`);
    await bench.sql('UPDATE orders SET id = id + 100000 WHERE id < 100');
    await bench.same(orders!);
    expect((await bench.slots(source.slot))[0]).toMatchObject({ active: true, temporary: false });
    await bench.drop(source);
  });
});
