import { type Evidence, type MarkFound, othersIn, type WatchFound } from '../../../src/core/destroy/evidence';
import type { TableSelection } from '../../../src/core/spec/types';
import type { Other } from '../../../src/core/destroy/other';

const SALES: TableSelection = { kind: 'schemas', schemas: ['sales'], aliases: [], exclude: ['*_log'] };
const HERE = { near: 'database', branch: null, database: 'shop' } as const;
const ORDERS = { schema: 'public', name: 'orders' };
const ITEMS = { schema: 'public', name: 'items' };

const mark = (change: Partial<MarkFound> = {}): MarkFound => ({
  ...{ pipeline: 'b', place: HERE, publication: 'n2m_b', ours: true, tables: [ORDERS], added: ['role mz'] },
  ...change,
});
const watch = (change: Partial<WatchFound> = {}): WatchFound => ({
  ...{ pipeline: 'b', place: HERE, role: { name: 'mz_b', via: 'sql' }, neon: true, publication: 'read_b' },
  tables: { kind: 'list', tables: [{ ...ITEMS, alias: 'things' }] },
  ...change,
});
const reader = (change: Partial<Evidence['readers'][number]> = {}): Evidence['readers'][number] => ({
  ...{ who: 'source x in Materialize', pipeline: null, near: 'database', role: 'mz_x', publication: 'read_x' },
  tables: [ORDERS],
  ...change,
});
const others = (change: Partial<Evidence>) =>
  othersIn({ ...{ marks: [], watches: [], readers: [], elsewhere: [], slots: [], sealed: [], unread: [] }, ...change });
const known = (change: Partial<Evidence>): Other[] => others(change).known;

const RECORD = { branch: null, database: 'shop', publication: 'n2m_b', exists: true, holds: ['role mz'] };
const BY_MARK: Other = {
  ...{ who: 'pipeline b', pipeline: 'b', near: 'database', role: null, via: null, neon: null },
  ...{ publication: null, tables: [ORDERS], selection: null, record: RECORD },
};
const AS_FILE = { role: 'mz_b', via: 'sql', neon: true, publication: 'read_b' };

describe('a mark', () => {
  test('alone says where, and that there is a record, where it is ours to write', () => {
    expect(known({ marks: [mark()] })).toEqual([BY_MARK]);
    expect(known({ marks: [mark({ ours: false })] })).toEqual([{ ...BY_MARK, record: null }]);
  });

  test('with the file of its pipeline says as whom and what, too', () => {
    const found = { ...BY_MARK, ...AS_FILE };
    expect(known({ marks: [mark()], watches: [watch()] })).toEqual([{ ...found, tables: [ORDERS, ITEMS] }]);
    const all = watch({ tables: { kind: 'all', aliases: [] } as unknown as WatchFound['tables'] });
    expect(known({ marks: [mark()], watches: [all] })).toEqual([{ ...found, selection: { kind: 'all', aliases: [] } }]);
    const schemas = watch({ tables: SALES });
    expect(known({ marks: [mark()], watches: [schemas] })).toEqual([{ ...found, selection: SALES }]);
    const untold = { ...found, tables: [ORDERS, ITEMS] };
    expect(known({ marks: [mark()], watches: [watch({ place: 'untold' })] })).toEqual([untold]);
  });

  test('takes nothing from the file of another pipeline', () => {
    const [first, second] = known({ marks: [mark()], watches: [watch({ pipeline: 'c' })] });
    expect(first).toEqual(BY_MARK);
    expect(second).toMatchObject({ who: 'pipeline c', tables: [ITEMS] });
  });

  test.each([
    ['another database', { ...HERE, database: 'reports' }],
    ['another branch', { ...HERE, branch: 'br-1' }],
    ['farther away', { ...HERE, near: 'server' as const }],
    ['another server', null],
  ])('takes nothing from a file that leads to %s, and has no record then', (_where, place) => {
    expect(known({ marks: [mark()], watches: [watch({ place })] })[0]).toEqual({ ...BY_MARK, record: null });
  });

  test('takes from its source in Materialize what no file says', () => {
    const read = { ...BY_MARK, role: 'mz_x', publication: 'read_x' };
    const source = reader({ pipeline: 'b' });
    expect(known({ marks: [mark()], readers: [reader(), reader({ pipeline: 'c' }), source] })[0]).toEqual(read);
    expect(known({ marks: [mark()], readers: [reader({ pipeline: 'b', near: 'server' })] })[0]).toEqual(BY_MARK);
    // A file that leads elsewhere is there: whose role the source has is not told by it.
    expect(known({ marks: [mark()], watches: [watch({ place: null })], readers: [source] })[0]).toEqual({
      ...BY_MARK,
      ...{ publication: 'read_x', record: null },
    });
  });
});

