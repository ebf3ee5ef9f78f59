/**
 * The only place where identifiers and literals become SQL text. Sessions have `standard_conforming_strings` on, see session.ts, so
 * a backslash is an ordinary character; Materialize reads the text of a bytea literal differently, see `createSecret`.
 */

/** `Mixed "Case"` → `"Mixed ""Case"""`. Always quoted: what folds to lower case or is reserved never matters. */
export function quoteIdent(name: string): string {
  if (name.length === 0) throw new Error('an identifier cannot be empty');
  if (name.includes('\0')) throw new Error('an identifier cannot hold a null character');
  return `"${name.replaceAll('"', '""')}"`;
}

/** `it's` → `'it''s'`. */
export function quoteLiteral(text: string): string {
  if (text.includes('\0')) throw new Error('a text literal cannot hold a null character');
  return `'${text.replaceAll("'", "''")}'`;
}

/** `qualified('shop', 'orders')` → `"shop"."orders"`. */
export function qualified(...parts: [string, ...string[]]): string {
  return parts.map(quoteIdent).join('.');
}

/** Undoes SQL quoting where there is some: `"Mixed Case"` → `Mixed Case`, `orders` → `orders`. */
export function unquoteIdent(text: string): string {
  if (!(text.length >= 2 && text.startsWith('"') && text.endsWith('"'))) return text;
  return text.slice(1, -1).replaceAll('""', '"');
}
