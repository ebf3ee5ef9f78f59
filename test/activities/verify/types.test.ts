import { startShared, type Shared } from '../support/server';
import { copy, type Copied } from './copied';

/** Every type Materialize takes, at its edges: what upstream prints of them is in no two systems the same. */
const COLUMNS: [name: string, type: string, values: string[]][] = [
  ['c_bool', 'bool', ['true', 'false']],
  ['c_bytea', 'bytea', [`'\\x'`, `'\\x00ff5c'`, `'abc'`]],
  ['c_char1', '"char"', [`'a'`, `''`]],
  ['c_int2', 'int2', ['-32768', '32767', '0']],
  ['c_int4', 'int4', ['-2147483648', '2147483647']],
  ['c_int8', 'int8', ['-9223372036854775808', '9223372036854775807']],
  ['c_oid', 'oid', ['4294967295', '0']],
  ['c_text', 'text', [`''`, `' a '`, `'ünïcödé 🐘'`, `E'a\\tb\\nc\\\\d\\x1fe'`, `'NULL'`]],
  ['c_varchar', 'varchar(10)', [`'ab  '`, `'日本語'`]],
  ['c_bpchar', 'char(5)', [`'ab'`, `''`, `'abcde'`]],
  [
    'c_float4',
    'float4',
    [`'-0'`, `'NaN'`, `'Infinity'`, '1e-7', '1.1754944e-38', '3.4028235e38', '16777216', '0.1', '1e7'],
  ],
  [
    'c_float8',
    'float8',
    [
      ...[`'-0'`, `'NaN'`, `'-Infinity'`, '1e-5', '1e15', '1.5e15', '1e16', '1e23', '5e-324', '0.1'],
      ...['1.7976931348623157e308', '123456789012345680', '1e-15', '9.99e-16', '1e20', '99999999999999980000'],
    ],
  ],
  [
    'c_numeric',
    'numeric',
    ['1.00', '-0.00', `'NaN'`, '100', '1000000000000000000000000000000.5', '0.000000000000000000001'],
  ],
  ['c_money', 'numeric(12,2)', ['1', '-1.10', '9999999999.99']],
  ['c_date', 'date', [`'0001-01-01'`, `'9999-12-31'`, `'0044-03-15 BC'`]],
  ['c_time', 'time', [`'00:00'`, `'23:59:59.999999'`, `'12:00:00.5'`]],
  [
    'c_ts',
    'timestamp',
    [`'1970-01-01'`, `'2024-02-29 23:59:59.999999'`, `'0044-03-15 12:00 BC'`, `'2024-01-01 00:00:00.1'`],
  ],
  [
    'c_tstz',
    'timestamptz',
    [`'2024-06-01 12:00+05:30'`, `'1883-11-18 12:00:00 America/New_York'`, `'0001-01-01 00:00+00'`],
  ],
  [
    'c_interval',
    'interval',
    [`'1 year 2 mons -3 days +04:05:06.7'`, `'-1 mon'`, `'0'`, `'100 hours'`, `'-00:00:00.000001'`],
  ],
  ['c_uuid', 'uuid', [`'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'`]],
  ['c_json', 'json', [`'{"b": 1.0, "a": 1, "a": 2}'`, `'[1e2, -0]'`]],
  [
    'c_jsonb',
    'jsonb',
    [
      `'{"bb": 1.10, "a": [1, null, {"z": "\\u00e9"}]}'`,
      `'1e30'`,
      `'"x"'`,
      `'null'`,
      `'[]'`,
      `'{}'`,
      `'{"": {"a":{}}}'`,
    ],
  ],
  ['c_enum', 'mood', [`'sad'`, `'so "so"'`]],
  ['c_inet', 'inet', [`'10.0.0.1'`, `'10.0.0.0/8'`]],
  ['a_int', 'int4[]', [`'{}'`, `'{1,NULL,-3}'`, `'{{1,2},{3,4}}'`]],
  ['a_text', 'text[]', [`ARRAY['a','','NULL',NULL,'x,y','q"q','b\\b','{}', E'\\x1f']`]],
  ['a_bool', 'bool[]', [`'{t,f,NULL}'`]],
  ['a_numeric', 'numeric(10,3)[]', [`'{1.500,2,NULL}'`]],
  ['a_float', 'float8[]', [`'{1e-7,-0,NaN,1e15}'`]],
  ['a_bpchar', 'char(3)[]', [`ARRAY['a','abc']`]],
  ['a_tstz', 'timestamptz[]', [`ARRAY['2024-01-01 12:00+02'::timestamptz]`]],
  ['a_jsonb', 'jsonb[]', [`ARRAY['{"b":1.0,"a":"x,\\"y"}'::jsonb, 'null']`]],
  ['a_bytea', 'bytea[]', [`ARRAY['\\x00'::bytea]`]],
  ['a_interval', 'interval[]', [`ARRAY['1 mon'::interval]`]],
  ['r_int', 'int4range', [`'[1,5)'`, `'empty'`, `'(,5)'`]],
  ['r_num', 'numrange', [`'[1.50,2.0]'`]],
  ['r_ts', 'tsrange', [`'[2024-01-01, 2024-01-02 12:00:00.5)'`]],
  ['v_int2', 'int2vector', [`'1 2 3'`]],
];

