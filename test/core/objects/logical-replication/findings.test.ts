import { logicalReplicationFindings } from '../../../../src/core/objects/logical-replication/findings';
import { testFindings, open, orders } from '../../plan/finding-cases';
import * as f from '../../plan/fixtures';

/** From which Materialize reads standbys, and one that does not say so. */
const NEW = { version: 'v26.30.0', versionNum: 2_603_000 };
const STANDBY = { target: NEW, source: { neon: null, managed: null, standby: true, walLevel: 'logical' } };
const pair = (change: Parameters<typeof f.replica>[0] = {}) => ({
  ...{ neon: null, managed: null, walLevel: 'logical', replica: f.replica(change) },
});
const FINE = { spec: f.primarySpec(), target: NEW, source: pair() };
const ELSEWHERE =
  'let source.primary lead to the primary of the standby (there: SELECT sender_host, sender_port FROM pg_stat_wal_receiver;)';
const FEEDBACK = "ALTER SYSTEM SET hot_standby_feedback = 'on';\nSELECT pg_catalog.pg_reload_conf();";
const SLOT =
  "on the primary: SELECT pg_catalog.pg_create_physical_replication_slot('n2m_standby'); on the standby: " +
  "ALTER SYSTEM SET primary_slot_name = 'n2m_standby';\nSELECT pg_catalog.pg_reload_conf();";

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
      { ...STANDBY, spec: f.postgresSpec() },
      'blocking',
      'source.primary: env:N2M_SECRET_PRIMARY_URL -- the URL of its primary; or let source.url lead there',
    ],
    [
      'read-only-login',
      'a standby that says where its WAL comes from',
      { spec: f.postgresSpec(), target: NEW, source: { ...STANDBY.source, primary: '10.0.0.5:5432' } },
      'blocking',
      'source.primary: env:N2M_SECRET_PRIMARY_URL -- the URL of its primary, which is 10.0.0.5:5432 for the standby; or let source.url lead there',
    ],
    [
      'read-only-login',
      'a standby that this Materialize cannot read',
      { spec: f.postgresSpec(), source: STANDBY.source },
      'blocking',
      'let source.url lead to its primary',
    ],
    [
      'primary-needless',
      'a primary beside a server that is none of its standbys',
      { spec: f.primarySpec(), target: NEW, source: pair({ standby: false }) },
      'blocking',
      'take source.primary out of the file; where a failover made it the primary, n2m repair copies its tables again after that',
    ],
    [
      'primary-elsewhere',
      'two standbys',
      { spec: f.primarySpec(), target: NEW, source: { ...pair(), standby: true, primary: '10.0.0.5:5432' } },
      'blocking',
      ELSEWHERE,
    ],
    [
      'primary-elsewhere',
      'another system',
      { spec: f.primarySpec(), target: NEW, source: pair({ sameSystem: false }) },
      'blocking',
      ELSEWHERE,
    ],
    [
      'standby-too-old',
      'a Materialize that reads no standby',
      { spec: f.primarySpec(), target: { versionNum: 2_602_900 }, source: pair() },
      'blocking',
      'let source.url lead to the primary, and take source.primary out of the file',
    ],
    [
      'standby-too-old',
      'a Postgres that makes no slots on standbys',
      { spec: f.primarySpec(), target: NEW, source: { ...pair(), versionNum: 150_000 } },
      'blocking',
      'let source.url lead to the primary, and take source.primary out of the file',
    ],
    [
      'standby-unprotected',
      'a standby that keeps nothing',
      { spec: f.primarySpec(), target: NEW, source: pair({ feedback: false, physicalSlot: null }) },
      'warning',
      `on the standby: ${FEEDBACK}\n${SLOT}`,
    ],
    [
      'standby-unprotected',
      'a standby with a slot, that says nothing',
      { spec: f.primarySpec(), target: NEW, source: pair({ feedback: false }) },
      'warning',
      `on the standby: ${FEEDBACK}`,
    ],
    [
      'standby-unprotected',
      'a standby that keeps nothing while it is away',
      { spec: f.primarySpec(), target: NEW, source: pair({ physicalSlot: null }) },
      'warning',
      SLOT,
    ],
    [
      'standby-snapshots',
      'a login that may not log what runs',
      { spec: f.primarySpec(), target: NEW, source: pair({ mayLogRunning: false }) },
      'info',
      'as a superuser on the primary: GRANT EXECUTE ON FUNCTION pg_catalog.pg_log_standby_snapshot() TO "neondb_owner";',
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
    ['read-only-login', 'a standby beside its primary', FINE],
    ['primary-needless', 'a standby beside its primary', FINE],
    ['primary-elsewhere', 'a standby beside its primary', FINE],
    [
      'primary-elsewhere',
      'servers that do not say which system they are',
      { ...FINE, source: pair({ sameSystem: null }) },
    ],
    ['standby-too-old', 'versions that can', FINE],
    ['standby-unprotected', 'a standby that keeps what its slot needs', FINE],
    ['standby-snapshots', 'a login that may log what runs', FINE],
    ['read-only-login', 'a read-only login with nothing to set up', { built: true, source: { readOnly: true } }],
  ],
});
