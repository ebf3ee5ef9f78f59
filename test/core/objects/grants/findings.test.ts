import { grantsFindings } from '../../../../src/core/objects/grants/findings';
import { testFindings, role, orders } from '../../plan/finding-cases';

testFindings(grantsFindings, {
  raised: [
    [
      'schema-usage',
      'a schema of somebody else',
      { source: orders({ schemaGrantable: false }) },
      'blocking',
      'GRANT USAGE ON SCHEMA "public" TO "materialize"; -- by the owner of the schema',
    ],
    [
      'table-privileges',
      'a table of somebody else',
      { source: { ...orders({ ownedByUs: false, owner: 'boss' }), role: { ...role, memberOf: [] } } },
      'blocking',
      'GRANT USAGE ON SCHEMA "public" TO "materialize";\nGRANT SELECT ON "public"."orders" TO "materialize";',
    ],
  ],

  silent: [
    ['schema-usage', 'a schema that the login may let in', { source: orders({ schemaGrantable: true }) }],
    ['schema-usage', 'a schema for everybody', { source: orders({ schemaGrantable: false, schemaOpen: true }) }],
    [
      'schema-usage',
      'a schema the role may use',
      { source: { role: { ...role, memberOf: [] }, ...orders({ schemaGrantable: false, schemaUsable: true }) } },
    ],
  ],
});
