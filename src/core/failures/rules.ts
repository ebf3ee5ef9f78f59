import type { FailureType, System } from './types';

/** What a code or a text means. `hint` replaces the server's own where ours says more. */
export interface Rule {
  type: FailureType;
  retryable: boolean;
  hint: string | null;
}

export interface SqlstateRule extends Rule {
  /** Five characters, or two for a whole class. */
  code: string;
  /** Null: for every system. */
  system: System | null;
}

const rule = (
  code: string,
  type: FailureType,
  retryable: boolean,
  hint: string | null = null,
  system: System | null = null,
): SqlstateRule => ({ code, type, retryable, hint, system });

export const SQLSTATE = {
  FEATURE_NOT_SUPPORTED: '0A000',
  ACTIVE_TRANSACTION: '25001',
  IDLE_IN_TRANSACTION_TIMEOUT: '25P03',
  INVALID_AUTHORIZATION: '28000',
  INVALID_PASSWORD: '28P01',
  UNKNOWN_DATABASE: '3D000',
  UNKNOWN_SCHEMA: '3F000',
  SERIALIZATION_FAILURE: '40001',
  DEADLOCK: '40P01',
  INSUFFICIENT_PRIVILEGE: '42501',
  SYNTAX_ERROR: '42601',
  UNDEFINED_OBJECT: '42704',
  DUPLICATE_OBJECT: '42710',
  UNDEFINED_TABLE: '42P01',
  DUPLICATE_TABLE: '42P07',
  INSUFFICIENT_RESOURCES: '53000',
  DISK_FULL: '53100',
  OUT_OF_MEMORY: '53200',
  TOO_MANY_CONNECTIONS: '53300',
  CONFIGURATION_LIMIT: '53400',
  NOT_IN_PREREQUISITE_STATE: '55000',
  OBJECT_IN_USE: '55006',
  FEATURE_DISABLED: '55P02',
  LOCK_NOT_AVAILABLE: '55P03',
  QUERY_CANCELED: '57014',
  ADMIN_SHUTDOWN: '57P01',
  CRASH_SHUTDOWN: '57P02',
  CANNOT_CONNECT_NOW: '57P03',
  /** Materialize: upstream validation of CREATE, ALTER and VALIDATE CONNECTION failed. */
  SYSTEM_ERROR: '58000',
  /** Materialize: nearly every plan and catalog error. */
  INTERNAL_ERROR: 'XX000',
  /** Materialize: user sessions disallowed, network policy. */
  SESSIONS_DISALLOWED: 'MZ010',
  NETWORK_POLICY_DENIED: 'MZ011',
} as const;

