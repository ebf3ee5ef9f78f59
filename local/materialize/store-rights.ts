import { escapeIdentifier, type Pool } from 'pg';

/**
 * What clients' roles may do in the backing store itself: read everything (who may read what is decided in front, when
 * checks are on), except the values of secrets, and write nothing but ordinary tables.
 */
const READ_BY_ALL = `
  ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO PUBLIC;
  ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
  DO $$ DECLARE name text; BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)' LOOP
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO PUBLIC', name);
      EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO PUBLIC', name);
    END LOOP;
  END $$;
  REVOKE ALL ON mz_store.secrets FROM PUBLIC;
  REVOKE SELECT ON pg_catalog.pg_authid, pg_catalog.pg_subscription FROM PUBLIC;`;

/** Sets the rights of all roles there are; done at every start. */
export async function setStoreRights(store: Pool): Promise<void> {
  await store.query(READ_BY_ALL);
  const { rows } = await store.query<{ name: string }>(
    `SELECT r.name FROM mz_store.roles r JOIN pg_catalog.pg_roles p ON p.rolname = r.name WHERE p.rolsuper AND NOT r.superuser`,
  );
  for (const { name } of rows) await withoutSuperuser(store, name);
}

/** The catalog makes the store's roles as superusers; ordinary ones are not to stay that. */
export async function withoutSuperuser(store: Pool, role: string): Promise<void> {
  await store.query(`ALTER ROLE ${escapeIdentifier(role)} NOSUPERUSER`);
}

/** An ordinary table may be written by everybody the front lets through. */
export async function openTable(store: Pool, schema: string, table: string): Promise<void> {
  const name = `${escapeIdentifier(schema)}.${escapeIdentifier(table)}`;
  await store.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${name} TO PUBLIC`);
}
