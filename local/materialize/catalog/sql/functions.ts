/** Functions the views stand on, and those Materialize offers to its users. */

const letters = `CASE p WHEN 'INSERT' THEN 'a' WHEN 'SELECT' THEN 'r' WHEN 'UPDATE' THEN 'w' WHEN 'DELETE' THEN 'd'
  WHEN 'USAGE' THEN 'U' WHEN 'CREATE' THEN 'C' WHEN 'CREATEROLE' THEN 'R' WHEN 'CREATEDB' THEN 'B'
  WHEN 'CREATECLUSTER' THEN 'N' WHEN 'CREATENETWORKPOLICY' THEN 'P' END`;

/** Privileges an owner holds without a grant, in the order they are printed. */
const ownerPrivileges = `CASE kind WHEN 'table' THEN '{INSERT,SELECT,UPDATE,DELETE}' WHEN 'source' THEN '{SELECT}'
  WHEN 'view' THEN '{SELECT}' WHEN 'materialized-view' THEN '{SELECT}' WHEN 'secret' THEN '{USAGE}'
  WHEN 'connection' THEN '{USAGE}' WHEN 'index' THEN '{}' WHEN 'system' THEN '{}' ELSE '{USAGE,CREATE}' END::text[]`;

const internalFunctions: string[] = [
  `CREATE FUNCTION mz_store.owner_privileges(kind text) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$ SELECT ${ownerPrivileges} $$;`,
  `CREATE FUNCTION mz_store.acl(object_kind text, object_id text, owner text) RETURNS mz_catalog.mz_aclitem[] LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg((grantee || '=' || privs || '/' || grantor)::mz_catalog.mz_aclitem ORDER BY grantee), '{}') FROM (
      SELECT grantee, grantor, string_agg(${letters}, '' ORDER BY position('' || ${letters} IN 'arwdUCRBNP')) AS privs FROM (
        SELECT owner AS grantee, owner AS grantor, unnest(mz_store.owner_privileges(object_kind)) AS p
        UNION SELECT CASE grantee WHEN 'p' THEN '' ELSE grantee END, grantor, privilege FROM mz_store.grants
          WHERE kind = object_kind AND id = object_id) AS each_one
      GROUP BY grantee, grantor) AS grouped $$;`,
  `CREATE FUNCTION mz_store.quoted_if_needed(name text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN name ~ '^[a-z_][a-z0-9_$]*$' THEN name ELSE '"' || replace(name, '"', '""') || '"' END $$;`,
  // True from the commit of the snapshot on, as long as the table is as fresh as the statement; a dead table fails every
  // read of it. Materialize reads as of now, so that who reads a source that has fallen behind waits, unless it asked for
  // less (serializable). A source that runs is known to be fresh only once a second.
  `CREATE FUNCTION mz_store.readable(table_id text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
    DECLARE state mz_store.table_state; unreadable text;
    BEGIN
      SELECT * INTO state FROM mz_store.table_state t WHERE t.id = table_id;
      IF state.definite THEN RAISE EXCEPTION USING ERRCODE = 'XX000', MESSAGE = state.error; END IF;
      SELECT message INTO unreadable FROM mz_store.unreadable_rows u WHERE u.table_id = readable.table_id LIMIT 1;
      IF FOUND THEN RAISE EXCEPTION USING ERRCODE = 'XX000', MESSAGE = unreadable; END IF;
      RETURN coalesce(state.committed, false) AND (
        coalesce(current_setting('mz_store.isolation', true), '') = 'serializable'
        OR EXISTS (SELECT FROM mz_internal.mz_frontiers f WHERE f.object_id = table_id
             AND f.write_frontier::text::numeric >= extract(epoch FROM statement_timestamp()) * 1000 - 2000));
    END $$;`,
  // What a progress relation shows. Late-bound: the ingestion makes its own tables.
  `CREATE FUNCTION mz_store.progress_of(source text) RETURNS mz_catalog.uint8 LANGUAGE plpgsql STABLE AS $$
    BEGIN
      RETURN (SELECT (i.applied_lsn - '0/0'::pg_lsn)::mz_catalog.uint8 FROM mz_store.ingest_sources i WHERE i.source_id = source);
    END $$;`,
  // A statement's snapshot is older than the commit it waits for, so the rows are read by a statement of their own.
  `CREATE FUNCTION mz_store.late_rows(table_id text, columns text, relation text) RETURNS SETOF record LANGUAGE plpgsql VOLATILE AS $$
    BEGIN
      LOOP
        IF NOT EXISTS (SELECT FROM mz_store.table_state t WHERE t.id = table_id) THEN
          RAISE EXCEPTION USING ERRCODE = 'XX000',
            MESSAGE = format('query could not complete because relation "%s" was dropped', relation);
        END IF;
        EXIT WHEN mz_store.readable(table_id);
        PERFORM pg_sleep(0.05);
      END LOOP;
      RETURN QUERY EXECUTE format('SELECT %s FROM mz_store.%I', columns, table_id);
    END $$;`,
  `CREATE FUNCTION mz_store.has(role_name text, object_kind text, object_id text, wanted text) RETURNS boolean
    LANGUAGE plpgsql STABLE AS $$
    DECLARE r mz_store.roles; owner text; known boolean;
    BEGIN
      SELECT * INTO r FROM mz_store.roles WHERE name = role_name;
      IF r.id IS NULL THEN RAISE EXCEPTION USING ERRCODE = 'XX000', MESSAGE = format('role "%s" does not exist', role_name); END IF;
      IF r.superuser THEN RETURN true; END IF;
      owner := CASE object_kind WHEN 'system' THEN NULL
        WHEN 'database' THEN (SELECT owner_id FROM mz_store.databases WHERE id = object_id)
        WHEN 'schema' THEN (SELECT owner_id FROM mz_store.schemas WHERE id = object_id)
        WHEN 'cluster' THEN (SELECT owner_id FROM mz_store.clusters WHERE id = object_id)
        ELSE (SELECT owner_id FROM mz_store.items WHERE id = object_id) END;
      RETURN EXISTS (
        SELECT FROM unnest(string_to_array(upper(wanted), ',')) AS w(privilege)
        WHERE (owner = r.id AND trim(w.privilege) = ANY(mz_store.owner_privileges(object_kind)))
          OR EXISTS (SELECT FROM mz_store.grants g WHERE g.kind = object_kind AND g.id = object_id
            AND g.privilege = trim(w.privilege) AND g.grantee IN (r.id, 'p')));
    END $$;`,
  `CREATE FUNCTION mz_store.find(object_kind text, object_name text) RETURNS text LANGUAGE plpgsql STABLE AS $$
    DECLARE parts text[] := parse_ident(object_name); found text; n integer := cardinality(parts);
    BEGIN
      found := CASE object_kind
        WHEN 'cluster' THEN (SELECT id FROM mz_store.clusters WHERE name = object_name)
        WHEN 'database' THEN (SELECT id FROM mz_store.databases WHERE name = object_name)
        WHEN 'schema' THEN (SELECT s.id FROM mz_store.schemas s LEFT JOIN mz_store.databases d ON d.id = s.database_id
          WHERE s.name = parts[n] AND (s.database_id IS NULL OR d.name = coalesce(CASE n WHEN 2 THEN parts[1] END, current_database())))
        ELSE (SELECT i.id FROM mz_store.items i JOIN mz_store.schemas s ON s.id = i.schema_id
          WHERE i.name = parts[n] AND s.name = coalesce(CASE WHEN n > 1 THEN parts[n - 1] END, 'public')) END;
      IF found IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'XX000', MESSAGE = format('%s "%s" does not exist', object_kind, object_name);
      END IF;
      RETURN found;
    END $$;`,
];

