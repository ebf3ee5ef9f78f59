/**
 * Finds what a search path would have a say in: calls of functions and names of relations without `pg_catalog.` (or the quoted
 * schema of somebody's table) before them. Reads tokens, not grammar: enough for the statements n2m sends, and it errs by finding.
 */

interface Token {
  kind: 'word' | 'quoted' | 'text' | 'hole' | 'sign';
  text: string;
}

const TOKENS =
  /\s+|--[^\n]*|\/\*[\s\S]*?\*\/|(?<text>[eE]?'(?:[^']|'')*'|\$\$[\s\S]*?\$\$)|(?<quoted>"(?:[^"]|"")+")|(?<hole>§|\$\d+|[\d.]+)|(?<word>[A-Za-z_][\w$]*)|(?<sign>::|.)/g;

/** Words before a parenthesis that are grammar, not a function: nobody can define those. */
const GRAMMAR = new Set(
  `all and any array as by case cast coalesce columns distinct else exists explain extract filter from generated greatest group
  having if in int interval is join lateral least like limit not nullif numeric on only or order over partition references row
  select set some then union using values varchar when where with within`.split(/\s+/),
);
/** Words that end the list of FROM; a comma after them separates something else. */
const AFTER_FROM = new Set('where group order having limit union returning window offset fetch for'.split(' '));
const STATEMENTS =
  /^\(?\s*(alter|create|drop|grant|revoke|comment|set|show|reset|select|with|explain|begin|commit|rollback|insert|update|delete|truncate|discard)\b/i;
/** Statements without queries: their FROM names roles. */
const DEFINITIONS = new Set(
  'alter create drop grant revoke comment set show reset begin commit rollback discard'.split(' '),
);
/** What privileges and comments are about when not about a table. */
const KINDS = new Set('publication role schema tables database function functions sequences'.split(' '));

/** The server's own, and one of an extension, whose tables are looked at before they are read: see tables/heirs.ts. */
const SCHEMAS = new Set(['pg_catalog', '_timescaledb_catalog']);

function tokensOf(sql: string): Token[] {
  return [...sql.matchAll(TOKENS)].flatMap(({ groups = {} }) =>
    Object.entries(groups)
      .filter(([, text]) => text !== undefined)
      .map(([kind, text]) => ({ kind: kind as Token['kind'], text: text ?? '' })),
  );
}

/** Whether a text looks like SQL at all. */
export const isStatement = (text: string): boolean => STATEMENTS.test(text.trim());

/** The names that are looked up in the search path, in their order; `§` stands for what is put in later. */
export function unqualified(sql: string): string[] {
  const tokens = tokensOf(sql);
  const at = (index: number): string =>
    tokens[index]?.kind === 'quoted' ? '"' : (tokens[index]?.text.toLowerCase() ?? '');
  const isName = (index: number): boolean => ['word', 'quoted', 'hole'].includes(tokens[index]?.kind ?? '');
  const commonTables = new Set(
    tokens
      .filter(
        (token, index) =>
          token.kind === 'word' && at(index + 1) === 'as' && /^(\(|not|materialized)$/.test(at(index + 2)),
      )
      .map(({ text }) => text),
  );
  const defines = DEFINITIONS.has(at(0));
  const found: string[] = [];
  const levels: { form: string; from: boolean }[] = [{ form: '', from: false }];

  /** A relation begins here: fine when something qualifies it, or when this statement itself has made it. */
  const relation = (index: number): void => {
    const start = /^(only|lateral)$/.test(at(index)) ? index + 1 : index;
    if (/^(\(|rows)$/.test(at(start)) || at(start + 1) === '(' || !isName(start)) return;
    const token = tokens[start];
    if (token === undefined || token.kind === 'hole' || commonTables.has(token.text)) return;
    const qualifier = token.kind === 'quoted' || SCHEMAS.has(token.text);
    if (at(start + 1) !== '.' || !qualifier) found.push(token.text);
  };

  tokens.forEach((token, index) => {
    const word = token.kind === 'word' ? token.text.toLowerCase() : token.text;
    const level = levels.at(-1) ?? { form: '', from: false };
    const call = isName(index) && token.kind !== 'hole' && at(index + 1) === '(' && !GRAMMAR.has(word);
    const alias = at(index - 1) === 'as';
    if (call && !alias && !defines && at(index - 1) !== '.') found.push(`${token.text}()`);
    if (call && at(index - 1) === '.' && at(index - 2) !== 'pg_catalog') found.push(`${at(index - 2)}.${token.text}()`);
    if (call && defines && at(index - 1) !== '.' && token.kind === 'word') found.push(`${token.text}()`);
    if (/^reg(class|proc|procedure|type|oper|operator)$/.test(word) && at(index - 1) === '::') {
      const named = tokens[index - 2];
      if (named?.kind === 'text' && !named.text.startsWith("'pg_catalog.")) found.push(named.text);
    }
    if (word === '(') levels.push({ form: at(index - 1), from: false });
    else if (word === ')') levels.pop();
    else if (defines) {
      if (word === 'table' && at(index - 1) !== 'alter' && at(index + 1) !== '') relation(index + 1);
      if (word === 'table' && at(index - 1) === 'alter') relation(at(index + 1) === 'if' ? index + 3 : index + 1);
      if (word === 'on' && /^(grant|revoke)$/.test(at(0)) && !KINDS.has(at(index + 1))) relation(index + 1);
    } else if (
      word === 'from' &&
      at(index - 1) !== 'distinct' &&
      !/^(extract|substring|trim|overlay)$/.test(level.form)
    ) {
      level.from = true;
      relation(index + 1);
    } else if (word === 'join' || word === 'update' || word === 'into') relation(index + 1);
    else if (word === ',' && level.from) relation(index + 1);
    else if (word === 'select' || AFTER_FROM.has(word)) level.from = false;
  });
  return found;
}
