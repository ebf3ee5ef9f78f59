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
    'Only ordinary tables and partitions replicate, no unlogged, temporary or foreign ones, no views, and nothing of the system.',
    PLAN,
    'Name the partitions, or leave it out.',
  ],
  'excluded-tables': [
    'Tables that schemas or all select and source.exclude leaves out.',
    PLAN,
    'Nothing, if they are the ones you mean.',
  ],
  'unmatched-pattern': [
    'A schema or a pattern of the file matches nothing: a slip of the pen, or a table that is still to come. What an exclude was to keep out may be replicated.',
    'SELECT schemaname, tablename FROM pg_tables;',
    'Correct it. A pattern matches tables with rows of their own: partitions, not their parent.',
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
  'inherited-table': [
    'Other tables inherit from it. A copy reads their rows, too; the changes that follow are its own only, so deleted rows of heirs would stay for ever. The rows of a hypertable are all in its chunks.',
    'SELECT inhparent::regclass, inhrelid::regclass FROM pg_inherits;',
    'Name the heirs instead. A hypertable cannot be replicated.',
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
