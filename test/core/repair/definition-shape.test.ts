import { oddStatement } from '../../../src/core/repair/definition-shape';
import type { Definition } from '../../../src/core/repair/types';

const FULL = '"materialize"."shop"."by day"';

const definition = (change: Partial<Definition> = {}): Definition => ({
  ...{ id: 'u9', type: 'materialized-view', name: 'materialize.shop.by day', owner: null, grants: [], comments: [] },
  item: { database: 'materialize', schema: 'shop', name: 'by day' },
  sql: `CREATE MATERIALIZED VIEW ${FULL} AS SELECT 1`,
  ...change,
});
const odd = (change: Partial<Definition>) => oddStatement(definition(change));
const CREATE = `CREATE MATERIALIZED VIEW ${FULL} AS SELECT 1`;
const NOT_CREATE = 'its definition is no single CREATE MATERIALIZED VIEW of that name';

describe('a definition', () => {
  test.each([
    ['as the catalog prints it', `CREATE MATERIALIZED VIEW ${FULL} AS SELECT 1`],
    ['with one semicolon at its end', `CREATE MATERIALIZED VIEW ${FULL} AS SELECT 1; \n`],
    ['in small letters, over lines', `create materialized\n  view ${FULL} as select 1`],
    ['with a semicolon in a text', `CREATE MATERIALIZED VIEW ${FULL} AS SELECT ';'`],
    ['with a backslash in a text', `CREATE MATERIALIZED VIEW ${FULL} AS SELECT '\\d', e'd'`],
    ['with a dollar in a name', `CREATE MATERIALIZED VIEW ${FULL} AS SELECT a$$b, "$", '$'`],
    ['with what else would be a comment', `CREATE MATERIALIZED VIEW ${FULL} AS SELECT '--', "/*", 1 - -1 / 2`],
    ['named without its database', 'CREATE MATERIALIZED VIEW shop."by day" AS SELECT 1'],
    ['with nothing after its name', `CREATE MATERIALIZED VIEW ${FULL}`],
  ])('is sent %s', (_how, sql) => expect(odd({ sql })).toBeNull());

  test.each([
    ['two statements', `CREATE MATERIALIZED VIEW ${FULL} AS SELECT 1; DROP TABLE x`],
    ['two statements that end', `CREATE MATERIALIZED VIEW ${FULL} AS SELECT 1; DROP TABLE x;`],
    ['a second one behind what we would take for a text: in a comment', `${CREATE} /* ' */; DROP TABLE x; -- '`],
    ['… in a comment to the end of the line', `${CREATE} -- '\n; DROP TABLE x; -- '`],
    ['… behind an escape', `${CREATE}, e'\\''; DROP TABLE x; -- '`],
    ['… between dollars', `${CREATE}, $$'$$; DROP TABLE x; -- '`],
    ['… between dollars with a word', `${CREATE}, $a$'$a$; DROP TABLE x; -- '`],
    ['… between dollars behind a number', `${CREATE}$$'$$; DROP TABLE x; -- '`],
    ['… in a name that a comment opens', `${CREATE} /* " */; DROP TABLE x; -- "`],
    ['a text without its end', `${CREATE}, 'x`],
    ['a name without its end', `${CREATE} AS "x`],
    ['another verb', `DROP MATERIALIZED VIEW ${FULL}`],
    ['another type', `CREATE VIEW ${FULL} AS SELECT 1`],
    ['half of its type', `CREATE MATERIALIZED ${FULL} AS SELECT 1`],
    ['a verb in quotes', `"CREATE" MATERIALIZED VIEW ${FULL} AS SELECT 1`],
    ['another name', 'CREATE MATERIALIZED VIEW "materialize"."shop"."by week" AS SELECT 1'],
    ['another schema', 'CREATE MATERIALIZED VIEW "materialize"."other"."by day" AS SELECT 1'],
    ['no name', 'CREATE MATERIALIZED VIEW'],
    ['a longer name', `CREATE MATERIALIZED VIEW "x".${FULL} AS SELECT 1`],
    ['a sign for a name', 'CREATE MATERIALIZED VIEW ( "by day" )'],
    ['nothing', ''],
  ])('is not sent: %s', (_what, sql) => expect(odd({ sql })).toBe(NOT_CREATE));

  test('of an index is named without its database and schema', () => {
    expect(odd({ type: 'index', sql: `CREATE INDEX "by day" IN CLUSTER c ON ${FULL} (id)` })).toBeNull();
    expect(odd({ type: 'index', sql: `CREATE INDEX "other" IN CLUSTER c ON ${FULL} (id)` })).toMatch(/CREATE INDEX/);
  });

  test('of a type that repair cannot bring back is never sent', () => {
    expect(odd({ type: 'secret', sql: `CREATE SECRET ${FULL} AS 'x'` })).not.toBeNull();
  });

  test('may be absent: then only what it carries is sent', () => expect(odd({ sql: null })).toBeNull());
});

