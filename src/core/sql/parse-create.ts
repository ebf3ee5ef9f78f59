/**
 * Reads what CREATE statements in Materialize's catalog say. They come on one line with ids (`[u1 AS "a"."b"]`) in
 * `create_sql` and spread over lines with bare names in SHOW CREATE; both are read. Not a parser of SQL: it knows
 * tokens, brackets and the options of Postgres connections and sources, and ignores the rest.
 */

export type Token = { kind: 'word' | 'quoted' | 'text' | 'sign'; value: string };

const TOKEN = /\s+|--[^\n]*|"((?:[^"]|"")*)"|[eE]?'((?:[^']|'')*)'|([\p{L}_][\p{L}\p{N}_$]*|\d+(?:\.\d+)?)|(.)/gsu;

export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  for (const [all, quoted, text, word, sign] of sql.matchAll(TOKEN)) {
    if (quoted !== undefined) tokens.push({ kind: 'quoted', value: quoted.replaceAll('""', '"') });
    else if (text !== undefined) tokens.push({ kind: 'text', value: text.replaceAll("''", "'") });
    else if (word !== undefined) tokens.push({ kind: 'word', value: word });
    else if (sign !== undefined) tokens.push({ kind: 'sign', value: sign });
    else if (all === '') break;
  }
  return tokens;
}

const isWord = (token: Token | undefined, word: string): boolean =>
  token?.kind === 'word' && token.value.toUpperCase() === word;
const isSign = (token: Token | undefined, sign: string): boolean => token?.kind === 'sign' && token.value === sign;

const OPENING = new Set(['(', '[']);
const CLOSING = new Set([')', ']']);

/** Tokens inside the bracket that opens at `at`. */
function inside(tokens: Token[], at: number): Token[] {
  let depth = 0;
  for (let end = at; end < tokens.length; end += 1) {
    const token = tokens[end];
    if (token?.kind !== 'sign') continue;
    if (OPENING.has(token.value)) depth += 1;
    if (CLOSING.has(token.value)) depth -= 1;
    if (depth === 0) return tokens.slice(at + 1, end);
  }
  return tokens.slice(at + 1);
}

/** Parts between commas that stand in no bracket. */
function splitCommas(tokens: Token[]): Token[][] {
  const parts: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === 'sign' && OPENING.has(token.value)) depth += 1;
    if (token.kind === 'sign' && CLOSING.has(token.value)) depth -= 1;
    if (depth === 0 && isSign(token, ',')) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts.filter((part) => part.length > 0);
}

/** Longer names first: SSL CERTIFICATE begins SSL CERTIFICATE AUTHORITY. */
const OPTIONS = [
  'SSL CERTIFICATE AUTHORITY',
  'SSL CERTIFICATE',
  'SSL MODE',
  'SSL KEY',
  'SSH TUNNEL',
  'AWS PRIVATELINK',
  'TEXT COLUMNS',
  'EXCLUDE COLUMNS',
  'EXCLUDE ALL CONSTRAINTS',
  'EXCLUDE CONSTRAINTS',
  'EXTERNAL REFERENCE',
  'PUBLICATION',
  'REFERENCE',
  'DATABASE',
  'PASSWORD',
  'HOST',
  'PORT',
  'USER',
] as const;
type Option = (typeof OPTIONS)[number];

/** `NAME [=] value` as a map from name to the value's tokens. */
function readOptions(tokens: Token[]): Map<Option, Token[]> {
  const options = new Map<Option, Token[]>();
  for (const part of splitCommas(tokens)) {
    const option = OPTIONS.find((name) => name.split(' ').every((word, index) => isWord(part[index], word)));
    if (option === undefined) continue;
    const value = part.slice(option.split(' ').length);
    options.set(option, isSign(value[0], '=') ? value.slice(1) : value);
  }
  return options;
}

/** Options in the first bracket after these words. */
function optionsAfter(tokens: Token[], ...words: string[]): Map<Option, Token[]> {
  const start = tokens.findIndex((_token, at) => words.every((word, offset) => isWord(tokens[at + offset], word)));
  const none = new Map<Option, Token[]>();
  if (start < 0) return none;
  const open = tokens.findIndex((token, at) => at >= start && isSign(token, '('));
  return open < 0 ? none : readOptions(inside(tokens, open));
}

/** `a.b.c`, `"a"."b"` or `[u1 AS a.b.c]` as its parts. Bare names fold to lower case. */
export function nameParts(tokens: Token[]): string[] {
  const list = isSign(tokens[0], '[') ? inside(tokens, 0).slice(2) : tokens;
  return list
    .filter((token) => token.kind === 'word' || token.kind === 'quoted')
    .map((token) => (token.kind === 'word' ? token.value.toLowerCase() : token.value));
}

