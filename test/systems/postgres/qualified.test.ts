import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { holdStill } from '../../../src/core/sql/foreign-code';
import { columnsHolding } from '../../../src/core/objects/tables/statements';
import { isStatement, unqualified } from './unqualified';

const SOURCES = join(__dirname, '..', '..', '..', 'src');
/** Everything that is sent upstream is written here; the activities only say which. */
const within = (folder: string): string[] =>
  readdirSync(join(SOURCES, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !/materialize|parse-create/.test(name))
    .map((name) => `${folder}/${name}`);
const FILES = ['systems/postgres', 'core/sql'].flatMap(within);

/** Every text of a file, with the file's own constants put in and `§` for what is known at run time only. */
function textsOf(path: string): string[] {
  const file = ts.createSourceFile(path, readFileSync(join(SOURCES, path), 'utf8'), ts.ScriptTarget.Latest, true);
  const constants = new Map<string, string>();
  const texts: string[] = [];
  const text = (node: ts.Node): string | null => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
    if (ts.isIdentifier(node)) return constants.get(node.text) ?? null;
    if (ts.isCallExpression(node)) return text(node.expression);
    if (ts.isArrowFunction(node)) return text(node.body);
    if (ts.isParenthesizedExpression(node)) return text(node.expression);
    // Either may be what is sent, so both are looked at.
    if (ts.isConditionalExpression(node)) return `${text(node.whenTrue) ?? '§'} ${text(node.whenFalse) ?? '§'}`;
    if (ts.isTemplateExpression(node)) {
      return node.templateSpans.reduce(
        (all, { expression, literal }) => all + (text(expression) ?? '§') + literal.text,
        node.head.text,
      );
    }
    if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
      return `${text(node.left) ?? '§'}${text(node.right) ?? '§'}`;
    }
    return null;
  };
  const remember = (node: ts.Node): void => {
    if (ts.isVariableDeclaration(node) && ts.isIdentifier(node.name) && node.initializer) {
      const value = text(node.initializer);
      if (value !== null) constants.set(node.name.text, value);
    }
    ts.forEachChild(node, remember);
  };
  remember(file);
  const visit = (node: ts.Node): void => {
    const whole = ts.isIdentifier(node) || ts.isCallExpression(node) ? null : text(node);
    if (whole !== null && /[A-Z]{2,}\s/.test(whole)) texts.push(whole);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return texts;
}

describe('names in what is sent upstream', () => {
  it('are none where a value is looked for in a table that is held still', () => {
    const table = { schema: 'shop', name: 'orders' };
    const columns = [true, false].map((inside) => ({ name: 'id', inside }));
    const held = holdStill(table, { only: true, foreign: true });
    const [, block = ''] = /DO '([\s\S]*)'$/.exec(held) ?? [];
    expect(unqualified(columnsHolding(table, columns, 'x'))).toEqual([]);
    expect(unqualified(block.replaceAll("''", "'").slice(block.indexOf('WITH')))).toEqual([]);
  });

  it.each([
    ['SELECT count(*) FROM pg_catalog.pg_class', ['count()']],
    ['SELECT pg_catalog.count(*) FROM pg_class c', ['pg_class']],
    ['SELECT 1 FROM pg_catalog.pg_class c, pg_namespace n WHERE f(c.oid)', ['pg_namespace', 'f()']],
    [
      'SELECT 1 FROM pg_catalog.pg_class c LEFT JOIN LATERAL public.f(c.oid) AS x(a, b) ON true',
      ['public', 'public.f()'],
    ],
    ['SELECT "evil"(1), x.y FROM "shop".orders', ['"evil"()']],
    [`SELECT 'pg_class'::regclass, 'pg_catalog.pg_class'::regclass`, [`'pg_class'`]],
    ['ALTER TABLE "orders" REPLICA IDENTITY FULL', ['"orders"']],
    ['ALTER PUBLICATION "p" ADD TABLE "orders"', ['"orders"']],
    ['GRANT SELECT ON "orders" TO "r"', ['"orders"']],
    ['EXPLAIN UPDATE orders SET id = 1', ['orders']],
    ['DELETE FROM ONLY orders', ['orders']],
    ['§ CROSS JOIN LATERAL aclexplode(c.relacl) AS a', ['aclexplode()']],
  ])('%s: finds what is bare', (sql, bare) => {
    expect(unqualified(sql)).toEqual(bare);
  });

  it.each([
    `WITH RECURSIVE above AS (SELECT 1 FROM pg_catalog.pg_roles), held AS (SELECT 2) SELECT 1 FROM above JOIN held ON true`,
    `SELECT extract(epoch FROM a.b) FROM pg_catalog.pg_locks a WHERE a.b IS NOT DISTINCT FROM a.c AND a.d IN (1, 2)`,
    `SELECT 'count(*) FROM x', coalesce($1, ARRAY(SELECT 1)) FROM ROWS FROM (pg_catalog.unnest($1::text[])) AS w(a, b)`,
    `CREATE PUBLICATION "p" FOR TABLE "shop"."orders", "public"."Order Items"; COMMENT ON PUBLICATION "p" IS 'select f(x)'`,
    `REVOKE SELECT ON "public"."orders" FROM "r"`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE "o" IN SCHEMA "s" GRANT SELECT ON TABLES TO "r"`,
    `ALTER PUBLICATION "p" SET (publish = 'insert, update')`,
  ])('%s: takes what is qualified, or grammar', (sql) => {
    expect(unqualified(sql)).toEqual([]);
  });

  it('are reached in no search path, in any file that writes statements', () => {
    const texts = FILES.flatMap((file) => textsOf(file).map((text) => ({ file, text })));
    expect(texts.filter(({ text }) => isStatement(text)).length).toBeGreaterThan(50);
    const bare = texts.flatMap(({ file, text }) =>
      // A part of a statement may name what another part defines; its functions stand for themselves.
      unqualified(text)
        .filter((name) => isStatement(text) || name.endsWith('()'))
        .map((name) => `${file}: ${name} in ${text.slice(0, 80)}`),
    );
    expect(bare).toEqual([]);
  });

  it('stand in no other file: activities and rules take their statements from there', () => {
    const files = within('activities');
    const own = files.flatMap((file) => textsOf(file).filter((text) => isStatement(text) && !text.includes('mz_')));
    expect(own.filter((text) => unqualified(text).length > 0)).toEqual([]);
  });
});
