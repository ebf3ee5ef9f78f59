import { type Entry, PLAN } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const tablesWords: Record<string, Entry> = {
  'no-tables': ['The file selects nothing.', PLAN, 'Name tables, or schemas that have some.'],
  'missing-table': [
    'A table of the file does not exist upstream.',
    'SELECT schemaname, tablename, tableowner FROM pg_tables;',
    'Correct its name; quote mixed case. If it was dropped, as a partition under retention, take it out of source.tables: apply then drops it in Materialize, too.',
  ],
  'not-a-table': [
    'Only tables replicate, and from PostgreSQL 13 on partitioned ones: no unlogged, temporary or foreign ones, no views, and nothing of the system.',
    PLAN,
    'Leave it out; on PostgreSQL 12 and before name the partitions.',
  ],
  'excluded-tables': [
    'Tables that schemas or all select and source.exclude leaves out.',
    PLAN,
    'Nothing, if they are the ones you mean.',
  ],
  'unmatched-pattern': [
    'A schema or a pattern of the file matches nothing: a slip of the pen, or a table that is still to come. What an exclude was to keep out may be replicated.',
    'SELECT schemaname, tablename FROM pg_tables;',
    'Correct it. Where a pattern keeps a partition out, the others are taken one by one.',
  ],
  'duplicate-target': [
    'Tables of several schemas would get one name in Materialize.',
    PLAN,
    'source.targetName: "{schema}_{table}" for all of them, or an alias for one. Tables that are there keep their names.',
  ],
  'target-too-long': [
    'The name that targetName makes of a table does not fit Materialize.',
    PLAN,
    'A shorter targetName, or an alias.',
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
  'columns-added': [
    'A copy keeps the columns it was made with: one that was added upstream since is not in Materialize, and no status says so.',
    'SHOW COLUMNS FROM the table, on both sides.',
    'n2m apply copies the table again beside the one there and lets the copy take its place; a source with subsources drops the table first. Or name the column in source.excludeColumns.',
  ],
  'columns-gone': [
    'A column that the copy has was dropped or renamed upstream. Materialize ends the table with an error within seconds.',
    'SHOW COLUMNS FROM the table, on both sides.',
    'n2m repair NAME copies the table again. Next time name the column in source.excludeColumns and apply, then drop it: no error comes.',
  ],
  'inherited-table': [
    'Other tables inherit from it. A copy reads their rows, too; the changes that follow are its own only, so deleted rows of heirs would stay for ever. The rows of a hypertable are all in its chunks.',
    'SELECT inhparent::regclass, inhrelid::regclass FROM pg_inherits;',
    'Name the heirs instead. A hypertable cannot be replicated.',
  ],
  'partition-unsent': [
    'A partition is a foreign table or unlogged: the first copy has its rows, and no publication sends what happens to them.',
    'SELECT relname, relkind, relpersistence FROM pg_class WHERE relispartition;',
    'Name the other partitions in source.tables in place of what they are partitions of, or ALTER TABLE … SET LOGGED.',
  ],
  'partition-of-selected': [
    'A partition and the table it is of are selected together. Postgres sends a change under one name: the partitioned table’s.',
    'SELECT inhparent::regclass, inhrelid::regclass FROM pg_inherits;',
    'Take the partition out; or name partitions only. Partitions of other tables may be named beside it.',
  ],
  'partitions-regrouped': [
    'The file selects partitions in place of the table they are of. From the moment they are published nothing comes under the name of the old table any more.',
    PLAN,
    'Let readers wait until the run is through: the old table is dropped in Materialize, the new ones are copied.',
  ],
  'partition-changes': [
    'A partitioned table is replicated as one, through its root. Rows that are inserted, updated and deleted come, in new partitions too. Nothing is sent for DROP, DETACH, TRUNCATE or ATTACH of a partition with rows.',
    "SELECT * FROM pg_partition_tree('public.events');",
    'For retention DELETE FROM the partition, then DROP it: that is safe. Create or attach partitions empty, with REPLICA IDENTITY FULL. What was dropped or attached with rows is right again after the table is copied anew.',
  ],
  'partitions-apart': [
    'The pipeline has partitions as tables of their own, from before it took partitioned tables as one, and keeps them so.',
    PLAN,
    'To have them as one: name the partitioned table in source.tables; its partitions are dropped in Materialize and all rows copied again.',
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
  'name-refused': [
    'The name of the table or its schema is only dots, which Materialize takes for no identifier.',
    PLAN,
    'Another name upstream; or leave the table out.',
  ],
  'name-clash': ['Something else has that name in the target schema.', 'SHOW OBJECTS;', 'An alias, or another schema.'],
};