/** Codes that tell by themselves. A rule of one system goes before a general one, a class comes last. */
export const SQLSTATE_RULES: readonly SqlstateRule[] = [
  rule(
    SQLSTATE.INVALID_PASSWORD,
    'AuthenticationFailed',
    false,
    'check user and password of the reference in the file',
  ),
  rule(SQLSTATE.INVALID_AUTHORIZATION, 'AuthenticationFailed', false),
  rule(SQLSTATE.INSUFFICIENT_PRIVILEGE, 'PermissionDenied', false),
  rule(SQLSTATE.SESSIONS_DISALLOWED, 'PermissionDenied', false),
  rule(SQLSTATE.NETWORK_POLICY_DENIED, 'PermissionDenied', false, 'allow the worker in the network policy'),
  rule(SQLSTATE.UNKNOWN_DATABASE, 'NotFound', false),
  rule(SQLSTATE.UNKNOWN_SCHEMA, 'NotFound', false),
  rule(SQLSTATE.UNDEFINED_TABLE, 'NotFound', false),
  rule(SQLSTATE.UNDEFINED_OBJECT, 'NotFound', false),
  // It appeared between our look and our statement: the next attempt looks again and keeps or refuses it.
  rule(SQLSTATE.DUPLICATE_OBJECT, 'Conflict', true),
  rule(SQLSTATE.DUPLICATE_TABLE, 'Conflict', true),
  rule(SQLSTATE.TOO_MANY_CONNECTIONS, 'ServerBusy', true),
  rule(SQLSTATE.OUT_OF_MEMORY, 'ServerBusy', true),
  rule(SQLSTATE.SERIALIZATION_FAILURE, 'ServerBusy', true),
  rule(SQLSTATE.DEADLOCK, 'ServerBusy', true),
  rule(SQLSTATE.OBJECT_IN_USE, 'ServerBusy', true),
  rule(
    SQLSTATE.LOCK_NOT_AVAILABLE,
    'ServerBusy',
    true,
    'another session holds a lock on the table: SELECT * FROM pg_stat_activity WHERE wait_event_type = $$Lock$$',
  ),
  rule(
    SQLSTATE.INSUFFICIENT_RESOURCES,
    'LimitReached',
    false,
    'drop something or have the limit raised',
    'materialize',
  ),
  rule(SQLSTATE.INSUFFICIENT_RESOURCES, 'ServerBusy', true),
  rule(SQLSTATE.DISK_FULL, 'LimitReached', false),
  rule(SQLSTATE.CONFIGURATION_LIMIT, 'LimitReached', false),
  rule(SQLSTATE.NOT_IN_PREREQUISITE_STATE, 'PreconditionFailed', false),
  rule(SQLSTATE.QUERY_CANCELED, 'Timeout', true),
  rule(SQLSTATE.IDLE_IN_TRANSACTION_TIMEOUT, 'Timeout', true),
  rule(SQLSTATE.ADMIN_SHUTDOWN, 'Unreachable', true),
  rule(SQLSTATE.CRASH_SHUTDOWN, 'Unreachable', true),
  rule(SQLSTATE.CANNOT_CONNECT_NOW, 'Unreachable', true),
  rule(SQLSTATE.FEATURE_NOT_SUPPORTED, 'UnsupportedServer', false),
  rule(SQLSTATE.FEATURE_DISABLED, 'UnsupportedServer', false),
  rule(SQLSTATE.SYNTAX_ERROR, 'UnsupportedServer', false, 'the server does not know this statement: check its version'),
  rule(SQLSTATE.ACTIVE_TRANSACTION, 'Unexpected', false),
  rule('08', 'Unreachable', true),
  rule('22', 'Unexpected', false),
  rule('42', 'Unexpected', false),
];

export interface TextRule extends Rule {
  /** Named for tests and for people. */
  name: string;
  codes: readonly string[];
  pattern: RegExp;
  /** An answer as recorded from a real server, or quoted from its source. */
  example: string;
}

const PLAN: readonly string[] = [SQLSTATE.INTERNAL_ERROR];
/** The same upstream checks answer 58000 for connections and XX000 for sources and tables. */
const UPSTREAM: readonly string[] = [SQLSTATE.SYSTEM_ERROR, SQLSTATE.INTERNAL_ERROR];
const STARTUP: readonly string[] = ['', '28000', '08P01', '08006', 'XX000'];

const text = (
  name: string,
  codes: readonly string[],
  pattern: RegExp,
  type: FailureType,
  retryable: boolean,
  example: string,
  hint: string | null = null,
): TextRule => ({ name, codes, pattern, type, retryable, hint, example });