const privilegeFunctions = ['database', 'schema', 'cluster', 'connection', 'secret', 'table'].flatMap((kind) => {
  const name = `mz_catalog.has_${kind}_privilege`;
  return [
    `CREATE FUNCTION ${name}(text, text) RETURNS boolean LANGUAGE sql STABLE STRICT AS $$
      SELECT mz_store.has(current_user::text, '${kind}', mz_store.find('${kind}', $1), $2) $$;`,
    `CREATE FUNCTION ${name}(text, text, text) RETURNS boolean LANGUAGE sql STABLE STRICT AS $$
      SELECT mz_store.has($1, '${kind}', mz_store.find('${kind}', $2), $3) $$;`,
  ];
});

const userFunctions: string[] = [
  ...privilegeFunctions,
  `CREATE FUNCTION mz_catalog.has_system_privilege(text) RETURNS boolean LANGUAGE sql STABLE STRICT AS $$
    SELECT mz_store.has(current_user::text, 'system', '', $1) $$;`,
  `CREATE FUNCTION mz_catalog.has_system_privilege(text, text) RETURNS boolean LANGUAGE sql STABLE STRICT AS $$
    SELECT mz_store.has($1, 'system', '', $2) $$;`,
  `CREATE FUNCTION mz_catalog.digest(text, text) RETURNS bytea LANGUAGE sql IMMUTABLE STRICT AS $$
    SELECT CASE $2 WHEN 'sha256' THEN sha256(convert_to($1, 'UTF8')) WHEN 'md5' THEN decode(md5($1), 'hex') END $$;`,
  `CREATE FUNCTION mz_catalog.mz_version() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT value FROM mz_store.meta WHERE name = 'version' $$;`,
  `CREATE FUNCTION mz_catalog.mz_version_num() RETURNS integer LANGUAGE sql STABLE AS $$
    SELECT value::integer FROM mz_store.meta WHERE name = 'version_num' $$;`,
  `CREATE FUNCTION mz_catalog.version() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT value FROM mz_store.meta WHERE name = 'postgres_version' $$;`,
  `CREATE FUNCTION mz_catalog.mz_is_superuser() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT superuser FROM mz_store.roles WHERE name = current_user), false) $$;`,
  `CREATE FUNCTION mz_catalog.mz_environment_id() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT value FROM mz_store.meta WHERE name = 'environment_id' $$;`,
  `CREATE FUNCTION mz_catalog.mz_uptime() RETURNS interval LANGUAGE sql STABLE AS $$
    SELECT clock_timestamp() - pg_postmaster_start_time() $$;`,
  `CREATE FUNCTION mz_catalog.mz_now() RETURNS mz_catalog.mz_timestamp LANGUAGE sql STABLE AS $$
    SELECT (extract(epoch FROM pg_catalog.now()) * 1000)::int8::mz_catalog.mz_timestamp $$;`,
  `CREATE FUNCTION mz_catalog.now() RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT date_trunc('milliseconds', pg_catalog.now()) $$;`,
];

/** Before the views. */
export const internalFunctionsSql = internalFunctions;
/** In any order after the tables. */
export const userFunctionsSql = userFunctions;
