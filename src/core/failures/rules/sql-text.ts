import { NEON_RULES } from './neon';
import { A_QUARTER_HOUR, MOMENTS } from './rule';
import { SQLSTATE } from './sqlstate';
import { PLAN, text, type TextRule, UPSTREAM } from './text-rule';
import { UPSTREAM_TEXTS } from './upstream';

/** Where Neon's proxy answers for the server, and Materialize for both. */
const NEON: readonly string[] = [
  ...['', '08000', '08001', '08004', '08006', '08P01', '28000', '28P01', '53000', '53300', '53400', '57P03'],
  ...UPSTREAM,
];

/** Where no code tells. Looked through in order, before the codes. */
export const SQL_TEXTS: readonly TextRule[] = [
  ...NEON_RULES.map((rule) => ({ ...rule, codes: NEON })),
  ...UPSTREAM_TEXTS,
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
    /(TEXT|EXCLUDE) COLUMNS|EXCLUDE (ALL )?CONSTRAINTS/,
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
