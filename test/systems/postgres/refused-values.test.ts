import { asText, findRows, inColumns } from '../../../src/core/objects/tables/columns/refused-values';
import { valueRefused } from '../../../src/core/watch/errors/table-errors';
import type { RefusedColumns } from '../../../src/core/objects/tables/columns/values';
import { findRefused } from '../../../src/systems/postgres';
import { startUpstream, type Upstream } from './upstream';

const table = { schema: 'public', name: 'Odd "One"' };
/** As recorded of Materialize. */
const said = (why: string) => valueRefused(`postgres: Source error: failed to cast raw column: ${why}`)!;
const INSTANT = said(
  'invalid input syntax for type timestamp with time zone: YEAR, MONTH, DAY are all required: "infinity"',
);
const DAY = said('invalid input syntax for type date: YEAR, MONTH, DAY are all required: "-infinity"');
const TIME = said('invalid input syntax for type time: HOUR must be [0, 23], got 24: "24:00:00"');
const DIGITS = '1' + '0'.repeat(45);
const NUMBER = said(`"${DIGITS}" is out of range for type numeric: exceeds maximum precision 39`);
const BOUNDS = said(
  'invalid input syntax for type array: Specifying array lower bounds is not supported: "[0:1]={1,2}"',
);

describe.each([14, 18] as const)('a value that Materialize cannot hold, on Postgres %i', (version) => {
  let up: Upstream;
  beforeAll(async () => {
    up = await startUpstream(version);
    await up.run(
      'CREATE DOMAIN moment AS timestamptz',
      `CREATE TABLE "Odd ""One""" (id int, note text, "Placed At" timestamptz, shipped moment, seen timestamptz[],
         "at" time, price numeric, cost numeric, ints int[], more int[], days daterange, day date)`,
      // What is only text is no trouble.
      `INSERT INTO "Odd ""One""" (id, note) VALUES (1, 'infinity'), (2, '24:00:00')`,
    );
  });
  afterAll(() => up?.stop());

  const insert = (id: number, column: string, value: string) =>
    up.run(`INSERT INTO "Odd ""One""" (id, ${column}) VALUES (${id}, '${value}')`);
  const find = (refused = INSTANT, otherwise: string[] = []) => findRefused(up.client, table, refused, otherwise);

  it.each([
    [11, '"Placed At"', 'infinity', INSTANT, 'Placed At'],
    [12, 'price', DIGITS, NUMBER, 'price'],
    [13, 'more', '[0:1]={1,2}', BOUNDS, 'more'],
    [14, 'at', '24:00:00', TIME, 'at'],
    [15, 'days', '(-infinity,2026-01-01)', DAY, 'days'],
  ])('%i: in column %s', async (id, column, value, refused, name) => {
    await insert(id, column, value);
    const found = await find(refused);
    expect(found).toMatchObject({ columns: [{ name }], sure: true });
    const rows = await up.client.query<{ id: number }>(findRows(table, refused, found) ?? '');
    expect(rows.map((row) => row.id)).toEqual([id]);
    expect(inColumns(found)).toBe(`, in column ${name}`);
  });

  it('in two columns, one of them of a domain', async () => {
    await insert(21, 'shipped', 'infinity');
    const found = await find();
    expect(found).toMatchObject({ columns: [{ name: 'Placed At' }, { name: 'shipped' }], sure: true });
    expect(inColumns(found)).toBe(', in columns Placed At, shipped');
    expect(asText(table, found)).toBe(
      `source.textColumns: [public."Odd ""One"""."Placed At", public."Odd ""One""".shipped]`,
    );
  });

  it('inside of what a column lists', async () => {
    await insert(22, 'seen', '{infinity}');
    expect((await find(INSTANT, ['Placed At', 'shipped']))?.columns).toEqual([{ name: 'seen', inside: true }]);
  });

  it('in the one column that comes into question, without a look at the rows', async () => {
    const holder = await up.session();
    await holder.query('BEGIN; LOCK TABLE "Odd ""One""" IN ACCESS EXCLUSIVE MODE');
    expect(await find(TIME)).toEqual({ columns: [{ name: 'at', inside: false }], sure: true });
    // A look has to wait, and is given up: nobody is sure then.
    const found = await find();
    expect(found?.sure).toBe(false);
    expect(inColumns(found)).toBe(', in one of the columns Placed At, shipped, seen');
    expect(asText(table, found)).toBe('name the column in source.textColumns');
    expect(findRows(table, INSTANT, found)).toContain('t.*');
    await holder.query('ROLLBACK');
  });

  it('is looked for by statements that run no cast of whoever made a type or owns the table', async () => {
    await up.run(
      'CREATE TABLE ran (what text)',
      `CREATE TYPE mood AS ENUM ('good', 'infinity'); CREATE TYPE pair AS (a timestamptz, b mood)`,
      // A column by the name that the statement has for the row.
      'CREATE TABLE traps (id int, t text, feeling mood, couple pair, feelings mood[], moment timestamptz)',
      ...['mood', 'pair', 'mood[]', 'traps'].flatMap((type, at) => [
        `CREATE FUNCTION trap_${at}(${type}) RETURNS text LANGUAGE sql AS
           $$ INSERT INTO public.ran VALUES ('${type}') RETURNING 'infinity'::text $$`,
        `CREATE CAST (${type} AS text) WITH FUNCTION trap_${at}(${type})`,
      ]),
      `INSERT INTO traps VALUES (1, '', 'infinity', NULL, NULL, NULL), (2, '', NULL, '(infinity,good)', NULL, NULL),
         (3, '', NULL, NULL, '{infinity}', NULL), (4, '', NULL, NULL, NULL, 'infinity'), (5, 'infinity', NULL, NULL, NULL, NULL),
         (6, '', 'good', '(now,good)', '{good}', 'now')`,
    );
    const traps = { schema: 'public', name: 'traps' };
    const lists = { columns: [{ name: 'feelings', inside: true }], sure: true };
    const all = ['feeling', 'couple', 'moment'].map((name) => ({ name, inside: false }));
    const found = async (columns: RefusedColumns | null): Promise<number[]> => {
      const rows = await up.client.query<{ id: number }>(findRows(traps, INSTANT, columns) ?? '');
      return rows.map(({ id }) => id).sort();
    };
    expect(await found(null)).toEqual([1, 2, 3, 4, 5]);
    expect(await found({ columns: all, sure: true })).toEqual([1, 4]);
    expect(await found(lists)).toEqual([3]);
    expect(await up.client.query('SELECT what FROM public.ran')).toEqual([]);
    // The traps are such: a cast runs them.
    const caught = await up.client.query<{ t: string }>('SELECT traps::text AS t FROM public.traps WHERE id = 6');
    expect(caught).toEqual([{ t: 'infinity' }]);
    expect(await up.client.query('SELECT what FROM public.ran')).toEqual([{ what: 'traps' }]);
  });

  it('in no column, where all are taken as text', async () => {
    expect(await find(TIME, ['at'])).toBeNull();
    expect(await findRefused(up.client, { schema: 'public', name: 'gone' }, TIME, [])).toBeNull();
  });
});
