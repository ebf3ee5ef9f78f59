import { SETTINGS, sessionLimits, type SettingsFound } from '../../../core/objects/role/limits';
import type { RoleFacts } from '../../../core/objects/role/facts';
import type { SqlClient } from '../../sql-client';

/** Everything a role is a member of, also through other roles. */
export const ABOVE = (role: string): string => `WITH RECURSIVE above AS (
  SELECT m.roleid FROM pg_catalog.pg_auth_members m JOIN pg_catalog.pg_roles r ON r.oid = m.member
  WHERE r.rolname = ${role}
  UNION
  SELECT m.roleid FROM pg_catalog.pg_auth_members m JOIN above ON above.roleid = m.member
)`;
export const MEMBER_OF = `ARRAY(SELECT g.rolname::text FROM above JOIN pg_catalog.pg_roles g ON g.oid = above.roleid ORDER BY 1)`;

/**
 * What was set for sessions of role `r` in this database, and what ours began with, which is the server's value where nobody
 * set another for our login: what a login begins with hides it. `$2`: names of settings.
 */
const SESSION = `pg_catalog.json_build_object(
    'defaults', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
                          'role', s.setrole <> 0, 'database', s.setdatabase <> 0, 'config', s.setconfig)), '[]')
                 FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.datname = pg_catalog.current_database()
                 WHERE s.setrole IN (0, r.oid) AND s.setdatabase IN (0, d.oid)),
    'ours', (SELECT coalesce(pg_catalog.json_object_agg(g.name, g.reset_val::float8), '{}') FROM pg_catalog.pg_settings g
             WHERE g.name = ANY ($2::text[])),
    'hidden', (SELECT coalesce(pg_catalog.json_agg(pg_catalog.split_part(c, '=', 1)), '[]')
               FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_roles me ON me.oid = s.setrole,
                    pg_catalog.unnest(s.setconfig) AS c
               WHERE me.rolname = session_user))`;

/** Attributes, settings, limits and memberships (also through other roles) of a role; null when there is no such role. */
export async function readRole(client: SqlClient, name: string): Promise<RoleFacts | null> {
  const [row] = await client.query<{
    login: boolean;
    superuser: boolean;
    replication: boolean;
    bypass_rls: boolean;
    config: string[];
    member_of: string[];
    comment: string | null;
    settings: SettingsFound;
  }>(
    `${ABOVE('$1')}
     SELECT r.rolcanlogin AS login, r.rolsuper AS superuser, r.rolreplication AS replication,
            r.rolbypassrls AS bypass_rls, coalesce(r.rolconfig, '{}') AS config,
            ${MEMBER_OF} AS member_of, ${SESSION} AS settings,
            pg_catalog.shobj_description(r.oid, 'pg_authid') AS comment
     FROM pg_catalog.pg_roles r WHERE r.rolname = $1`,
    [name, SETTINGS],
  );
  if (row === undefined) return null;
  const { login, superuser, replication, config, comment } = row;
  const limits = sessionLimits(row.settings);
  return {
    ...{ name, login, superuser, replication, bypassRls: row.bypass_rls, config, limits },
    ...{ memberOf: row.member_of, comment },
  };
}
