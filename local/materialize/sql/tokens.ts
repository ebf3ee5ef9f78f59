import { MzError } from '../contract';
import { KEYWORDS } from './keywords';

export type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'punctuation' | 'end';

/** A piece of SQL. `text` is folded for words, unescaped for quoted names and strings; offsets count from 0. */
export interface Token {
  kind: TokenKind;
  text: string;
  start: number;
  end: number;
}

const PUNCTUATION: Record<string, string> = {
  '(': 'left parenthesis',
  ')': 'right parenthesis',
  '[': 'left square bracket',
  ']': 'right square bracket',
  ',': 'comma',
  '.': 'dot',
  ';': 'semicolon',
  ':': 'colon',
  '::': 'double colon',
  '=': 'equals sign',
  '*': 'star',
  '=>': 'arrow',
};

const BLANK = /(?:\s+|--[^\n]*)+/y;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const WORD = /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y;
const DOLLAR = /\$(?:[A-Za-z_]\w*)?\$/y;
const PARAMETER = /\$\d+/y;
const OPERATOR = /::|=>|[-+*/<>=~!@#%^&|`?]+/y;

/** Splits SQL into tokens, the last being `end`. Throws 42601 for what is not closed. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(sql)?.[0];
  };
  const add = (kind: TokenKind, text: string, length: number) => {
    tokens.push({ kind, text, start: at, end: at + length });
    at += length;
  };
  for (;;) {
    at += match(BLANK)?.length ?? 0;
    if (at >= sql.length) break;
    if (sql.startsWith('/*', at)) {
      at = endOfComment(sql, at);
      continue;
    }
    const char = sql[at] ?? '';
    const tag = char === '$' ? match(DOLLAR) : undefined;
    const prefixed = (char === 'e' || char === 'E') && sql[at + 1] === "'";
    if (char === "'" || prefixed) {
      const { text, end } = readString(sql, at + (prefixed ? 1 : 0), prefixed);
      add('string', text, end - at);
    } else if (char === '"') {
      const { text, end } = readQuoted(sql, at);
      add('quoted', text, end - at);
    } else if (tag !== undefined) {
      const end = sql.indexOf(tag, at + tag.length);
      if (end < 0) throw unterminated('dollar-quoted string', at);
      add('string', sql.slice(at + tag.length, end), end + tag.length - at);
    } else {
      const parameter = char === '$' ? match(PARAMETER) : undefined;
      const number = match(NUMBER);
      const word = match(WORD);
      const operator = match(OPERATOR);
      if (parameter !== undefined) add('parameter', parameter, parameter.length);
      else if (number !== undefined) add('number', number, number.length);
      else if (word !== undefined) add('word', word.toLowerCase(), word.length);
      else add('punctuation', operator ?? char, (operator ?? char).length);
    }
  }
  tokens.push({ kind: 'end', text: '', start: sql.length, end: sql.length });
  return tokens;
}

function unterminated(what: string, at: number): MzError {
  return new MzError('42601', `unterminated ${what}`, { position: at + 1 });
}

function endOfComment(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length; at++) {
    if (sql.startsWith('/*', at)) depth++;
    else if (sql.startsWith('*/', at)) depth--;
    else continue;
    at++;
    if (depth === 0) return at + 1;
  }
  throw unterminated('multiline comment', start);
}

function readQuoted(sql: string, start: number): { text: string; end: number } {
  const found = /"((?:[^"]|"")*)"/y;
  found.lastIndex = start;
  const match = found.exec(sql);
  if (match === null) throw unterminated('quoted identifier', start);
  return { text: (match[1] ?? '').replaceAll('""', '"'), end: start + match[0].length };
}

function readString(sql: string, start: number, escapes: boolean): { text: string; end: number } {
  const found = escapes ? /'((?:[^'\\]|''|\\[\s\S])*)'/y : /'((?:[^']|'')*)'/y;
  found.lastIndex = start;
  const match = found.exec(sql);
  if (match === null) throw unterminated('quoted string', start);
  const raw = (match[1] ?? '').replaceAll("''", "'");
  return { text: escapes ? raw.replace(/\\([\s\S])/g, unescape) : raw, end: start + match[0].length };
}

const ESCAPES: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };
const unescape = (_: string, char: string): string => ESCAPES[char] ?? char;

/** A token as a syntax error names it. */
export function describe(token: Token): string {
  switch (token.kind) {
    case 'end':
      return 'EOF';
    case 'word': {
      const upper = token.text.toUpperCase();
      return KEYWORDS.has(upper) ? upper : `identifier "${token.text}"`;
    }
    case 'quoted':
      return `identifier "${token.text.replaceAll('"', '""')}"`;
    case 'string':
      return `string literal '${token.text.replaceAll("'", "''")}'`;
    case 'number':
      return `number "${token.text}"`;
    case 'parameter':
      return `parameter "${token.text}"`;
    case 'punctuation':
      return PUNCTUATION[token.text] ?? `operator "${token.text}"`;
  }
}

/** One statement of a query string, with the tokens that make it (without the semicolon, with an `end`). */
export interface StatementText {
  sql: string;
  tokens: Token[];
}

/** Cuts a query string at its semicolons; empty statements are left out. Offsets stay those of the whole string. */
export function splitStatements(sql: string): StatementText[] {
  const statements: StatementText[] = [];
  let current: Token[] = [];
  for (const token of tokenize(sql)) {
    const ends = token.kind === 'end' || (token.kind === 'punctuation' && token.text === ';');
    if (!ends) {
      current.push(token);
      continue;
    }
    const first = current[0];
    const last = current[current.length - 1];
    if (first !== undefined && last !== undefined) {
      current.push({ kind: 'end', text: '', start: token.start, end: token.start });
      statements.push({ sql: sql.slice(first.start, last.end), tokens: current });
    }
    current = [];
  }
  return statements;
}