describe('a file', () => {
  const alone = {
    ...BY_MARK,
    ...AS_FILE,
    tables: [ITEMS],
    record: { branch: null, database: 'shop', publication: 'n2m_b.record', exists: false, holds: [] },
  };

  test('without a mark says that the record has to be made', () => {
    expect(known({ watches: [watch()] })).toEqual([alone]);
    const schemas = watch({ tables: SALES });
    expect(known({ watches: [schemas] })).toEqual([{ ...alone, tables: [], selection: SALES }]);
  });

  test('is told beside a mark of another place, or of another pipeline', () => {
    const beside = mark({ place: { ...HERE, database: 'reports' } });
    expect(known({ marks: [beside], watches: [watch()] })).toHaveLength(2);
    expect(known({ marks: [mark({ pipeline: 'c' })], watches: [watch()] })).toHaveLength(2);
    expect(known({ marks: [mark({ pipeline: 'c' }), mark()], watches: [watch()] })).toHaveLength(2);
  });

  test('of another server, or of none that could be told, says nothing by itself', () => {
    expect(known({ watches: [watch({ place: null }), watch({ place: 'untold' })] })).toEqual([]);
  });
});

describe('a source in Materialize', () => {
  const READER: Other = {
    ...{ who: 'source x in Materialize', pipeline: null, near: 'database', role: 'mz_x', via: null, neon: null },
    ...{ publication: 'read_x', tables: [ORDERS], selection: null, record: null },
  };
  const ofB = { ...READER, who: 'pipeline b', pipeline: 'b' };
  const last = (change: Partial<Evidence>) => known({ readers: [reader({ pipeline: 'b' })], ...change }).at(-1);

  test('of nobody is named as it is, of a pipeline by that', () => {
    expect(known({ readers: [reader()] })).toEqual([READER]);
    expect(last({})).toEqual(ofB);
    expect(known({ marks: [mark()], watches: [watch()], readers: [reader()] }).at(-1)).toEqual(READER);
  });

  test('has the record of its mark, and how its role was made of its file', () => {
    expect(last({ marks: [mark({ pipeline: 'c' }), mark()] })).toEqual({ ...ofB, record: RECORD });
    expect(last({ marks: [mark({ place: { ...HERE, near: 'server' } })] })).toEqual(ofB);
    expect(last({ watches: [watch({ pipeline: 'c', neon: false }), watch()] })).toEqual({
      ...ofB,
      ...{ via: 'sql', neon: true },
    });
    const both = { ...ofB, via: 'sql', neon: true };
    expect(last({ marks: [mark()], watches: [watch()] })).toEqual({ ...both, record: RECORD });
    expect(last({ marks: [mark()], watches: [watch({ place: null })] })).toEqual(both);
  });
});

test('of whoever reads a slot nothing is known but that it comes from somewhere', () => {
  expect(known({ slots: ['s'] })).toEqual([
    {
      ...{ who: 'whoever reads slot s', pipeline: null, near: 'project', role: null, via: null, neon: null },
      ...{ publication: null, tables: [], selection: null, record: null },
    },
  ]);
});

test('a file that cannot be read is unread, unless Materialize says where its pipeline reads', () => {
  const sealed = [
    { pipeline: 'b', why: 'no key' },
    { pipeline: 'c', why: 'no key' },
  ];
  const unread = [{ what: 'database y', near: 'server' as const }];
  const what = (change: Partial<Evidence>) => others({ sealed, ...change }).unread.map((one) => one.what);
  const words = (pipeline: string) => `what pipeline ${pipeline} reads could not be read: no key`;
  expect(others({ sealed, unread }).unread).toEqual([
    ...unread,
    { what: words('b'), near: 'database' },
    { what: words('c'), near: 'database' },
  ]);
  expect(what({ elsewhere: ['b'] })).toEqual([words('c')]);
  expect(what({ readers: [reader({ pipeline: 'c' }), reader()] })).toEqual([words('b')]);
});
