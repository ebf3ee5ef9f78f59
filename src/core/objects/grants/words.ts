import type { Entry } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const grantsWords: Record<string, Entry> = {
  'schema-usage': [
    'The replication role may not use a schema, and the connected role may not let it. Postgres only warns of such a GRANT (01007) and does nothing.',
    "SELECT has_schema_privilege('role', 'schema', 'USAGE');",
    'Let the owner of the schema run the GRANT.',
  ],
  'table-privileges': [
    'The replication role may not read the table, and the connected role may not grant it.',
    "SELECT has_table_privilege('role', 'schema.table', 'SELECT');",
    'Let the owner run the GRANT.',
  ],
};
