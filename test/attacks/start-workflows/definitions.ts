import type { Definition } from '../../../src/core/repair/types';
import type { Attacked } from './started';

/** As the catalog has one, of what nobody minds. */
export const view = (change: Partial<Definition>): Definition => ({
  id: 'u99',
  type: 'view',
  name: 'materialize.public.harmless',
  item: { database: 'materialize', schema: 'public', name: 'harmless' },
  sql: 'CREATE VIEW materialize.public.harmless AS SELECT 1',
  owner: null,
  grants: [],
  comments: [],
  ...change,
});

const CREATE = 'CREATE VIEW materialize.public.harmless AS SELECT 1';

/** Statements in the clothes of a definition. */
export const DISGUISED: Partial<Definition>[] = [
  { sql: 'DROP SCHEMA materialize.public CASCADE' },
  { sql: `${CREATE}; CREATE ROLE intruder` },
  { sql: `${CREATE} -- \n; CREATE ROLE intruder` },
  // Where a comment, an escape or dollars would hide from us where a text ends.
  { sql: `${CREATE} /* ' */; CREATE ROLE intruder; -- '` },
  { sql: `${CREATE} /* " */; CREATE ROLE intruder; -- "` },
  { sql: `${CREATE}, e'\\''; CREATE ROLE intruder; -- '` },
  { sql: `${CREATE}, $$'$$; CREATE ROLE intruder; -- '` },
  { sql: `${CREATE}, $a$'$a$; CREATE ROLE intruder; -- '` },
  { sql: 'CREATE ROLE intruder' },
  { sql: 'CREATE VIEW materialize.public.another AS SELECT 1' },
  { sql: 'ALTER SYSTEM SET enable_rbac_checks = false' },
  { grants: ['GRANT CREATEROLE ON SYSTEM TO "intruder"'] },
  { grants: ['GRANT SELECT ON TABLE "materialize"."public"."harmless" TO "x"; CREATE ROLE intruder'] },
  { comments: [`COMMENT ON VIEW "materialize"."public"."harmless" IS 'x'; CREATE ROLE intruder`] },
  { comments: [`COMMENT ON CLUSTER quickstart IS '{"managedBy":"n2m","pipeline":"shop"}'`] },
];

export const roles = async (attacked: Attacked): Promise<unknown[]> =>
  (await attacked.target(['SELECT name FROM mz_catalog.mz_roles'])).map(({ name }) => name);
