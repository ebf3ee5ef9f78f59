import type { Client } from 'pg';
import { hostileDefaults, HOSTILE_DEFAULTS } from '../../setup/hostile';
import { SUPERUSER } from '../../../local/postgres/data-folder';
import { quoteIdent } from '../../../src/core/sql/quote';

/**
 * Gives a database, its owner, and the owner in this database defaults that mean ill, and every table, also one made later, row
 * security that shows nobody anything. `client` is the superuser's session in it: whoever prepares and compares keeps the defaults
 * that it has now.
 */
export async function turnHostile(client: Client, owner: string, database: string): Promise<void> {
  const [role, base] = [quoteIdent(owner), quoteIdent(database)];
  await client.query('CREATE SCHEMA hostile');
  for (const [name] of HOSTILE_DEFAULTS)
    await client.query(`ALTER ROLE ${quoteIdent(SUPERUSER)} IN DATABASE ${base} SET ${name} FROM CURRENT`);
  for (const whose of [`DATABASE ${base}`, `ROLE ${role}`, `ROLE ${role} IN DATABASE ${base}`])
    for (const statement of hostileDefaults(whose)) await client.query(statement);
  const { rows } = await client.query<{ table: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS table FROM pg_tables WHERE schemaname = 'public'`,
  );
  for (const { table } of rows)
    await client.query(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY; ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
  await client.query(PROTECT_NEW_TABLES);
}

/** What a test makes later is protected as well, whoever makes it. */
const PROTECT_NEW_TABLES = `
  CREATE FUNCTION hostile.protect() RETURNS event_trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $body$
  DECLARE made record;
  BEGIN
    FOR made IN
      SELECT object_identity AS name FROM pg_event_trigger_ddl_commands()
      WHERE object_type = 'table' AND NOT in_extension AND schema_name NOT LIKE 'pg!_%' ESCAPE '!'
    LOOP
      EXECUTE 'ALTER TABLE ' || made.name || ' ENABLE ROW LEVEL SECURITY';
      EXECUTE 'ALTER TABLE ' || made.name || ' FORCE ROW LEVEL SECURITY';
    END LOOP;
  END $body$;
  GRANT USAGE ON SCHEMA hostile TO PUBLIC;
  CREATE EVENT TRIGGER hostile_protect ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION hostile.protect()`;
