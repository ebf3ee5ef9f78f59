import { setTimeout as pause } from 'node:timers/promises';
import { Bench, R1, R2 } from './support';

/** Rows in the store must be exactly upstream's, whatever happens while they travel. */
describe('rows', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await Bench.start();
  });
  afterAll(() => bench?.stop());
  afterEach(() => bench.with({}));

  test('of a table without a key: a change touches exactly one of equal rows', async () => {
    await bench.sql(`CREATE TABLE twins (a int, b text);
      INSERT INTO twins SELECT i % 3, NULLIF('x' || i % 2, 'x0') FROM generate_series(1, 60) i`);
    const source = await bench.source(['twins']);
    const [twins] = source.tables;
    bench.ingestion.start(source, R1);
    await bench.same(twins!);
    const one = (where: string): string => `ctid = (SELECT ctid FROM twins WHERE ${where} LIMIT 1)`;
    await bench.sql(`UPDATE twins SET b = 'changed' WHERE ${one('a = 1 AND b IS NULL')}`);
    await bench.sql(`DELETE FROM twins WHERE ${one("a = 2 AND b = 'x1'")}`);
    await bench.sql(`DELETE FROM twins WHERE ${one('a = 0')}; INSERT INTO twins VALUES (NULL, NULL), (NULL, NULL)`);
    await bench.same(twins!);
    expect(await bench.rows(`SELECT count(*)::int AS n FROM mz_store."${twins!.id}" WHERE b = 'changed'`)).toEqual([
      { n: 1 },
    ]);
    await bench.sql(`DELETE FROM twins WHERE ${one('a IS NULL')}`);
    await bench.same(twins!);
    await bench.drop(source);
  });

  test('of every ingestible type arrive as they were, TOASTed values that did not change included', async () => {
    await bench.sql(`CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE TABLE "Every Type" (
      "Key" uuid PRIMARY KEY DEFAULT gen_random_uuid(), flag bool, bytes bytea, small int2, whole int4, large int8,
      half real, full_ double precision, exact numeric, fixed char(7), short varchar(9), day date, at time,
      stamp timestamp, zoned timestamptz, span interval, doc jsonb, raw json, list int[], words text[], range int4range,
      how mood, big text);
      ALTER TABLE "Every Type" ALTER big SET STORAGE EXTERNAL;
      INSERT INTO "Every Type" (flag, bytes, small, whole, large, half, full_, exact, fixed, short, day, at, stamp, zoned,
        span, doc, raw, list, words, range, how, big)
      SELECT i % 2 = 0, decode(md5(i::text), 'hex'), i, -i, i * 1e12, i / 3.0, i / 7.0, i * 1.10, 'c' || i, '', '2020-02-29',
        '23:59:59.123456', '1999-12-31 23:59:59', now(), '1 mon -3 days 04:05:06.7', '{"b": 1, "a": [1, null]}',
        '{"b":1,  "a":2}', '{1,NULL,3}', ARRAY['a,b', '"', NULL, '\\'], '[1,5)', 'ok', repeat(md5(i::text), 2000)
      FROM generate_series(1, 20) i; INSERT INTO "Every Type" DEFAULT VALUES`);
    const source = await bench.source(['"Every Type"'], [['public', 'Every Type', 'how']]);
    const [every] = source.tables;
    bench.ingestion.start(source, R1);
    await bench.same(every!);
    await bench.sql(`UPDATE "Every Type" SET whole = 1000 + small WHERE small < 15`);
    await bench.sql(`UPDATE "Every Type" SET how = 'sad', half = 'NaN', full_ = '-Infinity' WHERE small < 3`);
    await bench.sql(`DELETE FROM "Every Type" WHERE small = 9 OR small IS NULL`);
    await bench.same(every!);
    await bench.drop(source);
  });

  test('of transactions larger than a batch, keys swapped within, become visible as a whole', async () => {
    await bench.sql(`CREATE TABLE bulk (id int PRIMARY KEY DEFERRABLE INITIALLY DEFERRED, v text);
      INSERT INTO bulk SELECT i, 'v' FROM generate_series(1, 30000) i`);
    const source = await bench.source(['bulk']);
    const [bulk] = source.tables;
    bench.ingestion.start(source, R1);
    await bench.same(bulk!);
    await bench.sql(`BEGIN; UPDATE bulk SET id = 30001 - id; UPDATE bulk SET v = 'w' || id; DELETE FROM bulk WHERE id > 29990;
      INSERT INTO bulk SELECT i, 'new' FROM generate_series(40001, 75000) i; COMMIT`);
    const seen = new Set<string>();
    await bench.eventually('the transaction', async () => {
      const [row] = await bench.rows<{ n: string }>(`SELECT count(*) AS n FROM mz_store."${bulk!.id}"`);
      seen.add(row!.n);
      return row!.n === '64990';
    });
    expect([...seen].filter((n) => n !== '30000' && n !== '64990')).toEqual([]);
    await bench.same(bulk!);
    await bench.drop(source);
  });

  test('are neither lost nor doubled while tables are added, replicas replaced and the process dies under writes', async () => {
    const names = ['w1', 'w2', 'w3'];
    for (const name of names) {
      await bench.sql(`CREATE TABLE ${name} (id serial PRIMARY KEY, v int); INSERT INTO ${name} (v)
        SELECT i FROM generate_series(1, 2000) i`);
    }
    const source = await bench.source(['w1', 'w2']);
    const writer = await bench.session();
    let writing = true;
    const writes = (async () => {
      for (let i = 0; writing; i += 1) {
        const name = names[i % 3]!;
        await writer.query(`BEGIN; INSERT INTO ${name} (v) SELECT ${i} FROM generate_series(1, 5);
          UPDATE ${name} SET v = v + 1 WHERE id % 97 = ${i % 97}; DELETE FROM ${name} WHERE id % 501 = ${i % 501}; COMMIT`);
        await pause(2);
      }
    })();
    // Awaited below: a writer that fails earlier is no unhandled rejection, one that a failed test leaves must not write on.
    writes.catch(() => undefined);
    try {
      await bench.with({ rowsPerSecond: () => 20_000 });
      bench.ingestion.start(source, R1);
      for (const table of source.tables) await bench.committed(table);
      await bench.sql(`ALTER TABLE w3 REPLICA IDENTITY FULL; ALTER PUBLICATION ${source.publication} ADD TABLE w3`);
      const [added] = await bench.describe(source.publication, [], 'w3');
      bench.ingestion.addTables(source.id, [added!]);
      source.tables.push(added!);
      await bench.committed(added!);
      for (let round = 0; round < 4; round += 1) {
        const [before] = await bench.slots(source.slot);
        bench.ingestion.moveTo(source.id, round % 2 === 0 ? R2 : R1);
        await bench.eventually('more to be acknowledged', async () => {
          const [slot] = await bench.slots(source.slot);
          return slot?.active === true && slot.confirmed !== before?.confirmed;
        });
        await bench.crash();
        bench.ingestion.start(source, round % 2 === 0 ? R2 : R1);
      }
    } finally {
      writing = false;
      await writes.catch(() => undefined);
      await writer.end();
    }
    await writes;
    for (const table of source.tables) await bench.same(table);
    await bench.drop(source);
  });
});
