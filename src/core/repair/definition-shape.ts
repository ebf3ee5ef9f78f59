import { item } from '../sql/items';
import { nameParts, type Token, tokenize } from '../sql/parse-create';
import { keywordOf } from './privileges';
import type { Definition } from './types';

/**
 * Definitions travel through a run's history before they are sent. Each has to be one statement that makes, grants or
 * comments on this very object, as `keepDefinitions` reads them from the catalog; null when all are, else what is not.
 */
export function oddStatement({ type, item: name, sql, grants, comments }: Definition): string | null {
  const keyword = keywordOf(type) ?? '';
  const full = item(name);
  if (sql !== null && !creates(sql, keyword, [name.database, name.schema, name.name])) {
    return `its definition is no single CREATE ${keyword} of that name`;
  }
  const grant = new RegExp(`^GRANT [A-Z]+(, [A-Z]+)* ON TABLE ${escaped(full)} TO (PUBLIC|${IDENTIFIER})$`);
  if (!grants.every((text) => grant.test(text))) return 'a statement is no GRANT on it';
  const comment = new RegExp(
    `^COMMENT ON (${escaped(`${keyword} ${full}`)}|COLUMN ${escaped(full)}\\.${IDENTIFIER}) IS '(?:[^']|'')*'$`,
  );
  return comments.every((text) => comment.test(text)) ? null : 'a statement is no COMMENT on it';
}

const IDENTIFIER = '"(?:[^"]|"")+"';
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `CREATE … keyword … name …` and nothing after it. Indexes are named without their database and schema. */
function creates(sql: string, keyword: string, name: string[]): boolean {
  const statement = sql.replace(/;\s*$/, '');
  if (!isPlain(statement)) return false;
  const tokens = tokenize(statement);
  const words = ['CREATE', ...keyword.split(' ')];
  if (!words.every((word, at) => tokens[at]?.kind === 'word' && tokens[at].value.toUpperCase() === word)) return false;
  const named = nameParts(leading(tokens.slice(words.length)));
  return named.length > 0 && JSON.stringify(named) === JSON.stringify(name.slice(-named.length));
}

/**
 * One statement, whoever reads it: no semicolon stands outside of its texts and names, and nothing makes Materialize see their
 * ends elsewhere than we do. Those are comments, texts with escapes or between dollars, and quotes that are left open; the
 * catalog prints none of them.
 */
function isPlain(sql: string): boolean {
  let plain = true;
  const rest = sql.replace(/"(?:[^"]|"")*"|'(?:[^']|'')*'/g, (quoted, at: number) => {
    if (quoted.startsWith("'") && quoted.includes('\\') && /[eE]/.test(sql[at - 1] ?? '')) plain = false;
    return ' ';
  });
  // A dollar inside of a name is part of it; behind a number it begins a text.
  return plain && !/[;'"$]|--|\/\*/.test(rest.replace(/(?<![\w$])[a-z_][\w$]*/gi, ''));
}

/** The dotted name at the start. */
function leading(tokens: Token[]): Token[] {
  const end = tokens.findIndex((token, at) => (at % 2 === 0 ? token.kind === 'sign' : token.value !== '.'));
  return end < 0 ? tokens : tokens.slice(0, end);
}
