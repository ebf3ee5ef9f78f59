import * as sql from '../../../src/core/sql/postgres';
import { unquoteIdent } from '../../../src/core/sql/quote';
import { proveWrites, requireWrites } from '../../../src/core/sql/writes';

const odd = { schema: 'Sa"les', name: 'Mixed Case' };
const ALTER = 'ALTER TABLE "Sa""les"."Mixed Case" REPLICA IDENTITY';

test.each([
  ['default', null, `${ALTER} DEFAULT`],
  ['nothing', null, `${ALTER} NOTHING`],
  ['index', 'by "day"', `${ALTER} USING INDEX "by ""day"""`],
  ['default', 'ignored', `${ALTER} DEFAULT`],
] as const)('replica identity %s with index %p is given back', (identity, index, statement) => {
  expect(sql.replicaIdentity(odd, identity, index)).toBe(statement);
});

test.each(['full', 'default; DROP TABLE x', ''])('no other word is sent as an identity: %j', (identity) => {
  expect(() => sql.replicaIdentity(odd, identity as 'default', null)).toThrow('a replica identity is');
});

test('what keeps others out of the way is one statement each', () => {
  expect(sql.createEmptyPublication('p', "it's")).toBe(`CREATE PUBLICATION "p"; COMMENT ON PUBLICATION "p" IS 'it''s'`);
  expect(sql.dropOwnedBy('a"b')).toBe('DROP OWNED BY "a""b"');
  // The number of n2m: another one would let an older worker write at the same time.
  expect(sql.lockRecords()).toBe('SELECT pg_catalog.pg_advisory_xact_lock(7221869)');
});

test.each([
  ['orders', 'orders'],
  ['"Mixed Case"', 'Mixed Case'],
  ['"a""b"', 'a"b'],
  ['""', ''],
  ['"', '"'],
  ['"half', '"half'],
  ['half"', 'half"'],
  ['', ''],
])('%s names %s', (text, name) => expect(unquoteIdent(text)).toBe(name));

describe('the proof that the application can write', () => {
  test('names its tables in a literal within a literal, and answers one row', () => {
    const text = proveWrites([odd]);
    expect(text).toMatch(/^DO E?'/);
    expect(text).toMatch(/'; SELECT pg_catalog\.current_setting\('n2m\.proof'\) AS proof$/);
    expect(text).toContain('"Mixed Case"');
    expect(text).not.toContain('NOT EXISTS (SELECT FROM pg_catalog.json_to_recordset');
  });

  test('at the end of a change compares with what was refused before, and asks nothing', () => {
    const text = requireWrites([odd], [{ ...odd, name: 'known one', operation: 'UPDATE' }]);
    expect(text).toMatch(/^DO E?'/);
    expect(text).not.toContain('AS proof');
    expect(text).toContain('known one');
    expect(text).toContain('"operation":"UPDATE"');
    expect(text).toContain('NOT EXISTS (SELECT FROM pg_catalog.json_to_recordset');
    expect(text).toContain('N2M01');
  });
});
