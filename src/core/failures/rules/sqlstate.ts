import { A_QUARTER_HOUR, MOMENTS, type Rule } from './rule';
import type { FailureType, System } from '../types';

export interface SqlstateRule extends Rule {
  /** Five characters, or two for a whole class. */
  code: string;
  /** Null: for every system. */
  system: System | null;
}

const rule = (
  code: string,
  type: FailureType,
  retryable: SqlstateRule['retryable'],
  hint: string | null = null,
  system: System | null = null,
): SqlstateRule => ({ code, type, retryable, hint, system });

export const SQLSTATE = {
  FEATURE_NOT_SUPPORTED: '0A000',
  ACTIVE_TRANSACTION: '25001',
  READ_ONLY_TRANSACTION: '25006',
  IDLE_IN_TRANSACTION_TIMEOUT: '25P03',
  TRANSACTION_TIMEOUT: '25P04',
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
  IDLE_SESSION_TIMEOUT: '57P05',
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
  // Switched off while the region is worked on.
  rule(
    SQLSTATE.SESSIONS_DISALLOWED,
    'PermissionDenied',
    A_QUARTER_HOUR,
    'the region takes no sessions: its status page or console says why',
  ),
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
    // Also what is being dropped counts for a moment.
    MOMENTS,
    'drop something or have the limit raised',
    'materialize',
  ),
  rule(SQLSTATE.INSUFFICIENT_RESOURCES, 'ServerBusy', true),
  rule(SQLSTATE.DISK_FULL, 'LimitReached', A_QUARTER_HOUR, 'the disk of the server is full: make room'),
  rule(SQLSTATE.CONFIGURATION_LIMIT, 'LimitReached', A_QUARTER_HOUR),
  rule(SQLSTATE.NOT_IN_PREREQUISITE_STATE, 'PreconditionFailed', false),
  // A replica, or a primary in the middle of a failover; Materialize in the middle of an upgrade.
  rule(
    SQLSTATE.READ_ONLY_TRANSACTION,
    'PreconditionFailed',
    A_QUARTER_HOUR,
    'the server takes no writes: use the address of the primary; a failover passes',
  ),
  rule(SQLSTATE.QUERY_CANCELED, 'Timeout', true),
  rule(SQLSTATE.IDLE_IN_TRANSACTION_TIMEOUT, 'Timeout', true),
  rule(SQLSTATE.TRANSACTION_TIMEOUT, 'Timeout', true),
  rule(SQLSTATE.IDLE_SESSION_TIMEOUT, 'Unreachable', true),
  rule(SQLSTATE.ADMIN_SHUTDOWN, 'Unreachable', true),
  rule(SQLSTATE.CRASH_SHUTDOWN, 'Unreachable', true),
  rule(SQLSTATE.CANNOT_CONNECT_NOW, 'Unreachable', true),
  rule(SQLSTATE.FEATURE_NOT_SUPPORTED, 'UnsupportedServer', false),
  rule(SQLSTATE.FEATURE_DISABLED, 'UnsupportedServer', false),
  rule(SQLSTATE.SYNTAX_ERROR, 'UnsupportedServer', false, 'the server does not know this statement: check its version'),
  rule(SQLSTATE.ACTIVE_TRANSACTION, 'Unexpected', false),
  rule('08', 'Unreachable', true),
  rule('40', 'ServerBusy', true),
  rule('53', 'ServerBusy', true),
  rule('22', 'Unexpected', false),
  rule('42', 'Unexpected', false),
];
