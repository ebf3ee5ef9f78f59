import { Bench, R1, R2 } from './support';

const CAST = 'Source error: source must be dropped and recreated due to failure: failed to cast raw column: ';

/** What a v26.39 said to a read of the table once the value had come, as recorded. */
const CASES: [table: string, type: string, fine: string, value: string, said: string][] = [
  [
    ...(['uv_a', 'timestamptz', '2026-01-01', 'infinity'] as const),
    'invalid input syntax for type timestamp with time zone: YEAR, MONTH, DAY are all required: "infinity"',
  ],
  [
    ...(['uv_c', 'time', '09:00', '24:00:00'] as const),
    'invalid input syntax for type time: HOUR must be [0, 23], got 24: "24:00:00"',
  ],
  [
    ...(['uv_d', 'numeric', '1', '1e45'] as const),
    `"1${'0'.repeat(45)}" is out of range for type numeric: exceeds maximum precision 39`,
  ],
  [...(['uv_e', 'numeric', '1', 'Infinity'] as const), 'invalid input syntax for type numeric: "Infinity"'],
  [
    ...(['uv_f', 'int[]', '{1,2}', '[0:1]={1,2}'] as const),
    'invalid input syntax for type array: Specifying array lower bounds is not supported: "[0:1]={1,2}"',
  ],
  [
    ...(['uv_g', 'date', '2026-01-01', '-infinity'] as const),
    'invalid input syntax for type date: YEAR, MONTH, DAY are all required: "-infinity"',
  ],
];

describe('values that Materialize cannot hold', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  afterAll(() => bench?.stop());

  const messages = async (id: string) =>
    (
      await bench.rows<{ message: string }>('SELECT message FROM mz_store.unreadable_rows WHERE table_id = $1', [id])
    ).map(({ message }) => message);
  const status = async (id: string) => (await bench.lastStatus(id))?.status;

  test.each(CASES)(
    '%s, %s: unreadable with the recorded words, whatever its status, until the row is gone',
    async (...one) => {
      const [name, type, fine, value, said] = one;
      await bench.sql(
        `CREATE TABLE ${name} (id int PRIMARY KEY, v ${type}); INSERT INTO ${name} VALUES (1, '${fine}')`,
      );
      const source = await bench.source([name]);
      const [table] = source.tables;
      bench.ingestion.start(source, R1);
      await bench.same(table!);
      await bench.sql(`INSERT INTO ${name} VALUES (2, '${value}')`);
      await bench.eventually('stalled', async () => (await status(table!.id)) === 'stalled');
      expect(await messages(table!.id)).toEqual([CAST + said]);
      expect((await bench.lastStatus(table!.id))?.error).toBe(`postgres: ${CAST}${said}`);
      bench.ingestion.moveTo(source.id, R2);
      await bench.eventually('running', async () => (await status(table!.id)) === 'running');
      expect(await messages(table!.id)).toHaveLength(1);
      await bench.sql(`DELETE FROM ${name} WHERE id = 2`);
      await bench.eventually('readable', async () => (await messages(table!.id)).length === 0);
      await bench.eventually('stalled again', async () => (await status(table!.id)) === 'stalled');
      await bench.drop(source);
    },
  );

  test('in the first copy', async () => {
    await bench.sql(
      `CREATE TABLE uv_h (id int PRIMARY KEY, v date); INSERT INTO uv_h VALUES (1, 'infinity'), (2, '2026-01-01')`,
    );
    const source = await bench.source(['uv_h']);
    bench.ingestion.start(source, R1);
    await bench.eventually('stalled', async () => (await status(source.tables[0]!.id)) === 'stalled');
    expect(await messages(source.tables[0]!.id)).toEqual([expect.stringContaining('type date')]);
    await bench.drop(source);
  });
});
