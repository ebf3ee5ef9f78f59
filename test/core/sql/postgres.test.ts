import * as sql from '../../../src/core/sql/postgres';

const orders = { schema: 'public', name: 'orders' };
const odd = { schema: 'Sa"les', name: 'Mixed Case' };

describe('statements upstream', () => {
  it.each<[string, string]>([
    [sql.replicaIdentityFull(odd), 'ALTER TABLE "Sa""les"."Mixed Case" REPLICA IDENTITY FULL'],
    [sql.setLockTimeout(2_500), `SET LOCAL lock_timeout = '2500ms'`],
    [sql.setLockTimeout(-1), `SET LOCAL lock_timeout = '0ms'`],
    [
      sql.createPublication('n2m_shop', [orders, odd]),
      'CREATE PUBLICATION "n2m_shop" FOR TABLE ONLY "public"."orders", ONLY "Sa""les"."Mixed Case"',
    ],
    [
      sql.createPublication('p', [orders], true),
      'CREATE PUBLICATION "p" FOR TABLE ONLY "public"."orders" WITH (publish_generated_columns = stored)',
    ],
    [sql.publishGenerated('p'), 'ALTER PUBLICATION "p" SET (publish_generated_columns = stored)'],
    [sql.alterPublicationAdd('p', [odd]), 'ALTER PUBLICATION "p" ADD TABLE ONLY "Sa""les"."Mixed Case"'],
    [sql.alterPublicationDrop('p', [orders]), 'ALTER PUBLICATION "p" DROP TABLE ONLY "public"."orders"'],
    [sql.publishEverything('p'), `ALTER PUBLICATION "p" SET (publish = 'insert, update, delete, truncate')`],
    [sql.dropPublication('p'), 'DROP PUBLICATION IF EXISTS "p"'],
    [sql.createRole('mat', `it's\\`), `CREATE ROLE "mat" LOGIN REPLICATION PASSWORD 'it''s\\'`],
    [
      sql.createRole('ma"t', 'x', { byGroup: true }),
      `CREATE ROLE "ma""t" LOGIN PASSWORD 'x'; GRANT rds_replication TO "ma""t"`,
    ],
    [sql.createRole('mat', 'x', { bypassRls: true }), `CREATE ROLE "mat" LOGIN REPLICATION BYPASSRLS PASSWORD 'x'`],
    [sql.alterRolePassword('mat', 'x'), `ALTER ROLE "mat" PASSWORD 'x'`],
    [sql.alterRoleReplication('mat'), 'ALTER ROLE "mat" REPLICATION'],
    [sql.alterRoleBypassRls('mat'), 'ALTER ROLE "mat" BYPASSRLS'],
    [sql.dropRole('mat'), 'DROP ROLE IF EXISTS "mat"'],
    [sql.noIdleInTransactionTimeout('mat'), 'ALTER ROLE "mat" SET idle_in_transaction_session_timeout = 0'],
    [sql.noIdleInTransactionTimeout(null), 'ALTER ROLE CURRENT_USER SET idle_in_transaction_session_timeout = 0'],
    [sql.grantUsage('sales', 'mat'), 'GRANT USAGE ON SCHEMA "sales" TO "mat"'],
    [sql.grantSelect([orders, odd], 'mat'), 'GRANT SELECT ON "public"."orders", "Sa""les"."Mixed Case" TO "mat"'],
    [
      sql.grantSelectOnFutureTables('own er', 'sales', 'mat'),
      'ALTER DEFAULT PRIVILEGES FOR ROLE "own er" IN SCHEMA "sales" GRANT SELECT ON TABLES TO "mat"',
    ],
    [sql.revokeUsage('sales', 'mat'), 'REVOKE USAGE ON SCHEMA "sales" FROM "mat"'],
    [sql.revokeSelect([orders], 'mat'), 'REVOKE SELECT ON "public"."orders" FROM "mat"'],
    [
      sql.revokeSelectOnFutureTables('owner', 'sales', 'mat'),
      'ALTER DEFAULT PRIVILEGES FOR ROLE "owner" IN SCHEMA "sales" REVOKE SELECT ON TABLES FROM "mat"',
    ],
    [sql.commentOn('PUBLICATION', 'p', `{"a":"it's"}`), `COMMENT ON PUBLICATION "p" IS '{"a":"it''s"}'`],
    [sql.commentOn('ROLE', 'mat', null), 'COMMENT ON ROLE "mat" IS NULL'],
    [sql.dropSlot('materialize_1'), `SELECT pg_catalog.pg_drop_replication_slot('materialize_1')`],
    [sql.terminateBackend(123), 'SELECT pg_catalog.pg_terminate_backend(123)'],
    [sql.joinRole('ma"t'), 'GRANT "ma""t" TO CURRENT_USER'],
    [sql.grantSignals('ow"ner'), 'GRANT pg_signal_backend TO "ow""ner"'],
    [
      sql.endWalsender(`it's`),
      `SELECT pg_catalog.pg_terminate_backend(active_pid), active_pid AS pid FROM pg_catalog.pg_replication_slots ` +
        `WHERE slot_name = 'it''s' AND active_pid IS NOT NULL`,
    ],
    [sql.rollbackPrepared(`g'1`), `ROLLBACK PREPARED 'g''1'`],
  ])('%s', (built, text) => {
    expect(built).toBe(text);
  });
});
