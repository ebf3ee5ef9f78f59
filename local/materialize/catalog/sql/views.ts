/** Relations derived from `mz_store`; columns, types and order as recorded in test/transcripts/02-catalog.json. */

const view = (name: string, query: string): string => `CREATE VIEW ${name} AS ${query};`;

const acl = (kind: string, id: string, owner: string): string => `mz_store.acl(${kind}, ${id}, ${owner})`;

const items = (type: string): string => `FROM mz_store.items i WHERE i.type = '${type}'`;

const sql = 'i.create_sql, i.redacted_create_sql';

/** Latest event per source and replica, then by precedence; a stalled parent shows through its children. */
const sourceStatuses = `
  WITH latest_per_replica AS (
    SELECT DISTINCT ON (source_id, coalesce(replica_id, '<source>')) * FROM mz_internal.mz_source_status_history
    ORDER BY source_id, coalesce(replica_id, '<source>'), occurred_at DESC, ctid DESC
  ), latest AS (
    SELECT DISTINCT ON (source_id) * FROM latest_per_replica
    ORDER BY source_id, array_position(
      ARRAY['dropped', 'running', 'stalled', 'starting', 'paused', 'ceased'], status), replica_id IS NULL, occurred_at DESC
  ), relations AS (
    SELECT id, name, coalesce(subtype, 'table') AS type, CASE WHEN subtype = 'progress' THEN NULL ELSE source_id END AS parent
    FROM mz_store.items WHERE type = 'source' OR type = 'table' AND source_id IS NOT NULL
  )
  SELECT r.id, r.name, r.type,
    used.occurred_at AS last_status_change_at,
    CASE WHEN r.type = 'progress' THEN 'running' ELSE coalesce(used.status, 'created') END AS status,
    used.error, used.details
  FROM relations r
  LEFT JOIN latest own ON own.source_id = r.id
  LEFT JOIN latest parent ON parent.source_id = r.parent AND parent.status = 'stalled' AND own.source_id IS NOT NULL
  LEFT JOIN latest used ON used.source_id = CASE WHEN parent.source_id IS NULL THEN own.source_id ELSE parent.source_id END`;

const objects = `
  SELECT i.id, i.oid, i.schema_id, i.name, i.type, i.owner_id, i.cluster_id,
    CASE WHEN i.type = 'index' THEN NULL ELSE ${acl('i.type', 'i.id', 'i.owner_id')} END AS privileges
  FROM mz_store.items i`;

