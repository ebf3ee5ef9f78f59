import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { emptyTally } from '../../../src/core/verify/report';
import { until } from '../../../local/stack/until';
import { OWNER, startShared, type Shared } from '../support/server';
import { copy, type Copied } from './copied';

// Looks take as long as the machine lets them.
jest.setTimeout(300_000);

/** Copies that were harmed while the application wrote, as a publication that is narrowed for a moment does it. */

const ROWS = 24_000;

/** Some hundred statements a second. */
const PAUSE_MS = 10;

let shared: Shared;
let copied: Copied;
let writer: Writer;

beforeAll(async () => {
  shared = await startShared();
  await shared.sql(`
    CREATE TABLE orders (id int8 PRIMARY KEY, total numeric(12,2), note text, doc jsonb);
    INSERT INTO orders SELECT i, i / 7.0, 'note ' || i, jsonb_build_object('n', i) FROM generate_series(1, ${ROWS}) i;
    -- What a sample takes follows from what ANALYZE counted here, whenever autovacuum comes by.
    CREATE TABLE plain (id int8 PRIMARY KEY, total float8, seen timestamptz DEFAULT now()) WITH (autovacuum_enabled = off);
    INSERT INTO plain SELECT i, i / 3.0 FROM generate_series(1, ${ROWS}) i;
    CREATE TABLE pairs (a text COLLATE "C", b int, v text, PRIMARY KEY (a, b));
    INSERT INTO pairs SELECT 'k' || i / 10, i % 10, 'v' FROM generate_series(1, 5000) i;
    CREATE TABLE named (code text COLLATE "en-x-icu" PRIMARY KEY, v int);
    INSERT INTO named SELECT 'Code ' || i, i FROM generate_series(1, 5000) i;
    CREATE TABLE keyless (kind text, n int);
    INSERT INTO keyless SELECT 'kind ' || i % 7, i / 2 FROM generate_series(1, 5000) i;
    CREATE TABLE doubled (kind text);
    INSERT INTO doubled SELECT 'one and the same' FROM generate_series(1, 4500) i;
    ANALYZE`);
  copied = await copy(shared, 'harmed', ['orders', 'plain', 'pairs', 'named', 'keyless', 'doubled'], [], 'tables');
  writer = await Writer.start(shared);
});
afterAll(async () => {
  await writer.stop();
  await shared.stop();
});

/** Of all writers, so that no two write the same. */
let writes = 0;

/** An application that writes to rows that no case harms. */
class Writer {
  private stopping = false;
  private constructor(
    private readonly client: Client,
    private over: Promise<void> = Promise.resolve(),
  ) {}

  static async start({ server }: Shared): Promise<Writer> {
    const client = new Client({ connectionString: server.superuserUrl.replace(/\/[^/?]*(\?|$)/, '/shop$1') });
    await client.connect();
    await client.query(`SET ROLE ${OWNER}`);
    const writer = new Writer(client);
    writer.over = writer.write();
    return writer;
  }

  private async write(): Promise<void> {
    while (!this.stopping) {
      const n = writes++;
      const id = 1_000 + ((n * 7_919) % (ROWS - 1_000));
      await this.client.query(`UPDATE orders SET total = total + 1, note = 'n' || ${n} WHERE id = ${id}`);
      await this.client.query(`UPDATE plain SET total = ${n}, seen = now() WHERE id = ${id}`);
      await this.client.query(`INSERT INTO orders VALUES (${ROWS + 1 + n}, 1, 'new', '{"new": 1.0}')`);
      await this.client.query(`DELETE FROM plain WHERE id = ${id + 1}`);
      await this.client.query(`UPDATE pairs SET v = 'w' || ${n} WHERE a = 'k${100 + (n % 300)}'`);
      await this.client.query(`UPDATE named SET v = v + 1 WHERE code = 'Code ${1_000 + (n % 4_000)}'`);
      await this.client.query(`INSERT INTO keyless VALUES ('written', ${n})`);
      await delay(PAUSE_MS);
    }
  }

  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    await this.over;
    await this.client.end();
  }
}

it('says nothing of a copy that is right, while it is written to', async () => {
  const before = writes;
  const result = await copied.verify();
  expect(result).toMatchObject({ tables: 6, differing: 0, differences: [], failedTables: 0 });
  expect(result.verdict).not.toBe('differs');
  expect(result.rows).toBeGreaterThan(2 * ROWS);
  expect(writes).toBeGreaterThan(before);
});

