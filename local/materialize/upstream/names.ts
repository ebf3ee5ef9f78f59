/** A name as Materialize prints it: parts joined by dots, quoted where they would not survive unquoted. */
export function printName(parts: readonly string[]): string {
  return parts.map(printPart).join('.');
}

const printPart = (part: string): string =>
  /^[a-z_][a-z0-9_$]*$/.test(part) ? part : `"${part.replaceAll('"', '""')}"`;

/** An identifier quoted for Postgres. */
export const ident = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A string literal for Postgres; needed where the protocol takes no parameters. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