describe('a grant', () => {
  test.each([
    `GRANT SELECT ON TABLE ${FULL} TO PUBLIC`,
    `GRANT SELECT, INSERT, UPDATE ON TABLE ${FULL} TO "reader"`,
    `GRANT SELECT ON TABLE ${FULL} TO "a ""quoted"" one"`,
  ])('on the object is sent: %s', (grant) => expect(odd({ grants: [grant] })).toBeNull());

  test.each([
    `GRANT SELECT ON TABLE "materialize"."shop"."other" TO "reader"`,
    `GRANT SELECT ON TABLE ${FULL} TO "reader"; DROP TABLE x`,
    `GRANT SELECT ON TABLE ${FULL} TO "reader" WITH GRANT OPTION`,
    `GRANT SELECT ON TABLE ${FULL} TO reader`,
    `GRANT SELECT ON TABLE ${FULL} TO ""`,
    `GRANT SELECT, ON TABLE ${FULL} TO "reader"`,
    `GRANT ON TABLE ${FULL} TO "reader"`,
    `x; GRANT SELECT ON TABLE ${FULL} TO "reader"`,
    `REVOKE SELECT ON TABLE ${FULL} FROM "reader"`,
  ])('is not sent: %s', (grant) => expect(odd({ grants: [grant] })).toBe('a statement is no GRANT on it'));

  test('is looked at, each of them', () => {
    const fine = `GRANT SELECT ON TABLE ${FULL} TO PUBLIC`;
    expect(odd({ grants: [fine, 'DROP TABLE x', fine] })).toBe('a statement is no GRANT on it');
  });
});

describe('a comment', () => {
  test.each([
    `COMMENT ON MATERIALIZED VIEW ${FULL} IS 'x'`,
    `COMMENT ON MATERIALIZED VIEW ${FULL} IS ''`,
    `COMMENT ON MATERIALIZED VIEW ${FULL} IS 'it''s; fine'`,
    `COMMENT ON COLUMN ${FULL}."a ""b""" IS 'x'`,
  ])('on the object or a column is sent: %s', (comment) => expect(odd({ comments: [comment] })).toBeNull());

  test.each([
    `COMMENT ON VIEW ${FULL} IS 'x'`,
    `COMMENT ON MATERIALIZED VIEW ${FULL} IS 'x'; DROP TABLE x`,
    `COMMENT ON MATERIALIZED VIEW ${FULL} IS 'x' 'y'`,
    `COMMENT ON MATERIALIZED VIEW ${FULL} IS NULL`,
    `COMMENT ON COLUMN ${FULL} IS 'x'`,
    `COMMENT ON COLUMN "materialize"."shop"."other"."id" IS 'x'`,
    `x; COMMENT ON MATERIALIZED VIEW ${FULL} IS 'x'`,
  ])('is not sent: %s', (comment) => expect(odd({ comments: [comment] })).toBe('a statement is no COMMENT on it'));

  test('is looked at, each of them', () => {
    expect(odd({ comments: [`COMMENT ON MATERIALIZED VIEW ${FULL} IS 'x'`, 'DROP TABLE x'] })).toMatch(/COMMENT/);
  });
});

test('signs of patterns in a name stand for themselves', () => {
  const item = { database: 'materialize', schema: 'shop', name: 'a.b' };
  const grants = (name: string) => [`GRANT SELECT ON TABLE "materialize"."shop"."${name}" TO PUBLIC`];
  expect(odd({ item, sql: null, grants: grants('a.b') })).toBeNull();
  expect(odd({ item, sql: null, grants: grants('axb') })).not.toBeNull();
});
