import { logicalReplicationFindings } from '../../../../src/core/objects/logical-replication/findings';
import { testFindings, open, orders } from '../../plan/finding-cases';
import * as f from '../../plan/fixtures';

testFindings(logicalReplicationFindings, {
  raised: [
    ['server-version', 'Postgres 10', { source: { versionNum: 100_000 } }, 'blocking', 'upgrade the server'],
    ['server-version', 'Postgres 13', { source: { versionNum: 130_000 } }, 'info', null],
    [
      'wal-level',
      'a plain Postgres',
      { spec: f.postgresSpec(), source: { neon: null, managed: null } },
      'blocking',
      "ALTER SYSTEM SET wal_level = 'logical'; -- then restart the server",
    ],
    ['wal-level', 'Neon, where the run enables it', {}, 'info', null],
    ['replication-slots', 'one free slot', { source: { usedReplicationSlots: 9 } }, 'blocking', null],
    ['wal-senders', 'no free wal sender', { source: { usedWalSenders: 10 } }, 'blocking', null],
    ['wal-senders', 'one free wal sender', { source: { usedWalSenders: 9 } }, 'warning', null],
    [
      'wal-cap',
      'a cap on WAL and a large copy',
      { source: { maxSlotWalKeepSize: '1073741824', ...orders({ bytes: '50000000000' }) } },
      'info',
      null,
    ],
    [
      'open-transactions',
      'a writing transaction',
      { source: { openTransactions: [open] } },
      'warning',
      'SELECT pg_catalog.pg_terminate_backend(12);',
    ],
    [
      'open-transactions',
      'a prepared transaction',
      { source: { openTransactions: [{ ...open, kind: 'prepared', pid: null, gid: 'g1' }] } },
      'warning',
      "ROLLBACK PREPARED 'g1';",
    ],
    [
      'idle-slot-timeout',
      'a copy during which the slot is invalidated',
      { source: { ...orders({ bytes: '4000000000000' }), idleSlotTimeoutMs: 86_400_000, managed: null } },
      'warning',
      "ALTER SYSTEM SET idle_replication_slot_timeout = '0';\nSELECT pg_catalog.pg_reload_conf();",
    ],
    [
      'idle-slot-timeout',
      'a time that a pause may reach',
      { source: { idleSlotTimeoutMs: 86_400_000, managed: 'rds' } },
      'info',
      'idle_replication_slot_timeout = 0 in the parameter group of the instance',
    ],
    ['slot-life', 'a copy of two days', { source: orders({ bytes: '4000000000000' }) }, 'warning', null],
    ['compute-stays-awake', 'a new subscriber on Neon', {}, 'info', null],
    [
      'wal-level',
      'an RDS instance',
      { spec: f.postgresSpec(), source: { neon: null, managed: 'rds' } },
      'blocking',
      'set rds.logical_replication = 1 in the parameter group of the instance, then reboot it',
    ],
    [
      'wal-senders',
      'a Cloud SQL instance without a free wal sender',
      { source: { usedWalSenders: 10, managed: 'cloud-sql' } },
      'blocking',
      'max_wal_senders = 20 as a flag of the instance, which restarts it',
    ],
    [
      'read-only-login',
      'a standby',
      { source: { standby: true } },
      'blocking',
      'name the primary; it hands its changes on to the standby',
    ],
    [
      'read-only-login',
      'a standby that says where its WAL comes from',
      { source: { standby: true, primary: '10.0.0.5:5432' } },
      'blocking',
      'name the primary, which is 10.0.0.5:5432 for the standby; it hands its changes on to the standby',
    ],
    [
      'read-only-login',
      'a login whose sessions are read-only',
      { source: { readOnly: true } },
      'blocking',
      'ALTER ROLE "neondb_owner" SET default_transaction_read_only = off; -- or a login that may write',
    ],
  ],

  silent: [
    ['read-only-login', 'a standby where all is set up', { built: true, source: { standby: true } }],
    ['read-only-login', 'a read-only login with nothing to set up', { built: true, source: { readOnly: true } }],
  ],
});
