import type { Entry } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const logicalReplicationWords: Record<string, Entry> = {
  'server-version': ['The server is too old, or old enough to copy slowly.', 'SHOW server_version;', 'Upgrade it.'],
  'wal-level': [
    'Logical replication needs wal_level = logical.',
    'SHOW wal_level;',
    'Neon: the run enables it after approval, for the whole project, for good, with a restart of every compute. RDS and Aurora: rds.logical_replication = 1 in the parameter group. Cloud SQL: the flag cloudsql.logical_decoding. Azure: the server parameter wal_level. Supabase has it. Elsewhere: set it and restart.',
  ],
  'replication-slots': [
    'Materialize wants two free slots: a permanent one and one for the copy. Neon uses one of ten itself.',
    'SELECT slot_name, active FROM pg_replication_slots;',
    'Drop slots nobody uses, or raise max_replication_slots.',
  ],
  'wal-senders': [
    'The copy uses two wal senders, and Materialize does not check: without them the source stalls.',
    'SELECT * FROM pg_stat_replication;',
    'Raise max_wal_senders.',
  ],
  'wal-cap': [
    'What is written during the copy must fit below max_slot_wal_keep_size, or the slot is lost.',
    'SHOW max_slot_wal_keep_size;',
    'Copy in a quiet hour, take a larger snapshotSize, or raise the cap.',
  ],
  'open-transactions': [
    'A slot is made only when every transaction that was writing then has ended; prepared ones count, too.',
    'SELECT pid, xact_start FROM pg_stat_activity WHERE backend_xid IS NOT NULL; SELECT * FROM pg_prepared_xacts;',
    'End them, or start when they are over: the run waits and names them.',
  ],
  'slot-life': [
    'Neon drops a slot that acknowledged nothing for about 40 hours, and a copy acknowledges nothing.',
    'n2m plan FILE estimates the copy.',
    'A larger snapshotSize, or the tables in several steps.',
  ],
  'idle-slot-timeout': [
    'From Postgres 18 on a server may invalidate slots that nobody reads for so long: during a copy nobody does, nor while the cluster has no replica.',
    'SHOW idle_replication_slot_timeout; SELECT slot_name, inactive_since FROM pg_replication_slots;',
    "ALTER SYSTEM SET idle_replication_slot_timeout = '0'; SELECT pg_reload_conf(); or a time that no copy and no pause reaches.",
  ],
  'compute-stays-awake': [
    'A subscriber keeps Neon’s compute awake: no scale to zero.',
    'The project’s billing page.',
    'Nothing, if that is wanted.',
  ],
  'read-only-login': [
    'The login’s server or sessions take no changes, and there is something to set up. A standby of PostgreSQL 16 and later Materialize reads from v26.30 on; what only a primary takes n2m sets up there, where the file names it.',
    'SELECT pg_is_in_recovery(); SHOW default_transaction_read_only;',
    'Name the primary (on the standby: SELECT sender_host, sender_port FROM pg_stat_wal_receiver;) as source.primary, or in source.url; or a login that may write.',
  ],
  'primary-needless': [
    'The file names a primary for a server that is one itself: it never was a standby, or was promoted. A promoted one ends the source that read from it.',
    'SELECT pg_is_in_recovery();',
    'Take source.primary out of the file and apply it; where the source ended, n2m repair NAME after that.',
  ],
  'primary-elsewhere': [
    'source.primary does not lead to the primary of the standby: what is set up there would never arrive.',
    'On both: SELECT pg_is_in_recovery(); SELECT system_identifier FROM pg_control_system();',
    'Let the secret’s URL lead to the primary of that standby.',
  ],
  'standby-too-old': [
    'Slots on standbys came with PostgreSQL 16, and Materialize reads standbys from v26.30 on.',
    'SHOW server_version; in Materialize: SELECT mz_version();',
    'Read the primary, or upgrade.',
  ],
  'standby-unprotected': [
    'A slot on a standby does not keep the primary from removing old rows of its catalogs: hot_standby_feedback does, and a physical slot of the standby’s own also while the standby is away. What they keep stays on the primary’s disk until Materialize has read on.',
    'On the standby: SHOW hot_standby_feedback; SHOW primary_slot_name; on the primary: SELECT slot_name, xmin, catalog_xmin FROM pg_replication_slots;',
    'Switch it on and make the slot with the statements that the plan names. A limit for what they keep is max_slot_wal_keep_size on the primary.',
  ],
  'standby-snapshots': [
    'A slot on a standby is made once the primary has logged what runs: a busy one does that every 15 s, an idle one not at all. n2m calls pg_log_standby_snapshot there while a slot waits, where its login may.',
    "SELECT has_function_privilege('pg_log_standby_snapshot()', 'EXECUTE');",
    'Grant it with the statement that the plan names, or write something on the primary while the copy begins.',
  ],
};
