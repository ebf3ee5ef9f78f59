import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where the text of a statement may be built, and names and texts become SQL. */
const PLACES = [
  /^core\/sql\//,
  /^core\/objects\/[a-z-]+\/([a-z]+-)?statements\.ts$/,
  // What others built on the tables, made again as it was.
  /^core\/repair\/privileges\.ts$/,
];

/** A statement that changes something, with something put into its text. */
const BUILT =
  /`(?:CREATE|ALTER|DROP|GRANT|REVOKE|COMMENT ON|TRUNCATE|ANALYZE|INSERT INTO|DELETE FROM|ROLLBACK PREPARED|LOCK|EXPLAIN|SET)\b[^`]*\$\{/;
const QUOTED = /\bquote(?:Ident|Literal)\b/;

const SRC = join(__dirname, '../../../src');

function faults(path: string, text: string): string[] {
  if (PLACES.some((place) => place.test(path))) return [];
  return [
    ...(BUILT.test(text) ? [`${path} builds a statement`] : []),
    ...(QUOTED.test(text) ? [`${path} quotes`] : []),
  ];
}

it('builds statements in the rooms and in core/sql, and nowhere else', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((path) => faults(path, readFileSync(join(SRC, path), 'utf8')))).toEqual([]);
});

it.each([
  ['core/objects/role/findings.ts', 'const fix = `ALTER ROLE ${name} LOGIN`;', ['builds a statement']],
  ['activities/role.ts', 'client.query(`DROP ROLE ${quoteIdent(role)}`)', ['builds a statement', 'quotes']],
  ['systems/postgres/server.ts', 'client.query(`SELECT ${quoteLiteral(name)}`)', ['quotes']],
  ['core/objects/role/words.ts', "'ALTER ROLE … LOGIN;'", []],
  ['core/objects/role/statements.ts', '`ALTER ROLE ${quoteIdent(role)} LOGIN`', []],
])('in %s it finds %s', (path, text, found) => {
  expect(faults(path, text)).toEqual(found.map((what) => `${path} ${what}`));
});