/** Where no code tells. Looked through in order, before the codes. */
export const SQL_TEXTS: readonly TextRule[] = [
  text(
    'neon-ip-not-allowed',
    STARTUP,
    /IP address .* is not allowed/,
    'PermissionDenied',
    false,
    'This IP address 10.1.2.3 is not allowed to connect to this endpoint. Please add it to the allowed list in the Neon console.',
    "add the worker's address to the project's IP Allow list",
  ),
  text(
    'neon-blocked-network',
    STARTUP,
    /from a blocked network/,
    'PermissionDenied',
    false,
    'This connection is trying to access this endpoint from a blocked network.',
    'the project blocks public connections: allow them or use private networking',
  ),
  text(
    'upstream-password',
    UPSTREAM,
    /password authentication failed/,
    'AuthenticationFailed',
    false,
    'db error: FATAL: password authentication failed for user "mzr"',
    "Materialize was refused with the replication role's password",
  ),
  text(
    'upstream-unknown-host',
    UPSTREAM,
    /failed to lookup address information/,
    'Unreachable',
    false,
    'failed to lookup address information: Name or service not known',
    'the host is unknown where Materialize runs',
  ),
  text(
    'upstream-private-address',
    UPSTREAM,
    /resolved to a private IP/,
    'Unreachable',
    false,
    'Address resolved to a private IP. The provided host is not routable on the public internet',
    'give Materialize a public address of the server',
  ),
  text(
    'upstream-no-tls',
    UPSTREAM,
    /server does not support TLS/,
    'CertificateRejected',
    false,
    'error performing TLS handshake: server does not support TLS',
    'turn TLS on upstream, or say `source.tls: {mode: disable}`',
  ),
  text(
    'upstream-certificate',
    UPSTREAM,
    /TLS handshake/,
    'CertificateRejected',
    false,
    'error performing TLS handshake: certificate verify failed',
    'give the certificate authority of the server in `source.tls.ca`',
  ),
  text(
    'upstream-connect',
    UPSTREAM,
    /error connecting to server|connection (was )?(closed|reset|refused)|timed? ?out/i,
    'Unreachable',
    true,
    'error connecting to server: Connection refused (os error 111)',
    'Materialize cannot reach the server: check host, port and firewall',
  ),
  text(
    'upstream-database',
    UPSTREAM,
    /FATAL: database ".*" does not exist/,
    'NotFound',
    false,
    'db error: FATAL: database "nodb" does not exist',
  ),
  text(
    'upstream-permission',
    UPSTREAM,
    /permission denied for (database|schema|table)|insufficient privileges|requires BYPASSRLS/,
    'PermissionDenied',
    false,
    'POSTGRES source validation: insufficient privileges: user lacks SELECT privileges for tables public.secretive',
    'grant it to the replication role: `n2m plan` prints the statement',
  ),
  text(
    'upstream-slots',
    UPSTREAM,
    /insufficient number of replication slots/,
    'LimitReached',
    false,
    'PostgreSQL server has insufficient number of replication slots available',
    'two free slots are needed: drop unused ones or raise max_replication_slots',
  ),
  text(
    'upstream-settings',
    UPSTREAM,
    /wal_level >= logical|replication disabled on server/,
    'PreconditionFailed',
    false,
    'server must have wal_level >= logical, but has replica',
    'enable logical replication: `n2m plan` says how',
  ),
  text(
    'upstream-publication',
    PLAN,
    /publication .* does not exist|PUBLICATION .* is empty|must specify PUBLICATION|not found in source/,
    'PreconditionFailed',
    false,
    'failed to connect to PostgreSQL database: publication nope does not exist',
    'run `n2m plan` to see what the publication holds',
  ),
  text(
    'upstream-replica-identity',
    PLAN,
    /not tables with REPLICA IDENTITY FULL/,
    'PreconditionFailed',
    false,
    'POSTGRES source validation: referenced items not tables with REPLICA IDENTITY FULL: referenced items: public.plain',
    'ALTER TABLE … REPLICA IDENTITY FULL',
  ),
  text(
    'unsupported-types',
    PLAN,
    /unsupported types|cannot currently ingest/,
    'UnsupportedType',
    false,
    'POSTGRES source validation: referenced tables use unsupported types: the following columns contain unsupported types: postgres.public.enumed.m (OID 16427)',
    'name the columns under `source.textColumns` or `source.excludeColumns`',
  ),
  text(
    'duplicate-tables',
    PLAN,
    /multiple subsources|is ambiguous|duplicated column name/,
    'InvalidPipeline',
    false,
    'multiple subsources would be named shop.orders: referenced tables with duplicate name: postgres.other.orders, postgres.public.orders',
    'give one of the tables an alias',
  ),
  text(
    'text-columns',
    PLAN,
    /(TEXT|EXCLUDE) COLUMNS/,
    'InvalidPipeline',
    false,
    'invalid TEXT COLUMNS option value: column "t.c" does not exist',
  ),
  text(
    'unknown-size',
    PLAN,
    /unknown cluster replica size/,
    'UnknownSize',
    false,
    'unknown cluster replica size medium',
  ),
  text('reserved-name', PLAN, /is reserved$|is reserved:/, 'InvalidPipeline', false, 'cluster name "mz_x" is reserved'),
  text(
    'syntax-not-allowed',
    PLAN,
    /not supported; use CREATE TABLE|missing TABLES specification/,
    'UnsupportedServer',
    false,
    'FOR TABLES (public.orders AS shop.fo) not supported; use CREATE TABLE .. FROM SOURCE instead',
    'set `materialize.syntax` to the form this region takes, or leave it at auto',
  ),
  text(
    'feature-gate',
    PLAN,
    /is not available/,
    'UnsupportedServer',
    false,
    'Enable zero-downtime reconfiguration for alter cluster is not available',
  ),
  text('already-exists', PLAN, /already exists/, 'Conflict', true, 'connection "materialize.shop.pg" already exists'),
  text(
    'has-dependents',
    PLAN,
    /still depended upon|because other objects depend on it|without CASCADE while it contains objects/,
    'Conflict',
    false,
    'cannot drop source "t": still depended upon by materialized view "mv"',
    'drop the dependent objects first',
  ),
  text(
    'unknown-object',
    PLAN,
    /unknown (cluster|catalog item|schema|database|role)/,
    'NotFound',
    false,
    "unknown catalog item 'shop.nope'",
  ),
  text(
    'no-replicas',
    ['0A000'],
    /no replicas available/,
    'PreconditionFailed',
    false,
    'CLUSTER "x" has no replicas available to service request',
    "set the cluster's replication factor to 1",
  ),
];

