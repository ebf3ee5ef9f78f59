import type { Entry } from './types';

const SLOT = "SELECT * FROM pg_replication_slots WHERE slot_name LIKE 'materialize_%';";
const STATUSES = 'SELECT name, status, error FROM mz_internal.mz_source_statuses;';

/** One entry per rule of the watch. */
export const ruleEntries: Record<string, Entry> = {
  'writes-refused': [
    'Postgres refuses the application’s UPDATEs or DELETEs of a replicated table, or of one that inherits from it: it is published without a replica identity, or a publication leaves out columns of it. Often a later migration brought a generated column, or another tool a publication with a list of columns.',
    'EXPLAIN UPDATE t SET c = c; and EXPLAIN DELETE FROM t; fail just as the application does, and change nothing. SELECT * FROM pg_publication_tables; shows who publishes what.',
    'Run the statement that n2m status NAME names: it gives the writes back at once. What replication then lacks the next check says.',
  ],
  'slot-lost': [
    'The replication slot was invalidated or made anew: the changes in between are gone. Materialize retries for ever and sometimes even says running.',
    `${SLOT} shows wal_status lost; or the source says "slot overcompacted".`,
    'n2m repair NAME makes the source again and copies every table.',
  ],
  'slot-missing': [
    'The slot was there and is not any more: dropped by hand, by a branch restore or reset, or by Neon after about 40 hours without progress.',
    `${SLOT} has no row for the slot that n2m status NAME names.`,
    'n2m repair NAME. Never make the slot by hand: its position would be wrong.',
  ],
  'slot-unreserved': [
    'The slot needs more WAL than max_slot_wal_keep_size allows; the next checkpoint may lose it.',
    `${SLOT} shows wal_status unreserved.`,
    'Let Materialize catch up at once: end blockers, bring its cluster back, or raise max_slot_wal_keep_size.',
  ],
  'retained-wal': [
    'The slot makes the server keep WAL, because Materialize has not confirmed it. At the cap the slot is lost; without a cap the disk fills.',
    'SELECT pg_size_pretty(pg_current_wal_lsn() - restart_lsn) FROM pg_replication_slots;',
    'Find out why it does not move (slot-idle, unconfirmed, not-running) and mend that.',
  ],
  'slot-idle': [
    'Nobody reads the slot, or its restart point stands still while WAL grows: a stopped cluster, or a long transaction upstream.',
    `${SLOT} and SELECT pid, xact_start, query FROM pg_stat_activity WHERE backend_xid IS NOT NULL ORDER BY xact_start;`,
    'End the transaction that n2m status NAME names, or bring the cluster back. Neon removes a slot without progress after about 40 hours.',
  ],
  unconfirmed: [
    'Materialize reads but confirms nothing: it cannot keep up, or it is copying a new table.',
    'SELECT pg_size_pretty(pg_current_wal_lsn() - confirmed_flush_lsn) FROM pg_replication_slots;',
    'Raise materialize.cluster.steadySize and n2m apply; end long transactions upstream.',
  ],
  'snapshot-blocked': [
    'A first copy waits for a transaction that began before it: the slot has no consistent point until that one ends.',
    'SELECT pid, usename, xact_start, query FROM pg_stat_activity WHERE backend_xid IS NOT NULL ORDER BY xact_start; and SELECT gid, prepared FROM pg_prepared_xacts;',
    'End the transaction with the statement that n2m status NAME names; the copy goes on by itself.',
  ],
  'source-missing': [
    'The source was dropped in Materialize.',
    "SELECT name FROM mz_sources WHERE name = 'NAME_source';",
    'n2m apply FILE makes it again and copies every table.',
  ],
  'source-restored': [
    'The upstream database was restored from a backup or failed over: its history is another one.',
    STATUSES,
    'n2m repair NAME copies every table again.',
  ],
  'publication-missing': [
    'The publication was dropped upstream. Every table of the source is dead, also after the publication is made again.',
    'SELECT pubname FROM pg_publication;',
    'n2m repair NAME makes publication and source again.',
  ],
  'not-running': [
    'The source is stalled, paused or flaps. While it stands the slot keeps WAL.',
    `${STATUSES} The history tells what a flapping source hides: mz_internal.mz_source_status_history.`,
    'Mend what its error says; with replication factor 0 bring the cluster back with n2m apply FILE.',
  ],
  freshness: [
    'The newest data in Materialize is older than the limit: the cluster is too small for what is written.',
    'SELECT object_id, write_frontier FROM mz_internal.mz_frontiers;',
    'Raise materialize.cluster.steadySize and n2m apply FILE.',
  ],
  'cluster-utilization': [
    'The cluster runs towards the end of its memory or disk; beyond it its replica is restarted over and over.',
    'SELECT * FROM mz_internal.mz_cluster_replica_utilization;',
    'Raise materialize.cluster.steadySize and n2m apply FILE.',
  ],
  'cluster-oom': [
    'A replica ran out of memory and was restarted; it starts from where it was and may do so again.',
    'SELECT * FROM mz_internal.mz_cluster_replica_statuses;',
    'Raise materialize.cluster.steadySize and n2m apply FILE.',
  ],
  'table-error': [
    'One table is dead: truncated, dropped, a column dropped or changed, or its replica identity weakened. The others go on.',
    `${STATUSES} Reading the table may still answer with old rows.`,
    'n2m repair NAME drops that table in Materialize and copies it again.',
  ],
  'table-unpublished': [
    'A replicated table is not in the publication any more, or not upstream at all. What changes meanwhile is lost without a word; Materialize notices within 15 s, and then it is dead.',
    'SELECT * FROM pg_publication_tables;',
    'n2m repair NAME puts it back and copies it again; or take it out of the file and n2m apply FILE.',
  ],
  'table-identity': [
    'The replica identity is not FULL any more: the next UPDATE or DELETE kills the table in Materialize.',
    "SELECT relname, relreplident FROM pg_class WHERE relkind = 'r';",
    'ALTER TABLE … REPLICA IDENTITY FULL; at once. If the table died already: n2m repair NAME.',
  ],
  'source-unreachable': [
    'The worker could not read the source database. That says nothing about the pipeline itself; on Neon the check says since when the slot had no consumer, of the about 40 hours after which it is removed.',
    'n2m status NAME prints the error; n2m doctor checks references.',
    'Make the database reachable for the worker, mind its IP allow list, correct the reference.',
  ],
  'materialize-unreachable': [
    'The worker could not read Materialize. That says nothing about the pipeline itself; weekly upgrades drop connections for a moment.',
    'n2m status NAME prints the error; n2m doctor checks references.',
    'Make Materialize reachable for the worker, correct the reference.',
  ],
  'check-late': [
    'Checks that were due did not happen: no worker runs, or it is overloaded. A pause is no lateness.',
    'n2m list shows the last check of each pipeline; n2m doctor tells whether a worker polls.',
    'Start a worker; n2m status NAME looks at both sides meanwhile, as soon as one runs.',
  ],
};
