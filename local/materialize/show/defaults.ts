/** A setting's default, as recorded in test/transcripts/01-session.json where it was asked for. */
interface Definition {
  value: string;
  kind: 'text' | 'boolean' | 'duration' | 'number';
  /** `session`: SET changes it; `system`: only ALTER SYSTEM; `fixed`: nothing does; `single`: SET takes the one value it has. */
  scope: 'session' | 'system' | 'fixed' | 'single';
  /** Unknown to everybody but mz_system. */
  internal?: boolean;
}

const session = (value: string, kind: Definition['kind'] = 'text'): Definition => ({ value, kind, scope: 'session' });
const system = (value: string, kind: Definition['kind'] = 'number'): Definition => ({ value, kind, scope: 'system' });
const flag = (value: string, internal: boolean): Definition => ({ value, kind: 'boolean', scope: 'system', internal });
const fixed = (value: string): Definition => ({ value, kind: 'text', scope: 'fixed' });
const single = (value: string): Definition => ({ value, kind: 'text', scope: 'single' });

/** Every setting known here, in the spelling in which it is reported. */
export const definitions: Readonly<Record<string, Definition>> = {
  application_name: session(''),
  auto_route_catalog_queries: session('on', 'boolean'),
  client_encoding: single('UTF8'),
  client_min_messages: session('notice'),
  cluster: session('quickstart'),
  cluster_replica: session(''),
  current_object_missing_warnings: session('on', 'boolean'),
  database: session('materialize'),
  DateStyle: single('ISO, MDY'),
  emit_introspection_query_notice: session('on', 'boolean'),
  emit_timestamp_notice: session('off', 'boolean'),
  emit_trace_id_notice: session('off', 'boolean'),
  enable_session_rbac_checks: session('off', 'boolean'),
  extra_float_digits: session('3', 'number'),
  idle_in_transaction_session_timeout: session('2 min', 'duration'),
  IntervalStyle: single('postgres'),
  max_query_result_size: session('1GB'),
  real_time_recency: session('off', 'boolean'),
  search_path: session('public'),
  sql_safe_updates: session('off', 'boolean'),
  statement_timeout: session('1 min', 'duration'),
  TimeZone: session('UTC'),
  transaction_isolation: session('strict serializable'),
  welcome_message: session('on', 'boolean'),

  integer_datetimes: single('on'),
  is_superuser: fixed('off'),
  max_identifier_length: fixed('255'),
  mz_version: fixed(''),
  server_version: fixed('9.5.0'),
  server_version_num: fixed('90500'),
  standard_conforming_strings: single('on'),

  allowed_cluster_replica_sizes: system('', 'text'),
  default_cluster_replication_factor: system('1'),
  enable_rbac_checks: flag('off', false),
  force_source_table_syntax: flag('off', false),
  max_aws_privatelink_connections: system('0'),
  max_clusters: system('25'),
  max_connections: system('5000'),
  max_credit_consumption_rate: system('1024'),
  max_databases: system('1000'),
  max_kafka_connections: system('1000'),
  max_materialized_views: system('500'),
  max_mysql_connections: system('1000'),
  max_objects_per_schema: system('1000'),
  max_postgres_connections: system('1000'),
  max_replicas_per_cluster: system('5'),
  max_result_size: system('1GB', 'text'),
  max_roles: system('1000'),
  max_schemas_per_database: system('1000'),
  max_secrets: system('100'),
  max_sinks: system('1000'),
  max_sources: system('200'),
  max_tables: system('200'),

  enable_create_table_from_source: flag('off', true),
  enable_zero_downtime_cluster_reconfiguration: flag('off', true),
};

/** Told to the client at its login and when they change. */
export const reported = [
  'application_name',
  'client_encoding',
  'cluster',
  'DateStyle',
  'database',
  'integer_datetimes',
  'IntervalStyle',
  'is_superuser',
  'mz_version',
  'search_path',
  'server_version',
  'standard_conforming_strings',
  'TimeZone',
  'welcome_message',
];
