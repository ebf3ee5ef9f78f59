import { qualified, quoteLiteral } from './quote';
import type { TableName } from './upstream';

/**
 * Planning a statement runs immutable functions, also those that the owner of a table put into its indexes, checks, statistics
 * or partition key, and it runs them as whoever asks; so do policies, and a view in a table's place. Where that is somebody
 * who could not act as us anyway, such a table is held still and looked at before anything names it.
 */

/** In place of an SQLSTATE: a statement could run code of others as us, so it was not sent. */
export const FOREIGN_CODE = 'N2M02';

export const US = '(SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)';

/** Of `pg_class` c: its owner could act as us. */
export const OURS = `pg_catalog.pg_has_role(c.relowner, ${US}, 'MEMBER')`;

/** A function, operator or type that somebody made who could not act as us anyway, in what planning looks at of table c. */
export const FOREIGN = `
      SELECT FROM pg_catalog.pg_depend d
      WHERE ((d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
              AND d.objid IN (SELECT i.indexrelid FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid))
          -- The partition key; a type is a column's, of which nothing runs.
          OR (d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.oid
              AND d.refclassid <> 'pg_catalog.pg_type'::pg_catalog.regclass)
          OR (d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass
              AND d.objid IN (SELECT x.oid FROM pg_catalog.pg_attrdef x
                              JOIN pg_catalog.pg_attribute a ON a.attrelid = x.adrelid AND a.attnum = x.adnum
                              WHERE x.adrelid = c.oid AND coalesce(pg_catalog.to_jsonb(a) ->> 'attgenerated', '') <> ''))
          OR (d.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
              AND d.objid IN (SELECT k.oid FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'c'))
          OR (d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass
              AND d.objid IN (SELECT y.oid FROM pg_catalog.pg_policy y WHERE y.polrelid = c.oid))
          OR (d.classid = 'pg_catalog.pg_statistic_ext'::pg_catalog.regclass
              AND d.objid IN (SELECT s.oid FROM pg_catalog.pg_statistic_ext s WHERE s.stxrelid = c.oid)))
        AND d.refobjid >= 16384
        AND NOT pg_catalog.pg_has_role(
          CASE d.refclassid
            WHEN 'pg_catalog.pg_proc'::pg_catalog.regclass THEN (SELECT proowner FROM pg_catalog.pg_proc WHERE oid = d.refobjid)
            WHEN 'pg_catalog.pg_operator'::pg_catalog.regclass THEN (SELECT oprowner FROM pg_catalog.pg_operator WHERE oid = d.refobjid)
            WHEN 'pg_catalog.pg_type'::pg_catalog.regclass THEN (SELECT typowner FROM pg_catalog.pg_type WHERE oid = d.refobjid)
          END, ${US}, 'MEMBER')`;

/** How a table is read. */
export interface Held {
  /** Without what inherits from it. */
  only: boolean;
  /** It, or what inherits from it, has an owner who could not act as us. */
  foreign: boolean;
}

/** Below what makes the server end a vacuum for whoever waits for it. */
const LOCK_WAIT = '500ms';

/** With the oid of a table as `of`: whether it or a table that inherits from it has an owner who could not act as us. */
export const hasForeign = (of: string): string =>
  `EXISTS (${family(of)} SELECT FROM family f JOIN pg_catalog.pg_class c ON c.oid = f.oid WHERE NOT ${OURS})`;

const family = (of: string): string =>
  `WITH RECURSIVE family AS (SELECT ${of} AS oid
     UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits i JOIN family f ON f.oid = i.inhparent)`;

/**
 * For the beginning of a transaction, before its first snapshot: until it ends nobody puts code into the table, and there is
 * none. Fails with FOREIGN_CODE where there is, or where the name is no table any more. Policies make reading fail in place
 * of running.
 */
export function holdStill(table: TableName, { only, foreign }: Held): string {
  const name = qualified(table.schema, table.name);
  const locked = foreign
    ? `SET LOCAL lock_timeout = '${LOCK_WAIT}'; LOCK TABLE ${only ? 'ONLY ' : ''}${name} IN SHARE UPDATE EXCLUSIVE MODE`
    : `LOCK TABLE ONLY ${name} IN ACCESS SHARE MODE`;
  return `SET LOCAL row_security = off; ${locked}; DO ${quoteLiteral(looked(name, foreign))}`;
}

const looked = (name: string, foreign: boolean): string => `
BEGIN
  IF EXISTS (${family(`pg_catalog.to_regclass(${quoteLiteral(name)})::pg_catalog.oid`)}
             SELECT FROM family f LEFT JOIN pg_catalog.pg_class c ON c.oid = f.oid
             WHERE c.oid IS NULL OR c.relkind NOT IN ('r', 'p', 'f')
                OR (NOT ${OURS} AND ${foreign ? `EXISTS (${FOREIGN})` : 'true'})) THEN
    RAISE EXCEPTION USING ERRCODE = '${FOREIGN_CODE}', MESSAGE = 'reading it could run code of its owner, who is somebody else';
  END IF;
  -- Servers that know it refuse a view that took the name since.
  IF pg_catalog.current_setting('restrict_nonsystem_relation_kind', true) IS NOT NULL THEN
    PERFORM pg_catalog.set_config('restrict_nonsystem_relation_kind', 'view', true);
  END IF;
END`;
