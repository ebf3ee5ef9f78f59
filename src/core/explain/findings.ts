import type { Entry } from './types';

const PLAN = 'n2m plan FILE names the object.';

/** One entry per finding of a plan. */
export const findingEntries: Record<string, Entry> = {
  'server-version': ['The server is too old, or old enough to copy slowly.', 'SHOW server_version;', 'Upgrade it.'],
  'wal-level': [
    'Logical replication needs wal_level = logical.',
    'SHOW wal_level;',
    'Neon: the run enables it after approval, for the whole project, for good, with a restart of every compute. RDS and Aurora: rds.logical_replication = 1 in the parameter group. Cloud SQL: the flag cloudsql.logical_decoding. Azure: the server parameter wal_level. Supabase has it. Elsewhere: set it and restart.',
  ],
  'unknown-host': [
    'Materialize logs in with a password wherever it is told to. A file alone cannot say where: the host is the one of the connection URL, or one that the worker’s owner listed.',
    PLAN,
    'List host:port in N2M_REACHABLE_ALLOW of the worker and restart it, or take reachableAt out of the file.',
  ],
  'pooled-host': ['A connection pooler cannot carry replication.', PLAN, 'Use the direct host, without -pooler.'],
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
  'upstream-moved': [
    'The file leads to another server, database or Neon branch than the source reads: its slot is not there, and its history does not go on there.',
    'SELECT slot_name FROM pg_replication_slots; on both servers.',
    'Let apply copy everything again, or put the old address back into the file. See that the old slot is gone: it holds WAL.',
  ],
  'read-only-login': [
    'The login’s server or sessions take no changes, and there is something to set up.',
    'SELECT pg_is_in_recovery(); SHOW default_transaction_read_only;',
    'Name the primary, or a login that may write.',
  ],
  'role-missing': [
    'The file says the role is given, and it does not exist.',
    'SELECT rolname FROM pg_roles;',
    'Create it, or let the run do so.',
  ],
  'role-creation': [
    'The connected role may not make a role that replicates.',
    'SELECT rolname, rolcreaterole, rolreplication FROM pg_roles;',
    'Give it the attributes, use role: {via: api} on Neon, or name a role that exists. On RDS, Cloud SQL and Azure: a login of their administrators.',
  ],
  'role-attributes': [
    'The role cannot log in or lacks REPLICATION; attributes are not inherited. On RDS membership in rds_replication stands for it.',
    'SELECT rolname, rolcanlogin, rolreplication FROM pg_roles;',
    'ALTER ROLE … LOGIN REPLICATION;, on RDS GRANT rds_replication TO …;',
  ],
  'schema-usage': [
    'The replication role may not use a schema, and the connected role may not let it. Postgres only warns of such a GRANT (01007) and does nothing.',
    "SELECT has_schema_privilege('role', 'schema', 'USAGE');",
    'Let the owner of the schema run the GRANT.',
  ],
  'admin-role': [
    'Roles made through Neon’s API are members of neon_superuser: they may read and write everything.',
    'SELECT * FROM pg_roles;',
    'role: {via: sql} from Postgres 16 on makes one with only what it needs.',
  ],
  'claimed-publication': [
    'Only publications of the login itself count as n2m’s records. Either the login changed since the pipeline was set up, or somebody wrote the mark into a comment of their own.',
    "SELECT pubname, pg_get_userbyid(pubowner), obj_description(oid, 'pg_publication') FROM pg_publication;",
    'Where the login changed: ALTER PUBLICATION … OWNER TO the new one, after reading what the comment records. Else take the comment away.',
  ],
  'publication-creation': [
    'A publication needs CREATE on the database.',
    "SELECT has_database_privilege(current_database(), 'CREATE');",
    'GRANT CREATE ON DATABASE … TO …;',
  ],
  'publication-membership': [
    'The publication lacks tables of the file.',
    'SELECT * FROM pg_publication_tables;',
    'The run adds them to its own publication; to others’ add them yourself.',
  ],
  'publication-operations': [
    'Materialize needs insert, update, delete and truncate, or it shows wrong data.',
    'SELECT * FROM pg_publication;',
    "ALTER PUBLICATION … SET (publish = 'insert, update, delete, truncate');",
  ],
  'publication-narrowed': [
    'Row filters, column lists and publishing via the root make Materialize see less than the table.',
    'SELECT * FROM pg_publication_tables;',
    'Publish the whole table, or use another publication.',
  ],
  'publication-extra-tables': [
    'Tables that are published and not replicated are decoded, sent and thrown away.',
    'SELECT * FROM pg_publication_tables;',
    'ALTER PUBLICATION … DROP TABLE …;',
  ],
  'publication-all-tables': [
    'Every new table is published at once, and without a primary key nobody can update it.',
    'SELECT puballtables FROM pg_publication;',
    'Publish tables by name.',
  ],
  'open-transactions': [
    'A slot is made only when every transaction that was writing then has ended; prepared ones count, too.',
    'SELECT pid, xact_start FROM pg_stat_activity WHERE backend_xid IS NOT NULL; SELECT * FROM pg_prepared_xacts;',
    'End them, or start when they are over: the run waits and names them.',
  ],
  'idle-in-transaction': [
    'One session of the copy sits idle in its transaction; a timeout ends it and the copy starts over.',
    'SHOW idle_in_transaction_session_timeout;',
    'ALTER ROLE … SET idle_in_transaction_session_timeout = 0;',
  ],
  'tls-unverified': [
    'Without verification anybody on the way may pose as the server and read the password.',
    'source.tls in the file.',
    'source.tls: {mode: verify-full}, with ca where it is not a public authority.',
  ],
  'public-connections-blocked': [
    'The Neon project refuses connections over the internet, whatever its allow list says.',
    'Project settings, Networking.',
    'Allow public connections or use private networking.',
  ],
  'ip-allow-unknown': [
    'The allow list is in use and Materialize does not tell its addresses, so none can be added.',
    'SELECT * FROM mz_egress_ips;',
    'Add them by hand.',
  ],
  'slot-life': [
    'Neon drops a slot that acknowledged nothing for about 40 hours, and a copy acknowledges nothing.',
    'n2m plan FILE estimates the copy.',
    'A larger snapshotSize, or the tables in several steps.',
  ],
  'compute-stays-awake': [
    'A subscriber keeps Neon’s compute awake: no scale to zero.',
    'The project’s billing page.',
    'Nothing, if that is wanted.',
  ],
  'no-tables': ['The file selects nothing.', PLAN, 'Name tables, or schemas that have some.'],
  'missing-table': [
    'A table of the file does not exist upstream.',
    'SELECT schemaname, tablename, tableowner FROM pg_tables;',
    'Correct its name; quote mixed case.',
  ],
  'not-a-table': [
    'Only ordinary tables and partitions replicate, no unlogged, temporary or foreign ones, no views, and nothing of the system.',
    PLAN,
    'Name the partitions, or leave it out.',
  ],
  'generated-columns': [
    'Materialize takes no generated column. Stored ones are published from Postgres 18 on, because updates of a table with replica identity full would be refused without; virtual ones cannot be published at all, so such a table cannot be replicated.',
    "SELECT attrelid::regclass, attname, attgenerated FROM pg_attribute WHERE attgenerated <> '';",
    'Compute stored ones in a view over the table: the plan has their expressions. Make virtual ones STORED, or leave the table out.',
  ],
  'other-publication-columns': [
    'Another publication lists columns of the table or leaves its generated ones out. Together with replica identity full, which Materialize needs, Postgres then refuses every update and delete (42P10).',
    'SELECT p.pubname, r.prrelid::regclass, r.prattrs FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid;',
    'Its owner publishes whole rows, or the table is left out.',
  ],
  'inherited-table': [
    'Other tables inherit from it. A copy reads their rows, too; the changes that follow are its own only, so deleted rows of heirs would stay for ever. The rows of a hypertable are all in its chunks.',
    'SELECT inhparent::regclass, inhrelid::regclass FROM pg_inherits;',
    'Name the heirs instead. A hypertable cannot be replicated.',
  ],
  'identity-full-cost': [
    'With replica identity full each update and delete logs the whole old row, what is stored out of line included. The estimate is width times rate, from the statistics of the server.',
    'SELECT relname, n_tup_upd, n_tup_del FROM pg_stat_user_tables;',
    'See that disk, archive and standbys carry it; keep wide columns that Materialize does not need in a table of their own.',
  ],
  'duplicate-target': [
    'Two tables would get one name in Materialize.',
    PLAN,
    'Give one an alias: - b.orders as b_orders.',
  ],
  'unsupported-type': [
    'Materialize cannot take the column’s type, or only as text.',
    PLAN,
    'source.textColumns or source.excludeColumns.',
  ],
  'unknown-column': ['textColumns or excludeColumns names what is not there.', PLAN, 'Correct or remove it.'],
  'text-columns-changed': [
    'An adopted table keeps the columns it was copied with; n2m drops and copies again only its own.',
    PLAN,
    'Drop the table in Materialize by hand, apply: it alone is copied again.',
  ],
  'table-owner': [
    'Replica identity and publication are the owner’s to change.',
    'SELECT schemaname, tablename, tableowner FROM pg_tables;',
    'GRANT owner TO the connected role;, or connect as the owner.',
  ],
  'table-privileges': [
    'The replication role may not read the table, and the connected role may not grant it.',
    "SELECT has_table_privilege('role', 'schema.table', 'SELECT');",
    'Let the owner run the GRANT.',
  ],
  'replica-identity': [
    'Materialize needs the old row of every change.',
    "SELECT relname, relreplident FROM pg_class WHERE relkind = 'r';",
    'The run sets it, before it publishes: the other order breaks updates of tables without a key.',
  ],
  'published-without-identity': [
    'Updates and deletes of this table fail right now with 55000.',
    'SELECT * FROM pg_publication_tables;',
    'ALTER TABLE … REPLICA IDENTITY FULL; at once.',
  ],
  'row-security': [
    'Policies hide rows from the role, and Materialize refuses to copy part of a table.',
    'SELECT * FROM pg_policies;',
    'ALTER ROLE … BYPASSRLS;',
  ],
  'stale-statistics': [
    'Without statistics a table is copied by one worker and shows no percentage.',
    "SELECT relname, reltuples FROM pg_class WHERE relkind = 'r';",
    'ANALYZE the table.',
  ],
  'table-size': ['How much the first copy reads.', PLAN, 'Choose snapshotSize by the estimates.'],
  'table-has-dependents': [
    'A table left the file, but something in Materialize reads from it.',
    PLAN,
    'Drop what reads from it, or keep the table.',
  ],
  'table-named-differently': [
    'The table is there under another name than the file’s; it keeps its name.',
    PLAN,
    'Rename it in Materialize, or correct the alias.',
  ],
  'table-dead': ['The table has a permanent error.', 'n2m status NAME', 'n2m repair NAME'],
  'materialize-version': ['Older than any release n2m was tried with.', 'SELECT mz_version();', 'Upgrade.'],
  'exclude-columns': [
    'This release cannot leave columns out.',
    'SELECT mz_version();',
    'Upgrade, or leave the table out.',
  ],
  'materialize-privileges': [
    'The user n2m connects as lacks privileges.',
    "SELECT has_system_privilege('CREATECLUSTER');",
    'Let an administrator run the GRANT.',
  ],
  'database-missing': ['The file names a database Materialize does not have.', 'SHOW DATABASES;', 'CREATE DATABASE …;'],
  'unknown-size': ['The region has no such size.', 'SELECT size FROM mz_cluster_replica_sizes;', 'Use one it has.'],
  'renamed-object': [
    'Another version of the file gave one of the pipeline’s objects another name: the one it made is still there.',
    PLAN,
    'The old name; or n2m destroy NAME before the new one.',
  ],
  'limit-reached': ['A limit of the region would be exceeded.', 'SHOW max_sources; SHOW max_tables;', 'Ask for more.'],
  'name-clash': ['Something else has that name in the target schema.', 'SHOW OBJECTS;', 'An alias, or another schema.'],
  'syntax-refused': ['This region takes source tables only.', 'SHOW force_source_table_syntax;', 'syntax: auto'],
  'shared-cluster': [
    'Others run on the same cluster: they compete for memory and restart with every resize.',
    PLAN,
    'A cluster of its own.',
  ],
  'cluster-reconfiguring': [
    'A resize is under way.',
    'SELECT * FROM mz_internal.mz_pending_cluster_replicas;',
    'Nothing: the run waits.',
  ],
  'source-stalled': ['The source reports an error.', 'n2m status NAME', 'Mend what it says.'],
  'adopted-extra-tables': ['An adopted source has more tables than the file.', PLAN, 'Nothing: they are left alone.'],
};
