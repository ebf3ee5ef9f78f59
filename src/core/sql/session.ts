import type { System } from '../failures/types';
import { quoteIdent } from './quote';

/**
 * What our statements lean on, said at the start of each session: defaults of a role or a database (`ALTER ROLE … SET`) would
 * win otherwise, and proxies may drop settings of the startup. Left as they are set: read-only, which servers with a full
 * disk turn on, `role`, and lock timeouts, which spare others.
 */

/** In one text, so that a session has all of it or none. Names resolve in the server's own catalog and nowhere else. */
const SOURCE = [
  'quote_all_identifiers = off',
  'search_path = pg_catalog, pg_temp',
  'standard_conforming_strings = on',
  "client_encoding = 'UTF8'",
  "DateStyle = 'ISO, MDY'",
  "TimeZone = 'UTC'",
  "IntervalStyle = 'postgres'",
  'extra_float_digits = 3',
  "bytea_output = 'hex'",
  // Else a policy on a table makes statements fail in place of following it.
  'row_security = on',
  // Only where the clear text has to be sent does the server hash it.
  "password_encryption = 'scram-sha-256'",
  // What was answered is in the WAL on disk: a standby is waited for up to there.
  'synchronous_commit = on',
  "default_transaction_isolation = 'read committed'",
  'default_transaction_deferrable = off',
  // A worker that stands still lets go of its locks before its successor begins, which is after half a minute.
  "idle_in_transaction_session_timeout = '20s'",
];

/**
 * Materialize knows only some of them, of which most have one value; setting that one is allowed. The last ones are its own:
 * what decides where a look at the catalog runs, how fresh it is, and how long it may be planned.
 */
const MATERIALIZE = [
  'search_path = mz_catalog, pg_catalog',
  'standard_conforming_strings = on',
  "client_encoding = 'UTF8'",
  "DateStyle = 'ISO, MDY'",
  "TimeZone = 'UTC'",
  "IntervalStyle = 'postgres'",
  'extra_float_digits = 3',
  "cluster_replica = ''",
  'auto_route_catalog_queries = on',
  ...own("'strict serializable'", "'1 min'"),
];

/** Two that a reader of tables has otherwise for a while. */
function own(isolation: string, timeout: string): string[] {
  return [`transaction_isolation = ${isolation}`, `statement_timeout = ${timeout}`];
}

const set = (setting: string): string => `SET ${setting}`;

/** The timeout of one statement upstream; whole milliseconds. */
export const setStatementTimeout = (ms: number): string => set(`statement_timeout = ${Math.max(1, Math.round(ms))}`);

/**
 * For a read of tables in Materialize: on the cluster that has them at hand, as of where they are (whoever asks for the
 * newest waits for a source that is behind), and given up soon.
 */
export const readerSettings = (cluster: string): string[] =>
  [`cluster = ${quoteIdent(cluster)}`, ...own("'serializable'", "'2 s'")].map(set);

/** The session as it was before `readerSettings`. */
export const afterReading = (): string[] => ['RESET cluster', ...own("'strict serializable'", "'1 min'").map(set)];

/** Texts to send in this order before anything else; upstream the timeout comes first, as a default may be tiny. */
export function sessionSettings(system: System, statementTimeoutMs: number): string[] {
  if (system === 'materialize') return MATERIALIZE.map(set);
  return [[setStatementTimeout(statementTimeoutMs), ...SOURCE.map(set)].join('; ')];
}