export const viewsSql: string[] = [
  view(
    'mz_catalog.mz_roles',
    `SELECT id, oid, name, true AS inherit, NULL::boolean AS rolcanlogin, superuser AS rolsuper
    FROM mz_store.roles`,
  ),
  view(
    'mz_catalog.mz_databases',
    `SELECT id, oid, name, owner_id, ${acl("'database'", 'id', 'owner_id')} AS privileges
    FROM mz_store.databases`,
  ),
  view(
    'mz_catalog.mz_schemas',
    `SELECT id, oid, database_id, name, owner_id, ${acl("'schema'", 'id', 'owner_id')} AS privileges
    FROM mz_store.schemas`,
  ),
  view(
    'mz_catalog.mz_clusters',
    `SELECT id, name, owner_id, ${acl("'cluster'", 'id', 'owner_id')} AS privileges, managed, size,
    replication_factor::mz_catalog.uint4 AS replication_factor, CASE WHEN managed THEN true END AS disk,
    CASE WHEN managed THEN '{}'::mz_catalog.list END AS availability_zones,
    CASE WHEN managed THEN false END AS introspection_debugging,
    CASE WHEN managed THEN interval '1 second' END AS introspection_interval FROM mz_store.clusters`,
  ),
  view(
    'mz_catalog.mz_cluster_replicas',
    `SELECT id, name, cluster_id, size, NULL::text AS availability_zone, owner_id, true AS disk
    FROM mz_store.replicas`,
  ),
  view('mz_internal.mz_pending_cluster_replicas', 'SELECT NULL::text AS id WHERE false'),
  view(
    'mz_internal.mz_cluster_replica_status_history',
    `SELECT r.id AS replica_id, 0::mz_catalog.uint8 AS process_id,
    'online'::text AS status, NULL::text AS reason,
    (r.created_at + (SELECT value FROM mz_store.meta WHERE name = 'replica_start_delay')::interval)::timestamptz(3) AS occurred_at
    FROM mz_store.replicas r
    WHERE r.created_at + (SELECT value FROM mz_store.meta WHERE name = 'replica_start_delay')::interval <= clock_timestamp()`,
  ),
  view(
    'mz_internal.mz_cluster_replica_statuses',
    `SELECT replica_id, process_id, status, reason, occurred_at AS updated_at
    FROM mz_internal.mz_cluster_replica_status_history`,
  ),
  view(
    'mz_internal.mz_cluster_replica_metrics',
    `SELECT replica_id, process_id, NULL::mz_catalog.uint8 AS cpu_nano_cores,
    NULL::mz_catalog.uint8 AS memory_bytes, NULL::mz_catalog.uint8 AS disk_bytes, NULL::mz_catalog.uint8 AS heap_bytes,
    NULL::mz_catalog.uint8 AS heap_limit FROM mz_internal.mz_cluster_replica_statuses`,
  ),
  view(
    'mz_internal.mz_cluster_replica_utilization',
    `SELECT replica_id, process_id, NULL::float8 AS cpu_percent,
    NULL::float8 AS memory_percent, NULL::float8 AS disk_percent, NULL::float8 AS heap_percent
    FROM mz_internal.mz_cluster_replica_statuses`,
  ),
  view(
    'mz_catalog.mz_cluster_replica_sizes',
    `SELECT size, ${['processes', 'workers', 'cpu_nano_cores', 'memory_bytes', 'disk_bytes']
      .map((name) => `${name}::mz_catalog.uint8 AS ${name}`)
      .join(', ')}, credits_per_hour FROM mz_store.cluster_sizes`,
  ),
  view(
    'mz_catalog.mz_sources',
    `SELECT i.id, i.oid, i.schema_id, i.name, i.subtype AS type, i.connection_id, NULL::text AS size,
    CASE WHEN i.subtype = 'progress' THEN NULL ELSE 'none' END AS envelope_type, NULL::text AS key_format,
    NULL::text AS value_format, i.cluster_id, i.owner_id, ${acl("'source'", 'i.id', 'i.owner_id')} AS privileges, ${sql}
    ${items('source')}`,
  ),
  view(
    'mz_catalog.mz_tables',
    `SELECT i.id, i.oid, i.schema_id, i.name, i.owner_id,
    ${acl("'table'", 'i.id', 'i.owner_id')} AS privileges, ${sql}, i.source_id ${items('table')}`,
  ),
  view(
    'mz_catalog.mz_secrets',
    `SELECT i.id, i.oid, i.schema_id, i.name, i.owner_id,
    ${acl("'secret'", 'i.id', 'i.owner_id')} AS privileges ${items('secret')}`,
  ),
  view(
    'mz_catalog.mz_connections',
    `SELECT i.id, i.oid, i.schema_id, i.name, i.subtype AS type, i.owner_id,
    ${acl("'connection'", 'i.id', 'i.owner_id')} AS privileges, ${sql} ${items('connection')}`,
  ),
  view(
    'mz_catalog.mz_views',
    `SELECT i.id, i.oid, i.schema_id, i.name, i.definition->>'query' AS definition, i.owner_id,
    ${acl("'view'", 'i.id', 'i.owner_id')} AS privileges, ${sql} ${items('view')}`,
  ),
  view(
    'mz_catalog.mz_materialized_views',
    `SELECT i.id, i.oid, i.schema_id, i.name, i.cluster_id,
    i.definition->>'query' AS definition, i.owner_id, ${acl("'materialized-view'", 'i.id', 'i.owner_id')} AS privileges, ${sql}
    ${items('materialized-view')}`,
  ),
  view(
    'mz_catalog.mz_indexes',
    `SELECT i.id, i.oid, i.name, i.definition->>'on' AS on_id, i.cluster_id, i.owner_id, ${sql}
    ${items('index')}`,
  ),
  view(
    'mz_catalog.mz_sinks',
    `SELECT i.id, i.oid, i.schema_id, i.name, i.subtype AS type, i.connection_id, NULL::text AS size,
    NULL::text AS envelope_type, NULL::text AS format, NULL::text AS key_format, NULL::text AS value_format, i.cluster_id,
    i.owner_id, ${sql} ${items('sink')}`,
  ),
  view('mz_catalog.mz_objects', objects),
  view(
    'mz_catalog.mz_columns',
    `SELECT id, name, position::mz_catalog.uint8 AS position, nullable, type, NULL::text AS "default",
    type_oid, type_mod FROM mz_store.columns`,
  ),
  view('mz_internal.mz_object_dependencies', 'SELECT object_id, referenced_object_id FROM mz_store.dependencies'),
  view(
    'mz_internal.mz_object_transitive_dependencies',
    `WITH RECURSIVE reach AS (
      SELECT object_id, referenced_object_id FROM mz_store.dependencies
      UNION SELECT reach.object_id, d.referenced_object_id FROM reach
        JOIN mz_store.dependencies d ON d.object_id = reach.referenced_object_id)
    SELECT object_id, referenced_object_id FROM reach`,
  ),
  view(
    'mz_internal.mz_comments',
    `SELECT id, object_type, object_sub_id, comment FROM mz_store.comments
    UNION ALL SELECT c.id, i.type, c.position, c.comment FROM mz_store.columns c JOIN mz_store.items i ON i.id = c.id
    WHERE c.id LIKE 's%' AND c.comment <> ''`,
  ),
  // Told otherwise by version: by-version.ts.
  view('mz_internal.mz_postgres_source_tables', 'SELECT id, schema_name, table_name FROM mz_store.ingested_tables'),
  view(
    'mz_internal.mz_cluster_schedules',
    `SELECT id AS cluster_id, schedule AS type, NULL::interval AS refresh_hydration_time_estimate FROM mz_store.clusters`,
  ),
  view(
    'mz_internal.mz_object_fully_qualified_names',
    `SELECT o.id, o.name, o.type AS object_type, o.schema_id,
    s.name AS schema_name, s.database_id, d.name AS database_name, o.cluster_id FROM mz_catalog.mz_objects o
    JOIN mz_store.schemas s ON s.id = o.schema_id LEFT JOIN mz_store.databases d ON d.id = s.database_id`,
  ),
  view('mz_internal.mz_source_statuses', sourceStatuses),
  view(
    'mz_internal.mz_hydration_statuses',
    `
    SELECT i.id AS object_id, s.replica_id, s.rehydration_latency IS NOT NULL AS hydrated
    FROM mz_store.items i LEFT JOIN mz_internal.mz_source_statistics s ON s.id = i.id
    WHERE i.type = 'source' AND i.subtype IN ('postgres', 'subsource')
    UNION ALL
    SELECT i.id, r.id, true FROM mz_store.items i JOIN mz_store.replicas r ON r.cluster_id = i.cluster_id
    WHERE i.type IN ('index', 'materialized-view')`,
  ),
  view(
    'mz_internal.mz_wallclock_global_lag',
    `SELECT f.object_id,
    CASE WHEN f.write_frontier::int8 > 0 THEN greatest(interval '0',
      date_trunc('second', clock_timestamp() - to_timestamp(f.write_frontier::int8 / 1000.0)) + interval '1 second') END AS lag
    FROM mz_internal.mz_frontiers f WHERE f.object_id NOT LIKE 's%'`,
  ),
];
