import {
  grantSelect,
  grantSelectOnFutureTables,
  grantUsage,
  revokeSelect,
  revokeSelectOnFutureTables,
  revokeUsage,
} from '../../../src/core/objects/grants/statements';
import {
  alterPublicationAdd,
  alterPublicationDrop,
  createPublication,
  dropPublication,
  publishEverything,
  publishByRoot,
  publishGenerated,
} from '../../../src/core/objects/publication/statements';
import { replicaIdentityFull } from '../../../src/core/objects/replica-identity/statements';
import {
  alterRoleBypassRls,
  alterRolePassword,
  alterRoleReplication,
  createRole,
  dropRole,
  noIdleInTransactionTimeout,
  joinRole,
  grantSignals,
} from '../../../src/core/objects/role/statements';
import { dropSlot, endWalsender } from '../../../src/core/objects/source/slot-statements';
import { commentOn, rollbackPrepared, setLockTimeout, terminateBackend } from '../../../src/core/sql/upstream';

const orders = { schema: 'public', name: 'orders' };
const odd = { schema: 'Sa"les', name: 'Mixed Case' };

describe('statements upstream', () => {
  it.each<[string, string]>([
    [replicaIdentityFull(odd), 'ALTER TABLE "Sa""les"."Mixed Case" REPLICA IDENTITY FULL'],
    [setLockTimeout(2_500), `SET LOCAL lock_timeout = '2500ms'`],
    [setLockTimeout(-1), `SET LOCAL lock_timeout = '0ms'`],
    [
      createPublication('n2m_shop', [orders, odd]),
      'CREATE PUBLICATION "n2m_shop" FOR TABLE ONLY "public"."orders", ONLY "Sa""les"."Mixed Case"',
    ],
    [
      createPublication('p', [orders], { generated: true }),
      'CREATE PUBLICATION "p" FOR TABLE ONLY "public"."orders" WITH (publish_generated_columns = stored)',
    ],
    [
      createPublication('p', [orders], { generated: true, root: true }),
      'CREATE PUBLICATION "p" FOR TABLE ONLY "public"."orders" WITH (publish_via_partition_root = true, publish_generated_columns = stored)',
    ],
    [publishByRoot('p', true), 'ALTER PUBLICATION "p" SET (publish_via_partition_root = true)'],
    [publishGenerated('p'), 'ALTER PUBLICATION "p" SET (publish_generated_columns = stored)'],
    [alterPublicationAdd('p', [odd]), 'ALTER PUBLICATION "p" ADD TABLE ONLY "Sa""les"."Mixed Case"'],
    [alterPublicationDrop('p', [orders]), 'ALTER PUBLICATION "p" DROP TABLE ONLY "public"."orders"'],
    [publishEverything('p'), `ALTER PUBLICATION "p" SET (publish = 'insert, update, delete, truncate')`],
    [dropPublication('p'), 'DROP PUBLICATION IF EXISTS "p"'],
    [createRole('mat', `it's\\`), `CREATE ROLE "mat" LOGIN REPLICATION PASSWORD 'it''s\\'`],
    [
      createRole('ma"t', 'x', { byGroup: true }),
      `CREATE ROLE "ma""t" LOGIN PASSWORD 'x'; GRANT rds_replication TO "ma""t"`,
    ],
    [createRole('mat', 'x', { bypassRls: true }), `CREATE ROLE "mat" LOGIN REPLICATION BYPASSRLS PASSWORD 'x'`],
    [alterRolePassword('mat', 'x'), `ALTER ROLE "mat" PASSWORD 'x'`],
    [alterRoleReplication('mat'), 'ALTER ROLE "mat" REPLICATION'],
    [alterRoleBypassRls('mat'), 'ALTER ROLE "mat" BYPASSRLS'],
    [dropRole('mat'), 'DROP ROLE IF EXISTS "mat"'],
    [noIdleInTransactionTimeout('mat'), 'ALTER ROLE "mat" SET idle_in_transaction_session_timeout = 0'],
    [noIdleInTransactionTimeout(null), 'ALTER ROLE CURRENT_USER SET idle_in_transaction_session_timeout = 0'],
    [grantUsage('sales', 'mat'), 'GRANT USAGE ON SCHEMA "sales" TO "mat"'],
    [grantSelect([orders, odd], 'mat'), 'GRANT SELECT ON "public"."orders", "Sa""les"."Mixed Case" TO "mat"'],
    [
      grantSelectOnFutureTables('own er', 'sales', 'mat'),
      'ALTER DEFAULT PRIVILEGES FOR ROLE "own er" IN SCHEMA "sales" GRANT SELECT ON TABLES TO "mat"',
    ],
    [revokeUsage('sales', 'mat'), 'REVOKE USAGE ON SCHEMA "sales" FROM "mat"'],
    [revokeSelect([orders], 'mat'), 'REVOKE SELECT ON "public"."orders" FROM "mat"'],
    [
      revokeSelectOnFutureTables('owner', 'sales', 'mat'),
      'ALTER DEFAULT PRIVILEGES FOR ROLE "owner" IN SCHEMA "sales" REVOKE SELECT ON TABLES FROM "mat"',
    ],
    [commentOn('PUBLICATION', 'p', `{"a":"it's"}`), `COMMENT ON PUBLICATION "p" IS '{"a":"it''s"}'`],
    [commentOn('ROLE', 'mat', null), 'COMMENT ON ROLE "mat" IS NULL'],
    [dropSlot('materialize_1'), `SELECT pg_catalog.pg_drop_replication_slot('materialize_1')`],
    [terminateBackend(123), 'SELECT pg_catalog.pg_terminate_backend(123)'],
    [joinRole('ma"t'), 'GRANT "ma""t" TO CURRENT_USER'],
    [grantSignals('ow"ner'), 'GRANT pg_signal_backend TO "ow""ner"'],
    [
      endWalsender(`it's`),
      `SELECT pg_catalog.pg_terminate_backend(active_pid), active_pid AS pid FROM pg_catalog.pg_replication_slots ` +
        `WHERE slot_name = 'it''s' AND active_pid IS NOT NULL`,
    ],
    [rollbackPrepared(`g'1`), `ROLLBACK PREPARED 'g''1'`],
  ])('%s', (built, text) => {
    expect(built).toBe(text);
  });
});