const AS_TEXT = ['c_enum', 'c_inet'];

jest.setTimeout(120_000);

let shared: Shared;
let copied: Copied;

beforeAll(async () => {
  shared = await startShared();
  await shared.sql(`CREATE TYPE mood AS ENUM ('sad', 'so "so"')`);
  const columns = COLUMNS.map(([name, type]) => `${name} ${type}`).join(', ');
  await shared.sql(`CREATE TABLE typed (id int PRIMARY KEY, ${columns}); CREATE TABLE keyless (n int, ${columns})`);
  const most = Math.max(...COLUMNS.map(([, , values]) => values.length));
  for (let i = 0; i < most; i += 1) {
    const row = COLUMNS.map(([, , values]) => values[i] ?? 'NULL').join(', ');
    await shared.sql(
      `INSERT INTO typed VALUES (${i}, ${row}); INSERT INTO keyless VALUES (${i}, ${row}), (${i}, ${row})`,
    );
  }
  const text = AS_TEXT.flatMap((column) => ['typed', 'keyless'].map((table) => ({ table, column })));
  copied = await copy(shared, 'typed', ['typed', 'keyless'], text);
});
afterAll(() => shared.stop());

it('finds every type equal at its edges, with a key and without', async () => {
  const result = await copied.verify();
  expect(result).toMatchObject({ verdict: 'equal', tables: 2, rows: 48, differing: 0, unsettled: 0, failedTables: 0 });
});

it('names what a table without a key keeps from being compared', async () => {
  const { notCompared } = await copied.verify();
  expect(notCompared.map(({ what }) => what).sort()).toEqual(
    ['a_bpchar', 'a_float', 'a_interval', 'a_jsonb', 'a_numeric', 'c_interval', 'c_json', 'c_jsonb'].map(
      (column) => `public.keyless.${column}`,
    ),
  );
});

// Of each type one value that is another one, which no text of it hides.
it.each([
  ['c_bool', 'NOT c_bool'],
  ['c_bytea', `c_bytea || '\\x00'`],
  ['c_int8', 'c_int8 - 1', 1],
  ['c_text', `c_text || ' '`],
  ['c_bpchar', `'x' || c_bpchar`],
  ['c_float4', `'0.1'`],
  ['c_float8', `'1e-4'`],
  ['c_numeric', '1.01'],
  ['c_tstz', `c_tstz + interval '1 microsecond'`],
  ['c_interval', `c_interval + interval '1 day'`],
  ['c_jsonb', `'{"bb": 1.101, "a": [1, null, {"z": "\\u00e9"}]}'`],
  ['c_enum', `'so "so"'`],
  ['a_numeric', `'{1.501,2,NULL}'`],
  ['a_text', `array_append(a_text, 'z')`],
  ['r_num', `'[1.51,2.0]'`],
])('finds another %s', async (column, value, id = 0) => {
  await copied.unheard('update', `UPDATE typed SET ${column} = ${value} WHERE id = ${id}`);
  const { verdict, differences } = await copied.verify({ tables: ['public.typed'] });
  expect({ verdict, differences: differences.filter(({ key }) => key?.id === String(id)) }).toMatchObject({
    verdict: 'differs',
    differences: [
      { what: 'changed', columns: expect.arrayContaining([expect.objectContaining({ column })]) as unknown },
    ],
  });
});
