import { ANY_PLAIN, hasControl, quoted, takePart, writeIdentifier, type Parsed } from './identifiers';

/**
 * Patterns as psql takes them: `*` is any number of characters, `?` is one, and what is in double quotes is itself, so that
 * `tenant_*`, `"Tenant-"*` and `"a*b"` say what they mean.
 */

/** A character of a name, any one character, or any number of them. */
type Token = { is: string } | 'one' | 'any';
export type Glob = readonly Token[];

/** Tables by a pattern; `schema` null: in every schema. */
export interface TablePattern {
  schema: Glob | null;
  name: Glob;
}

const QUOTED = '"(?:[^"]|"")*"';
const PIECES = new RegExp(`(?:${QUOTED}|[*?]|${ANY_PLAIN})`, 'uy');
const OUTSIDE = 'put special characters in double quotes and leave * and ? outside of them, for example "tenant-"*';

/** One pattern, for the names of schemas. */
export function parseGlob(text: string): Parsed<Glob> {
  const globs = parseGlobs(text);
  if (!globs.ok) return globs;
  const [only, ...more] = globs.value;
  if (only === undefined || more.length > 0) {
    return { ok: false, message: 'expected one name; put a name with a dot in double quotes' };
  }
  return { ok: true, value: only };
}

/** `schema.table`, or `table` for whatever schema; both may be patterns. */
export function parseTablePattern(text: string): Parsed<TablePattern> {
  const globs = parseGlobs(text);
  if (!globs.ok) return globs;
  const [first, second, ...more] = globs.value;
  if (first === undefined || more.length > 0) {
    return { ok: false, message: 'expected schema.table or table, for example public.audit_* or _prisma_migrations' };
  }
  return { ok: true, value: second === undefined ? { schema: null, name: first } : { schema: first, name: second } };
}

/** Nothing in it stands for anything but itself. */
export const isLiteral = (glob: Glob): boolean => glob.every((token) => typeof token === 'object');

/** The name that a literal pattern is. */
export const literalOf = (glob: Glob): string =>
  glob.map((token) => (typeof token === 'object' ? token.is : '')).join('');

/** In steps no more than the product of both lengths, whatever the pattern: names and patterns are other people's. */
export function matches(glob: Glob, name: string): boolean {
  const characters = Array.from(name);
  let at = 0;
  let token = 0;
  let retry: { token: number; at: number } | null = null;
  while (at < characters.length) {
    const wanted = glob[token];
    if (wanted === 'any') {
      token += 1;
      retry = { token, at };
    } else if (wanted === 'one' || (wanted !== undefined && wanted.is === characters[at])) {
      token += 1;
      at += 1;
    } else if (retry !== null) {
      retry.at += 1;
      ({ token, at } = retry);
    } else return false;
  }
  return glob.slice(token).every((left) => left === 'any');
}

export const matchesTable = ({ schema, name }: TablePattern, table: { schema: string; name: string }): boolean =>
  (schema === null || matches(schema, table.schema)) && matches(name, table.name);

/** A table as the file excludes it. Control characters, which no file has, are any character. */
export const writeTablePattern = (table: { schema: string; name: string }): string =>
  [table.schema, table.name].map(writeGlob).join('.');

const writeGlob = (name: string): string =>
  hasControl(name)
    ? name.replace(/[\u0000-\u001f\u007f]|[^\u0000-\u001f\u007f]+/g, (part) => (hasControl(part) ? '?' : quoted(part)))
    : writeIdentifier(name);

function parseGlobs(text: string): Parsed<Glob[]> {
  const globs: Glob[] = [];
  let rest = text.trim();
  for (;;) {
    const taken = takeGlob(rest);
    if (!taken.ok) return taken;
    globs.push(taken.value.glob);
    rest = taken.value.rest;
    if (rest === '') return { ok: true, value: globs };
    if (!rest.startsWith('.')) return { ok: false, message: OUTSIDE };
    rest = rest.slice(1);
  }
}

/** A name is read as everywhere in the file; a pattern, from one wildcard on, is made of pieces. */
function takeGlob(text: string): Parsed<{ glob: Glob; rest: string }> {
  const pieces = piecesOf(text);
  if (!pieces.some((piece) => piece === '*' || piece === '?')) {
    const part = takePart(text);
    if (!part.ok) return part;
    return { ok: true, value: { glob: literally(part.value.name), rest: part.value.rest } };
  }
  if (hasControl(pieces.join(''))) return { ok: false, message: 'a name is empty or has control characters' };
  const rest = text.slice(pieces.reduce((length, piece) => length + piece.length, 0));
  return { ok: true, value: { glob: pieces.flatMap(tokens), rest } };
}

function piecesOf(text: string): string[] {
  const pieces: string[] = [];
  PIECES.lastIndex = 0;
  for (let found = PIECES.exec(text); found !== null; found = PIECES.exec(text)) pieces.push(found[0]);
  return pieces;
}

function tokens(piece: string): Glob {
  if (piece === '*') return ['any'];
  if (piece === '?') return ['one'];
  return literally(piece.startsWith('"') ? piece.slice(1, -1).replaceAll('""', '"') : piece);
}

const literally = (name: string): Glob => Array.from(name, (is) => ({ is }));