describe('finds within one run', () => {
  it('values, rows that are missing, and rows that are left over', async () => {
    // Nothing else may be lost meanwhile.
    await writer.stop();
    await copied.unheard(
      'update',
      `UPDATE orders SET total = 99 WHERE id = 7`,
      `UPDATE orders SET doc = '{"n": 1e1, "m": null}' WHERE id = 8`,
      `UPDATE plain SET total = 0.1 WHERE id = 9`,
      `UPDATE pairs SET v = 'lost' WHERE a = 'k3' AND b = 4`,
      `UPDATE named SET v = -1 WHERE code = 'Code 12'`,
      `UPDATE keyless SET n = -1 WHERE ctid = (SELECT min(ctid) FROM keyless)`,
    );
    await copied.unheard('insert', `INSERT INTO plain VALUES (-5, 1)`, `INSERT INTO pairs VALUES ('zz', 1, 'v')`);
    await copied.unheard('delete', `DELETE FROM orders WHERE id = 12`, `DELETE FROM named WHERE code = 'Code 13'`);
    writer = await Writer.start(shared);

    const { verdict, differences, differing } = await copied.verify();
    const found = differences.map(({ table, key, what, columns }) =>
      [table.replace('public.', ''), what, ...Object.values(key ?? {}), ...columns.map(({ column }) => column)].join(
        ' ',
      ),
    );
    // What is written to the lost row of the keyless table may differ as well.
    expect([...new Set(found)].sort()).toEqual([
      'keyless extra',
      'keyless missing',
      'named changed Code 12 v',
      'named extra Code 13',
      'orders changed 7 total',
      'orders changed 8 doc',
      'orders extra 12',
      'pairs changed k3 4 v',
      'pairs missing zz 1',
      'plain changed 9 total',
      'plain missing -5',
    ]);
    expect([verdict, differing]).toEqual(['differs', 11]);
  });

  it('shows hashes of values where nobody asked for them, the same for the same value', async () => {
    const { differences } = await copied.verify({ tables: ['public.orders'], showValues: false });
    const total = differences.find(({ key }) => key?.id === '7')?.columns[0];
    expect(total?.upstream).toMatch(/^#[0-9a-f]{12}$/);
    // A text of its own would be found in a hash now and then.
    const values = differences.flatMap(({ columns }) => columns.flatMap((one) => [one.upstream, one.materialize]));
    expect(values.filter((value) => !/^#[0-9a-f]{12}$/.test(String(value)))).toEqual([]);
    // Who reads the result cannot try which value, or which row, it is of: another run has others.
    const twice = [1, 2].map(() => copied.verify({ tables: ['public.orders', 'public.keyless'], showValues: false }));
    const [one = '', other = ''] = (await Promise.all(twice)).map((result) => JSON.stringify(result.differences));
    const hashes = (text: string) => [...new Set(text.match(/#[0-9a-f]{12}/g))];
    expect(hashes(one).length).toBeGreaterThan(3);
    expect(hashes(one).filter((hash) => other.includes(hash))).toEqual([]);
    expect(one).not.toMatch(/"hash":"(?!#)/);
    const shown = await copied.verify({ tables: ['public.orders'] });
    expect(shown.differences.find(({ key }) => key?.id === '7')?.columns).toEqual([
      { column: 'total', upstream: '99', materialize: '1' },
    ]);
  });

  it('a table that lost most of its rows, without reading all of them one by one', async () => {
    await writer.stop();
    await copied.unheard('insert', `INSERT INTO pairs SELECT 'lost' || i, i, 'v' FROM generate_series(1, 5000) i`);
    const { differing, more, differences, differingTables } = await copied.verify({ tables: ['public.pairs'] });
    expect(more).toBe(true);
    expect(differing).toBeGreaterThanOrEqual(1_000);
    expect(differing).toBeLessThan(2_000);
    expect(differences).toHaveLength(20);
    expect(differingTables).toEqual([{ table: 'public.pairs', rows: differing, more: true }]);
    writer = await Writer.start(shared);
  });
});

it('more equal rows than are fetched at once, of which one is missing', async () => {
  await copied.unheard('insert', `INSERT INTO doubled VALUES ('one and the same')`);
  expect(await copied.verify({ tables: ['public.doubled'] })).toMatchObject({
    ...{ verdict: 'differs', differing: 1, more: true, differences: [] },
  });
});

it('goes on behind the table that was last, whatever came or went before it', async () => {
  const tally = emptyTally(copied.spec.name, new Date().toISOString(), 'full');
  const on = await copied.verify({}, copied.spec, { last: ['public.named', 'z'], tally });
  expect(on.tables).toBe(3);
  // As an older build left it: a number says nothing of which they were.
  const anew = await copied.verify({}, copied.spec, { done: 2, tally: { ...tally, tables: 2 } });
  expect(anew).toMatchObject({ tables: 6, slot: expect.stringMatching(/^materialize_/) as string });
});

it('reads places of large tables and all of small ones where a sample is asked for', async () => {
  const tables = ['public.plain', 'public.named'];
  const rows = await until(
    async () => {
      const read = await copied.verify({ amount: { sample: 0.05 }, tables });
      expect(read.amount).toEqual({ sample: 0.05 });
      expect(read.rows).toBeGreaterThanOrEqual(5_000 + 1_000);
      // Pages that are hit and have no rows any more give no place to begin at: then all is read.
      return read.rows < 5_000 + 4_000 ? read.rows : undefined;
    },
    { what: 'a sample', timeout: 60_000 },
  );
  expect(rows).toBeLessThan(5_000 + 4_000);
});

it('refuses a table that is none of the pipeline, and a cluster that is not there', async () => {
  await expect(copied.verify({ tables: ['public.nosuch'] })).rejects.toThrow(
    'public.nosuch is no table of this pipeline',
  );
  await expect(copied.verify({ cluster: 'nosuch' })).rejects.toThrow('there is no cluster nosuch');
});

it('compares no database that the source does not read from', async () => {
  const elsewhere = { ...copied.spec, source: { ...copied.spec.source, database: 'postgres' } };
  await expect(copied.verify({}, elsewhere)).rejects.toThrow('is not in this database');
});

it('never takes a table that cannot be read for equal', async () => {
  await shared.sql('TRUNCATE keyless');
  await copied.caughtUp();
  const { verdict, notCompared } = await copied.verify({ tables: ['public.keyless'] });
  expect(verdict).toBe('incomplete');
  expect(notCompared).toEqual([{ what: 'public.keyless', why: expect.stringContaining('truncated') as string }]);
});

it('never takes rows that a policy hides from us for missing', async () => {
  await shared.sql(`ALTER TABLE named ENABLE ROW LEVEL SECURITY; ALTER TABLE named FORCE ROW LEVEL SECURITY`);
  const { verdict, differing, notCompared } = await copied.verify({ tables: ['public.named'] });
  expect({ verdict, differing }).toEqual({ verdict: 'incomplete', differing: 0 });
  expect(notCompared[0]?.why).toContain('row-level security');
});
