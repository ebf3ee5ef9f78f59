import type { Entry } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const publicationWords: Record<string, Entry> = {
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
    'Materialize needs insert, update, delete and truncate, or it shows wrong data. What was left out after a table was copied does not come by itself later.',
    'SELECT * FROM pg_publication;',
    "Before the copy: ALTER PUBLICATION … SET (publish = 'insert, update, delete, truncate');. After it: n2m repair NAME, which copies again.",
  ],
  'publication-narrowed': [
    'Row filters, column lists and publishing via the root make Materialize see less than the table.',
    'SELECT * FROM pg_publication_tables;',
    'Publish the whole table, or use another publication. Where the table was copied before: n2m repair NAME, which copies it again.',
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
};
