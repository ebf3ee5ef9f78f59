import type { SessionLimit } from './facts';
import { quoteIdent, quoteLiteral } from '../../sql/quote';

/** Statements about the role that Materialize logs in as. */

/**
 * A role with only what it needs. Postgres ≥ 16 for callers that are not superusers. `password` may be a verifier.
 * `byGroup`: without the attribute, which RDS gives nobody; in one transaction with the membership that counts there.
 */
export function createRole(
  role: string,
  password: string,
  { bypassRls = false, byGroup = false }: { bypassRls?: boolean; byGroup?: boolean } = {},
): string {
  const attributes = ['LOGIN', ...(byGroup ? [] : ['REPLICATION']), ...(bypassRls ? ['BYPASSRLS'] : [])].join(' ');
  const create = `CREATE ROLE ${quoteIdent(role)} ${attributes} PASSWORD ${quoteLiteral(password)}`;
  return byGroup ? `${create}; ${grantReplication(role)}` : create;
}

export const alterRolePassword = (role: string, password: string): string =>
  `ALTER ROLE ${quoteIdent(role)} PASSWORD ${quoteLiteral(password)}`;

/** Attributes of our own words, `CREATEROLE REPLICATION`: they are not quoted. */
export const alterRoleAttributes = (role: string, attributes: string): string =>
  `ALTER ROLE ${quoteIdent(role)} ${attributes}`;

export const alterRoleReplication = (role: string): string => `ALTER ROLE ${quoteIdent(role)} REPLICATION`;

/** What stands for REPLICATION on Amazon RDS and Aurora. */
export const grantReplication = (role: string): string => `GRANT rds_replication TO ${quoteIdent(role)}`;

export const alterRoleBypassRls = (role: string): string => `ALTER ROLE ${quoteIdent(role)} BYPASSRLS`;

/** Takes every privilege of a role in this database, also on future tables, and drops what it owns. */
export const dropOwnedBy = (role: string): string => `DROP OWNED BY ${quoteIdent(role)}`;

export const dropRole = (role: string): string => `DROP ROLE IF EXISTS ${quoteIdent(role)}`;

/**
 * The snapshot's leader sits idle in its transaction while others copy, and Neon ends such sessions after 5 minutes.
 * `role` null: the connected role itself, the only way where one role may not alter another (two API roles on Neon).
 */
export const noIdleInTransactionTimeout = (role: string | null): string =>
  noLimit(role, { setting: 'idle_in_transaction_session_timeout' });

/** `database`: where the limit was set for the role in that database alone, which would win over the role's own. */
export const noLimit = (
  role: string | null,
  { setting }: Pick<SessionLimit, 'setting'>,
  database: string | null = null,
): string =>
  `ALTER ROLE ${role === null ? 'CURRENT_USER' : quoteIdent(role)}` +
  `${database === null ? '' : ` IN DATABASE ${quoteIdent(database)}`} SET ${setting} = 0`;

/** Since 16, whoever makes a role administers it but has none of its rights; ending its sessions is one of them. */
export const joinRole = (role: string): string => `GRANT ${quoteIdent(role)} TO CURRENT_USER`;

export const grantSignals = (role: string): string => `GRANT pg_signal_backend TO ${quoteIdent(role)}`;
