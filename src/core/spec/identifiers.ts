import type { ColumnRef, ConstraintRef, TableRef } from './types';

/** What went wrong, ready to be shown; never both fields. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; message: string };

/** Unquoted, as Postgres reads it without folding: upper case would silently become lower case there. */
const PLAIN = /^(?:[a-z_]|(?![A-Z])\p{L})(?:[a-z0-9_$]|(?![A-Z])[\p{L}\p{M}])*/u;

/** What may stand in such a name after its beginning. */
export const ANY_PLAIN = '(?:[a-z0-9_$]|(?![A-Z])[\\p{L}\\p{M}])+';

const UNQUOTED = 'put a name with spaces or special characters in double quotes, for example public."Order Items"';

const fail = (message: string): { ok: false; message: string } => ({ ok: false, message });

/** One identifier, plain or `"quoted ""so"""`. */
export function parseIdentifier(text: string): Parsed<string> {
  const parts = parseParts(text.trim());
  if (!parts.ok) return parts;
  const [only, ...more] = parts.value;
  if (only === undefined || more.length > 0) return fail('expected one name; put a name with a dot in double quotes');
  return { ok: true, value: only };
}

/** `schema.table` or `schema.table as alias`; alias is null without one. */
export function parseTable(text: string): Parsed<TableRef> {
  const left = takeParts(text.trim());
  if (!left.ok) return left;
  const { parts, rest } = left.value;
  const right = /^\s+as\s+(.+)$/is.exec(rest)?.[1];
  if (rest !== '' && right === undefined) return fail(UNQUOTED);
  const [schema, name, ...more] = parts;
  if (schema === undefined) return fail('expected schema.table, for example public.orders');
  if (name === undefined) {
    return fail(`expected schema.table: name its schema, too, for example public.${writeIdentifier(schema)}`);
  }
  if (more.length > 0) return fail('expected schema.table; the database is named once, in source.database');
  if (right === undefined) return { ok: true, value: { schema, name, alias: null } };
  const alias = parseIdentifier(right);
  if (!alias.ok) return fail(`alias: ${alias.message}`);
  return { ok: true, value: { schema, name, alias: alias.value } };
}

/** `schema.table.column`. */
export function parseColumn(text: string): Parsed<ColumnRef> {
  const parts = parseParts(text.trim());
  if (!parts.ok) return parts;
  const [schema, table, column, ...more] = parts.value;
  if (schema === undefined || table === undefined || column === undefined || more.length > 0) {
    return fail('expected schema.table.column, for example public.orders.note');
  }
  return { ok: true, value: { schema, table, column } };
}

/** `schema.table.constraint`, or `schema.table` for all of them. */
export function parseConstraint(text: string): Parsed<ConstraintRef> {
  const parts = parseParts(text.trim());
  if (!parts.ok) return parts;
  const [schema, table, constraint = null, ...more] = parts.value;
  if (schema === undefined || table === undefined || more.length > 0) {
    return fail('expected schema.table.constraint, or schema.table for every constraint of the table');
  }
  return { ok: true, value: { schema, table, constraint } };
}

/** In double quotes, whether it needs them or not. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** How the file would write an identifier: quoted only where it must be. */
export function writeIdentifier(name: string): string {
  return PLAIN.exec(name)?.[0] === name ? name : quoted(name);
}

/** `schema.table`, as the file writes it. */
export function writeTable(table: { schema: string; name: string }): string {
  return `${writeIdentifier(table.schema)}.${writeIdentifier(table.name)}`;
}

/** `schema.table as alias`, as the file writes it. */
export const writeAlias = (table: { schema: string; name: string }, alias: string): string =>
  `${writeTable(table)} as ${writeIdentifier(alias)}`;

/** `schema.table.column`, as the file writes it. */
export function writeColumn({ schema, table, column }: ColumnRef): string {
  return `${writeTable({ schema, name: table })}.${writeIdentifier(column)}`;
}

/** The same as `parseConstraint` reads it. */
export const writeConstraint = ({ schema, table, constraint }: ConstraintRef): string =>
  constraint === null ? writeTable({ schema, name: table }) : writeColumn({ schema, table, column: constraint });

function parseParts(text: string): Parsed<string[]> {
  const taken = takeParts(text);
  if (!taken.ok) return taken;
  return taken.value.rest === '' ? { ok: true, value: taken.value.parts } : fail(UNQUOTED);
}

/** Dotted names from the start of the text; `rest` is empty or starts with what cannot belong to them. */
function takeParts(text: string): Parsed<{ parts: string[]; rest: string }> {
  const parts: string[] = [];
  let rest = text;
  for (;;) {
    const part = takePart(rest);
    if (!part.ok) return part;
    parts.push(part.value.name);
    rest = part.value.rest;
    if (!rest.startsWith('.')) return { ok: true, value: { parts, rest } };
    rest = rest.slice(1);
  }
}

/** One name from the start of the text. */
export function takePart(text: string): Parsed<{ name: string; rest: string }> {
  if (text === '') return fail('a name is empty');
  if (text.startsWith('"')) {
    const quoted = /^"((?:[^"]|"")*)"/.exec(text);
    if (quoted?.[1] === undefined) return fail('a double quote is not closed');
    const name = quoted[1].replaceAll('""', '"');
    // Both systems refuse NUL; other control characters only come from a broken file.
    if (name === '' || hasControl(name)) return fail('a name is empty or has control characters');
    return { ok: true, value: { name, rest: text.slice(quoted[0].length) } };
  }
  const plain = PLAIN.exec(text)?.[0];
  const loose = /^[A-Za-z_][A-Za-z0-9_$]*/.exec(text)?.[0];
  if (loose !== undefined && loose.length > (plain?.length ?? 0)) {
    return fail(
      `Postgres reads ${loose} as ${loose.toLowerCase()}: write "${loose}" in double quotes, or ${loose.toLowerCase()}`,
    );
  }
  if (plain === undefined) return fail(UNQUOTED);
  return { ok: true, value: { name: plain, rest: text.slice(plain.length) } };
}

export function hasControl(text: string): boolean {
  return /[\u0000-\u001f\u007f]/.test(text);
}
