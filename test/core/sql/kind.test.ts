import fc from 'fast-check';
import { statementKind } from '../../../src/core/sql/kind';

it.each([
  ['SELECT 1', 'SELECT'],
  ['  select\n 1', 'SELECT'],
  ['WITH a AS (SELECT 1) SELECT * FROM a', 'SELECT'],
  ['(SELECT 1) UNION ALL (SELECT 2)', 'SELECT'],
  ['SHOW wal_level', 'SHOW'],
  ['BEGIN', 'BEGIN'],
  ["DO 'BEGIN CREATE ROLE x; END'", 'DO'],
  ['CREATE PUBLICATION "drop table" FOR TABLE ONLY x', 'CREATE PUBLICATION'],
  ['ALTER PUBLICATION p ADD TABLE ONLY x; DO $$BEGIN END$$', 'ALTER PUBLICATION'],
  ["SET LOCAL lock_timeout = '50ms'; ALTER TABLE ONLY a REPLICA IDENTITY FULL", 'ALTER TABLE'],
  ['CREATE OR REPLACE MATERIALIZED VIEW v AS SELECT 1', 'CREATE MATERIALIZED VIEW'],
  ['CREATE SECRET s AS decode(1)', 'CREATE SECRET'],
  ['ALTER DEFAULT PRIVILEGES FOR ROLE a GRANT SELECT ON TABLES TO b', 'ALTER DEFAULT PRIVILEGES'],
  ['DROP SOMETHING new', 'DROP'],
  ['COMMENT ON PUBLICATION p IS $1', 'COMMENT'],
  ["ROLLBACK PREPARED 'x'", 'ROLLBACK PREPARED'],
  ['hush', 'OTHER'],
  ['', 'OTHER'],
])('%s is %s', (text, kind) => {
  expect(statementKind(text)).toBe(kind);
});

it('has no word of a text that is not in the list', () => {
  const words = new Set(
    (
      'CREATE ALTER DROP DEFAULT PRIVILEGES PUBLICATION SUBSCRIPTION CONNECTION SCHEMA CLUSTER REPLICA SECRET SOURCE SINK ' +
      'TABLE VIEW MATERIALIZED INDEX ROLE USER DATABASE TYPE GRANT REVOKE COMMENT INSERT UPDATE DELETE TRUNCATE LOCK ' +
      'ANALYZE CALL COMMIT ROLLBACK PREPARED SELECT SHOW EXPLAIN VALIDATE SUBSCRIBE FETCH DECLARE COPY DO SET RESET BEGIN ' +
      'START OTHER'
    ).split(' '),
  );
  const start = fc.constantFrom('', 'ALTER ROLE ', 'CREATE ', 'SELECT ', '; DROP TABLE ', 'drop\n');
  fc.assert(
    fc.property(start, fc.string(), (head, rest) => {
      for (const word of statementKind(head + rest).split(' ')) expect(words).toContain(word);
    }),
  );
});
