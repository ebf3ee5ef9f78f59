import type { Entry } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const schemaWords: Record<string, Entry> = {
  'materialize-privileges': [
    'The user n2m connects as lacks privileges.',
    "SELECT has_system_privilege('CREATECLUSTER');",
    'Let an administrator run the GRANT.',
  ],
  'database-missing': ['The file names a database Materialize does not have.', 'SHOW DATABASES;', 'CREATE DATABASE …;'],
};
