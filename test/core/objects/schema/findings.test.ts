import { schemaFindings } from '../../../../src/core/objects/schema/findings';
import { testFindings } from '../../plan/finding-cases';

testFindings(schemaFindings, {
  raised: [
    [
      'materialize-privileges',
      'a missing privilege',
      { target: { missingPrivileges: ['CREATECLUSTER ON SYSTEM'] } },
      'blocking',
      'GRANT CREATECLUSTER ON SYSTEM TO "n2m@example.com";',
    ],
    [
      'database-missing',
      'a database that does not exist',
      { target: { databaseExists: false } },
      'blocking',
      'CREATE DATABASE "materialize";',
    ],
  ],
});
