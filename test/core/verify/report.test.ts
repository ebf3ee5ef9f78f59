import { emptyTally, type Tally, verifyResult, withFailure, withTable } from '../../../src/core/verify/report';
import { comparedTable, withoutTexts } from '../../../src/core/verify/table';
import type { Difference, TableResult } from '../../../src/core/verify/types';
import { differenceSentence, renderVerifyDetails, verifySentence } from '../../../src/core/verify/words';

const empty = emptyTally('shop', '2026-11-22T10:00:00.000Z', 'full');
const changed: Difference = {
  table: 'public.orders',
  key: { id: '7' },
  hash: null,
  what: 'changed',
  columns: [{ column: 'total', upstream: '#a1', materialize: null }],
};
const table = (rest: Partial<TableResult> = {}): TableResult => ({
  ...{ table: 'public.orders', how: 'key', rows: 10, differing: 0, more: false, unsettled: 0, partial: false },
  ...{ differences: [], notCompared: [] },
  ...rest,
});

describe('what a comparison comes to', () => {
  it.each<[string, Tally, string]>([
    ['tables without a difference', withTable(empty, table()), 'equal'],
    ['a row that differs', withTable(empty, table({ differing: 1, differences: [changed] })), 'differs'],
    [
      'a table that cannot be read',
      withFailure(withTable(empty, table()), 'public.gone', 'no such table'),
      'incomplete',
    ],
    ['a table that was not read to its end', withTable(empty, table({ partial: true })), 'incomplete'],
    ['rows that were never still', withTable(empty, table({ unsettled: 3 })), 'incomplete'],
    ['no table', empty, 'incomplete'],
    ['a column left out by name', withTable(empty, table({ notCompared: [{ what: 'c', why: 'w' }] })), 'equal'],
  ])('%s: %#', (_, tally, verdict) => {
    expect(verifyResult(tally, 1).verdict).toBe(verdict);
  });

  it('stays small, however much differs, and counts what it does not name', () => {
    let tally = empty;
    for (let i = 0; i < 10_000; i += 1) {
      const notCompared = [{ what: `t${i}.c`, why: 'another type' }];
      tally = withTable(tally, table({ table: `t${i}`, differing: 2, differences: [changed, changed], notCompared }));
    }
    const result = verifyResult(tally, 1);
    expect(JSON.stringify(result).length).toBeLessThan(10_000);
    expect(result).toMatchObject({ tables: 10_000, differing: 20_000, notComparedCount: 10_000 });
    expect(result.differences).toHaveLength(20);
  });

  it('is said with numbers', () => {
    const result = verifyResult(withTable(empty, table({ differing: 1, differences: [changed] })), 65);
    expect(verifySentence(result)).toBe('1 row differs of 1 table, 10 rows, compared in 1m 05s');
    expect(verifySentence({ ...result, more: true, differing: 1_000 })).toMatch(/^at least 1.?000 rows differ of/);
    expect(verifySentence(verifyResult(withTable({ ...empty, amount: { sample: 0.01 } }, table()), 1))).toBe(
      'equal: 1 table, 10 rows in samples, compared in 1.0 s',
    );
    expect(renderVerifyDetails(result)).toContain('- public.orders id=7: total is \\#a1 upstream, NULL there');
    expect(differenceSentence({ ...changed, what: 'missing', columns: [] })).toBe(
      'public.orders id=7: missing in Materialize',
    );
    expect(differenceSentence({ ...changed, what: 'extra', key: null, hash: 'ab' })).toBe(
      'public.orders row ab: in Materialize alone',
    );
  });
});

describe('what of a table is compared', () => {
  const key = [{ name: 'id', type: 'int8' }];
  const source = {
    columns: [
      { name: 'id', typeOid: 20 },
      { name: 'state', typeOid: 16_400 },
      { name: 'new', typeOid: 25 },
      { name: 'doc', typeOid: 3802 },
    ],
    ...{ partitioned: false, foreign: false, key, names: ['id'] },
  };
  const upstream = { schema: 'public', name: 'orders' };
  const target = { database: 'materialize', schema: 'shop', name: 'orders' };
  const materialize = [
    { name: 'id', type: 'bigint' },
    { name: 'state', type: 'text' },
    { name: 'doc', type: 'jsonb' },
    { name: 'old', type: 'text' },
  ];

  it('names what one side alone has', () => {
    const { table: compared, notCompared } = comparedTable({ upstream, target, source, materialize });
    expect(compared.columns.map(({ name, form }) => [name, form.kind])).toEqual([
      ['id', 'plain'],
      ['state', 'output'],
      ['doc', 'json'],
    ]);
    expect(compared.key).toEqual(key);
    expect(notCompared).toEqual([
      { what: 'public.orders.new', why: 'Materialize does not have this column' },
      { what: 'public.orders.old', why: 'upstream does not have this column' },
    ]);
  });

  it('has no key where one of its columns is text in Materialize alone, or is not there', () => {
    const asText = materialize.map((column) => (column.name === 'id' ? { ...column, type: 'text' } : column));
    expect(comparedTable({ upstream, target, source, materialize: asText }).table.key).toBeNull();
    const without = comparedTable({ upstream, target, source, materialize: materialize.slice(1) }).table;
    expect([without.key, without.names]).toEqual([null, []]);
    expect(withoutTexts(without, without.columns.slice(1))).toEqual([
      { what: 'public.orders.doc', why: 'JSON is compared row by row only, and the table has no key to do that by' },
    ]);
  });
});