export interface HttpRule extends Rule {
  /** 400 and 500 stand for the rest of their family, too. */
  status: number;
}

export const HTTP_RULES: readonly HttpRule[] = [
  { status: 401, type: 'AuthenticationFailed', retryable: false, hint: 'check the API key' },
  { status: 403, type: 'PermissionDenied', retryable: false, hint: 'use a key that may edit the project' },
  // Neon answers 404 also for what the key may not see.
  { status: 404, type: 'NotFound', retryable: false, hint: 'it does not exist, or the API key may not see it' },
  { status: 408, type: 'Timeout', retryable: true, hint: null },
  { status: 409, type: 'Conflict', retryable: true, hint: null },
  { status: 412, type: 'PreconditionFailed', retryable: false, hint: null },
  { status: 423, type: 'ServerBusy', retryable: true, hint: 'another operation runs on the project' },
  { status: 429, type: 'ServerBusy', retryable: true, hint: null },
  { status: 503, type: 'ServerBusy', retryable: true, hint: null },
  // The outcome is unknown: a gateway gave up waiting.
  { status: 502, type: 'Unreachable', retryable: true, hint: null },
  { status: 504, type: 'Timeout', retryable: true, hint: null },
  { status: 524, type: 'Timeout', retryable: true, hint: null },
  { status: 500, type: 'Unexpected', retryable: true, hint: null },
  { status: 400, type: 'Unexpected', retryable: false, hint: null },
];

export interface NetworkRule extends Rule {
  codes: readonly string[];
}

export const NETWORK_RULES: readonly NetworkRule[] = [
  {
    codes: ['ENOTFOUND'],
    type: 'Unreachable',
    retryable: false,
    hint: 'the host name does not exist: check the address',
  },
  {
    codes: ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN', 'ECONNABORTED'],
    type: 'Unreachable',
    retryable: true,
    hint: 'check address and firewall, and that the server runs',
  },
  { codes: ['UND_ERR_SOCKET', 'UND_ERR_CONNECT_TIMEOUT'], type: 'Unreachable', retryable: true, hint: null },
  {
    codes: ['ETIMEDOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT'],
    type: 'Timeout',
    retryable: true,
    hint: null,
  },
  {
    codes: [
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'CERT_SIGNATURE_FAILURE',
      'CERT_UNTRUSTED',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    type: 'CertificateRejected',
    retryable: false,
    hint: 'give the certificate authority of the server in `source.tls.ca`, and the host name its certificate carries',
  },
];

export interface NetworkText extends Rule {
  name: string;
  pattern: RegExp;
  example: string;
}

/** Texts of `pg` and fetch that come without a code. */
export const NETWORK_TEXTS: readonly NetworkText[] = [
  {
    name: 'no-tls',
    pattern: /does not support SSL/,
    type: 'CertificateRejected',
    retryable: false,
    hint: 'turn TLS on at the server, or say `source.tls: {mode: disable}`',
    example: 'The server does not support SSL connections',
  },
  {
    name: 'connect-timeout',
    pattern: /timeout expired|connection timeout/i,
    type: 'Unreachable',
    retryable: true,
    hint: 'check address and firewall, and that the server runs',
    example: 'timeout expired',
  },
  {
    name: 'connection-ended',
    pattern: /terminated unexpectedly|Connection terminated|socket hang up|fetch failed|not queryable/i,
    type: 'Unreachable',
    retryable: true,
    hint: null,
    example: 'Connection terminated unexpectedly',
  },
  {
    name: 'scram-without-password',
    pattern: /SASL: .*password must be a/,
    type: 'AuthenticationFailed',
    retryable: false,
    hint: 'the URL has no password',
    example: 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a non-empty string',
  },
];
