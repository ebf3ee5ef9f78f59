import { outside } from '../../../src/core/sql/partition-bounds';

const range = (from: string, to: string, column = 'at') =>
  `((${column} IS NOT NULL) AND (${column} >= '${from}'::date) AND (${column} < '${to}'::date))`;

it.each([
  ['no partition has rows', [], 'true'],
  [
    'one range',
    [range('2026-01-01', '2026-02-01')],
    `NOT (("at" >= '2026-01-01'::date AND "at" < '2026-02-01'::date))`,
  ],
  [
    'ranges that follow each other, in any order',
    [range('2026-02-01', '2026-03-01'), range('2026-05-01', '2026-06-01'), range('2026-01-01', '2026-02-01')],
    `NOT (("at" >= '2026-05-01'::date AND "at" < '2026-06-01'::date) OR ("at" >= '2026-01-01'::date AND "at" < '2026-03-01'::date))`,
  ],
  ['numbers, open below', ['((id IS NOT NULL) AND (id < 10))'], 'NOT (("id" < 10))'],
  [
    'texts by value, and a name and a value that look like more',
    [`(("a AND b" IS NOT NULL) AND (("a AND b")::text = 'x''; AND (y'::text))`],
    `NOT (("a AND b" = 'x''; AND (y'::text))`,
  ],
  [
    'two levels',
    [`((at IS NOT NULL) AND (at >= '2026-01-01'::date) AND (id IS NOT NULL) AND (id = '-1'::integer))`],
    `NOT (("at" >= '2026-01-01'::date AND "id" = '-1'::integer))`,
  ],
] as const)('says what is outside of %s', (_what, constraints, expected) => {
  const said = outside(constraints, []);
  expect(said === null ? null : sorted(said)).toBe(sorted(expected));
});

/** Which range comes first says nothing. */
const sorted = (condition: string): string =>
  condition.replace(/^NOT \((.*)\)$/, (_all, inner: string) => `NOT (${inner.split(' OR ').sort().join(' OR ')})`);

it.each([
  ['hashes', ["satisfies_hash_partition('16400'::oid, 2, 0, id)"]],
  ['expressions', [`((lower(name) IS NOT NULL) AND (lower(name) = 'a'::text))`]],
  [
    'ranges of texts, whose order is a collation’s',
    [`((name IS NOT NULL) AND (name >= 'a'::text) AND (name < 'b'::text))`],
  ],
  ['types that are ordered otherwise elsewhere', [`((r IS NOT NULL) AND (r >= '1'::numeric))`]],
  ['the rest of all', [`(NOT ((at IS NOT NULL) AND ((at >= '2026-01-01'::date))))`]],
  ['rows without a value', [`((kind IS NULL) OR (kind = 'a'::text))`]],
  ['a statement', [`((id IS NOT NULL) AND (id = 1)); DROP TABLE x; --`]],
  ['more than a query can name', Array.from({ length: 101 }, (_, n) => `((id IS NOT NULL) AND (id = ${n}))`)],
])('says nothing of %s', (_what, constraints) => expect(outside(constraints, [])).toBeNull());

it('says nothing by a column that Materialize has otherwise', () => {
  expect(outside([range('2026-01-01', '2026-02-01')], ['at'])).toBeNull();
});
