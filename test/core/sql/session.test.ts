import { sessionSettings, setStatementTimeout } from '../../../src/core/sql/session';

test('a session upstream leans on no default of its role or database, the timeout first, all in one text', () => {
  expect(sessionSettings('source', 30_000)).toEqual([
    [
      'SET statement_timeout = 30000',
      'SET quote_all_identifiers = off',
      'SET search_path = pg_catalog, pg_temp',
      'SET standard_conforming_strings = on',
      "SET client_encoding = 'UTF8'",
      "SET DateStyle = 'ISO, MDY'",
      "SET TimeZone = 'UTC'",
      "SET IntervalStyle = 'postgres'",
      'SET extra_float_digits = 3',
      "SET bytea_output = 'hex'",
      'SET row_security = on',
      "SET password_encryption = 'scram-sha-256'",
      'SET synchronous_commit = on',
      "SET default_transaction_isolation = 'read committed'",
      'SET default_transaction_deferrable = off',
      "SET idle_in_transaction_session_timeout = '20s'",
    ].join('; '),
  ]);
});

test('a session in Materialize sets what that knows, one by one', () => {
  expect(sessionSettings('materialize', 30_000)).toEqual([
    'SET search_path = mz_catalog, pg_catalog',
    'SET standard_conforming_strings = on',
    "SET client_encoding = 'UTF8'",
    "SET DateStyle = 'ISO, MDY'",
    "SET TimeZone = 'UTC'",
    "SET IntervalStyle = 'postgres'",
    'SET extra_float_digits = 3',
    "SET cluster_replica = ''",
    'SET auto_route_catalog_queries = on',
    "SET transaction_isolation = 'strict serializable'",
    "SET statement_timeout = '1 min'",
  ]);
});

test.each([
  [0, 1],
  [-5, 1],
  [0.4, 1],
  [1.5, 2],
  [60_000, 60_000],
])('a timeout of %d ms is set as %d: none would be without end', (ms, set) => {
  expect(setStatementTimeout(ms)).toBe(`SET statement_timeout = ${set}`);
});
