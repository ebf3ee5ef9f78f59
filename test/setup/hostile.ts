/**
 * Defaults that somebody may have set for a role or a database, each of which changes what a statement means or how its
 * answer reads. `hostile` is a schema that comes before the catalog.
 */
export const HOSTILE_DEFAULTS: readonly [name: string, value: string][] = [
  ['search_path', 'hostile, public, pg_catalog'],
  ['standard_conforming_strings', 'off'],
  ['client_encoding', 'LATIN1'],
  ['DateStyle', 'SQL, DMY'],
  ['TimeZone', 'Asia/Kathmandu'],
  ['IntervalStyle', 'sql_standard'],
  ['extra_float_digits', '-15'],
  ['bytea_output', 'escape'],
  ['quote_all_identifiers', 'on'],
  ['row_security', 'off'],
  ['password_encryption', 'md5'],
  ['synchronous_commit', 'off'],
  ['default_transaction_isolation', 'serializable'],
  ['default_transaction_deferrable', 'on'],
  ['idle_in_transaction_session_timeout', '5min'],
  ['statement_timeout', '50ms'],
  ['lock_timeout', '2s'],
  ['escape_string_warning', 'off'],
  ['transform_null_equals', 'on'],
];

const listed = new Set(['search_path', 'DateStyle']);

/** `of` as in `ROLE "x"`, `DATABASE "y"` or `ROLE "x" IN DATABASE "y"`. */
export const hostileDefaults = (of: string): string[] =>
  HOSTILE_DEFAULTS.map(([name, value]) => `ALTER ${of} SET ${name} = ${listed.has(name) ? value : `'${value}'`}`);
