import { NEON_RULES } from './neon';
import { A_QUARTER_HOUR, MOMENTS, type Rule } from './rule';
import { SQLSTATE } from './sqlstate';
import type { FailureType } from '../types';

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
/** Where Neon's proxy answers for the server, and Materialize for both. */
const NEON: readonly string[] = [
  ...['', '08000', '08001', '08004', '08006', '08P01', '28000', '28P01', '53000', '53300', '53400', '57P03'],
  ...UPSTREAM,
];

const text = (
  name: string,
  codes: readonly string[],
  pattern: RegExp,
  type: FailureType,
  retryable: TextRule['retryable'],
  example: string,
  hint: string | null = null,
): TextRule => ({ name, codes, pattern, type, retryable, hint, example });

/** Where no code tells. Looked through in order, before the codes. */
export const SQL_TEXTS: readonly TextRule[] = [
  ...NEON_RULES.map((rule) => ({ ...rule, codes: NEON })),
  text(
    'upstream-password',
    UPSTREAM,
    /password authentication failed/,
    'AuthenticationFailed',
    false,
    'db error: FATAL: password authentication failed for user "mzr"',
    "correct the replication role's password where `source.role.password` points; n2m rotate renews one that n2m made",
  ),
  text(
    'upstream-dns',
    UPSTREAM,
    /temporary failure in name resolution|address information: try again/i,
    'Unreachable',
    true,
    'failed to lookup address information: Temporary failure in name resolution',
    'the name service where Materialize runs does not answer',
  ),
  text(
    'upstream-unknown-host',
    UPSTREAM,
    /failed to lookup address information/,
    'Unreachable',
    A_QUARTER_HOUR,
    'failed to lookup address information: Name or service not known',
    'the host of `source` is unknown where Materialize runs: check how it is written; a new name takes a while',
  ),
  text(
    'upstream-private-address',
    UPSTREAM,
    /resolved to a private IP/,
    'Unreachable',
    MOMENTS,
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
    /TLS handshake.{0,500}(certificate|self.signed|hostname|unknown ca)/is,
    'CertificateRejected',
    false,
    'error performing TLS handshake: certificate verify failed',
    'give the certificate authority of the server in `source.tls.ca`',
  ),
  text(
    'upstream-starting',
    UPSTREAM,
    /the database system is|terminating connection|not (yet|currently) accepting connections/i,
    'Unreachable',
    true,
    'db error: FATAL: the database system is starting up',
    'the server restarts',
  ),
  text(
    'upstream-full',
    UPSTREAM,
    /too many (clients|connections)|remaining connection slots are reserved/i,
    'ServerBusy',
    true,
    'db error: FATAL: sorry, too many clients already',
    'the server has no connection left for Materialize: raise max_connections, or close some',
  ),
  text(
    'upstream-slow',
    UPSTREAM,
    /canceling statement due to (statement|lock) timeout/,
    'Timeout',
    true,
    'db error: ERROR: canceling statement due to lock timeout',
    'a lock or a limit of the server stood in the way of Materialize',
  ),
  text(
    'upstream-connect',
    UPSTREAM,
    /error connecting to server|TLS handshake|connection (was )?(closed|reset|refused)|timed? ?out|no route to host|network is unreachable|broken pipe|unexpected (eof|end of file)/i,
    'Unreachable',
    true,
    'error connecting to server: Connection refused (os error 111)',
    'Materialize cannot reach the server: check host, port and firewall',
  ),
  text(
    'upstream-pg-hba',
    UPSTREAM,
    /no pg_hba.conf entry/,
    'PermissionDenied',
    false,
    'db error: FATAL: no pg_hba.conf entry for host "203.0.113.5", user "mzr", database "shop", no encryption',
    'let Materialize in: a line in pg_hba.conf for its address, the role and the database',
  ),
  text(
    'upstream-database',
    UPSTREAM,
    /FATAL: database ".{0,300}" does not exist/,
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
    /insufficient number of replication slots|all replication slots are in use/,
    'LimitReached',
    // One that was dropped, or that a copy holds, is given back within minutes.
    A_QUARTER_HOUR,
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
    /publication .{0,300} does not exist|PUBLICATION .{0,300} is empty|must specify PUBLICATION|not found in source/,
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
    'recovering',
    [SQLSTATE.NOT_IN_PREREQUISITE_STATE],
    /recovery is in progress|not (yet|currently) accepting connections/,
    'PreconditionFailed',
    A_QUARTER_HOUR,
    'recovery is in progress',
    'the server is a replica, or in the middle of a failover: use the address of the primary',
  ),
  text(
    'no-replicas',
    ['0A000'],
    /no replicas available/,
    'PreconditionFailed',
    // Also while Materialize is upgraded or a cluster is resized.
    MOMENTS,
    'CLUSTER "x" has no replicas available to service request',
    "set the cluster's replication factor to 1",
  ),
];
