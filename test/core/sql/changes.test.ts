import { mayChange } from '../../../src/core/sql/changes';
import { dropSlot, endWalsender, lockRecords } from '../../../src/core/sql/postgres';
import { proveWrites, requireWrites } from '../../../src/core/sql/writes';
import { sessionSettings } from '../../../src/core/sql/session';

const tables = [{ schema: 'public', name: 'a; DROP' }];

test.each([
  'CREATE SCHEMA shop',
  ' alter secret "a"."b" AS \'x\'',
  'DROP SOURCE IF EXISTS x CASCADE',
  'COMMENT ON SCHEMA shop IS NULL',
  'GRANT SELECT ON t TO r',
  'REVOKE SELECT ON t FROM r',
  "ROLLBACK PREPARED 'x'",
  "SET LOCAL lock_timeout = '50ms'; ALTER TABLE t REPLICA IDENTITY FULL",
  'SELECT 1;COMMENT ON TABLE t IS NULL',
  dropSlot('materialize_x'),
  endWalsender('materialize_x'),
  'TRUNCATE t',
  'COMMIT',
  'whatever nobody foresaw',
  ['ALTER PUBLICATION p ADD TABLE t', requireWrites(tables, [])].join('; '),
])('may change something: %s', (text) => expect(mayChange(text)).toBe(true));

test.each([
  'SELECT 1',
  '\n  SELECT o.id FROM mz_catalog.mz_objects o',
  'SHOW CREATE VIEW v',
  'VALIDATE CONNECTION c',
  'BEGIN',
  'ROLLBACK',
  'EXPLAIN UPDATE t SET a = a',
  lockRecords(),
  proveWrites([{ schema: 'public', name: 'orders' }]),
  ...sessionSettings('source', 1_000),
  ...sessionSettings('materialize', 1_000),
])('only looks: %s', (text) => expect(mayChange(text)).toBe(false));