/** A literal, or a bare word or number as it stands. Null for `SECRET x` and for nothing. */
function plain(tokens: Token[] | undefined): string | null {
  const [first] = tokens ?? [];
  return first === undefined || isWord(first, 'SECRET') || first.kind === 'sign' ? null : first.value;
}

const secretName = (tokens: Token[] | undefined): string | null =>
  isWord(tokens?.[0], 'SECRET') ? nameParts((tokens ?? []).slice(1)).join('.') : null;

export interface ParsedConnection {
  host: string;
  port: number;
  /** Empty when the user name is a secret. */
  user: string;
  database: string;
  /** `disable` where none is given, as Materialize does; spelled with dashes. */
  sslMode: string;
  /** `database.schema.name`. */
  passwordSecret: string | null;
  /** PEM text, or `SECRET database.schema.name`. */
  certificateAuthority: string | null;
}

const SSL_MODES: Record<string, string> = { required: 'require', verify_full: 'verify-full', verify_ca: 'verify-ca' };

export function parseConnection(createSql: string): ParsedConnection {
  const options = optionsAfter(tokenize(createSql), 'POSTGRES');
  const mode = (plain(options.get('SSL MODE')) ?? 'disable').toLowerCase();
  const authority = options.get('SSL CERTIFICATE AUTHORITY');
  const authoritySecret = secretName(authority);
  return {
    host: plain(options.get('HOST')) ?? '',
    port: Number(plain(options.get('PORT')) ?? '5432'),
    user: plain(options.get('USER')) ?? '',
    database: plain(options.get('DATABASE')) ?? '',
    sslMode: SSL_MODES[mode] ?? mode,
    passwordSecret: secretName(options.get('PASSWORD')),
    certificateAuthority: authoritySecret === null ? plain(authority) : `SECRET ${authoritySecret}`,
  };
}

const columnList = (tokens: Token[] | undefined): string[][] => {
  if (tokens === undefined) return [];
  const list = isSign(tokens[0], '(') || isSign(tokens[0], '[') ? inside(tokens, 0) : tokens;
  return splitCommas(list).map(nameParts);
};

export interface ParsedSource {
  publication: string | null;
  /** Parts of each column's name as written: at least table and column. */
  textColumns: string[][];
  excludeColumns: string[][];
  /** It has a progress relation of its own, as sources with subsources do. */
  exposesProgress: boolean;
}

export function parseSource(createSql: string): ParsedSource {
  const tokens = tokenize(createSql);
  const options = optionsAfter(tokens, 'FROM', 'POSTGRES');
  return {
    publication: plain(options.get('PUBLICATION')),
    textColumns: columnList(options.get('TEXT COLUMNS')),
    excludeColumns: columnList(options.get('EXCLUDE COLUMNS')),
    exposesProgress: tokens.some((token, at) => isWord(token, 'EXPOSE') && isWord(tokens[at + 1], 'PROGRESS')),
  };
}

export interface ParsedChild {
  upstream: { schema: string; name: string } | null;
  /** Bare column names. */
  textColumns: string[];
  excludeColumns: string[];
  /** Constraints by name, or every one and each NOT NULL. */
  excludeConstraints: string[] | 'all';
}

/** A subsource or a source table: options stand in its last WITH, the reference there or in brackets of its own. */
export function parseChild(createSql: string): ParsedChild {
  const tokens = tokenize(createSql);
  const options = new Map<Option, Token[]>();
  tokens.forEach((token, at) => {
    if (isWord(token, 'REFERENCE') && isSign(tokens[at - 1], '(')) {
      for (const [name, value] of readOptions(inside(tokens, at - 1))) options.set(name, value);
    }
    if (isWord(token, 'WITH') && isSign(tokens[at + 1], '(')) {
      for (const [name, value] of readOptions(inside(tokens, at + 1))) options.set(name, value);
    }
  });
  const reference = nameParts(options.get('EXTERNAL REFERENCE') ?? options.get('REFERENCE') ?? []);
  const [name, schema] = reference.toReversed();
  const bare = (option: Option): string[] => columnList(options.get(option)).map((parts) => parts.at(-1) ?? '');
  return {
    upstream: name === undefined || schema === undefined ? null : { schema, name },
    textColumns: bare('TEXT COLUMNS'),
    excludeColumns: bare('EXCLUDE COLUMNS'),
    excludeConstraints: excludedConstraints(options),
  };
}

/** Names stand as texts; the option for all of them alone, or with a value. */
function excludedConstraints(options: Map<Option, Token[]>): string[] | 'all' {
  const all = options.get('EXCLUDE ALL CONSTRAINTS');
  if (all !== undefined && !isWord(all[0], 'FALSE')) return 'all';
  return (options.get('EXCLUDE CONSTRAINTS') ?? []).filter(({ kind }) => kind === 'text').map(({ value }) => value);
}
