import { qualified, quoteIdent, quoteLiteral } from './quote';

/**
 * Every statement that changes something upstream, one function each: the steps run them, `n2m sql` prints them and
 * findings offer them. No text ends in a semicolon.
 */

export interface TableName {
  schema: string;
  name: string;
}

const table = ({ schema, name }: TableName): string => qualified(schema, name);
const tables = (list: readonly TableName[]): string => list.map(table).join(', ');
/** Without ONLY a publication takes along what inherits from a table, and refuses its updates. */
const only = (list: readonly TableName[]): string => list.map((name) => `ONLY ${table(name)}`).join(', ');

/** Whole milliseconds; 0 waits for ever. */
const milliseconds = (ms: number): string => `'${Math.max(0, Math.round(ms))}ms'`;

/** Owner only. Takes ACCESS EXCLUSIVE for a moment: set a lock timeout first. */
export const replicaIdentityFull = (name: TableName): string => `ALTER TABLE ${table(name)} REPLICA IDENTITY FULL`;

const IDENTITIES = ['default', 'nothing', 'index'];

/** Back to what a table had before; `index` names the index of identity `index`. */
export function replicaIdentity(
  name: TableName,
  identity: 'default' | 'nothing' | 'index',
  index: string | null,
): string {
  // The type does not hold for what came from elsewhere, and this text is not quoted.
  if (!IDENTITIES.includes(identity)) throw new Error('a replica identity is default, nothing or an index');
  const kind = identity === 'index' && index !== null ? `USING INDEX ${quoteIdent(index)}` : identity.toUpperCase();
  return `ALTER TABLE ${table(name)} REPLICA IDENTITY ${kind}`;
}

/** For one transaction, so that a statement that cannot get its lock does not queue everybody up behind itself. */
export const setLockTimeout = (ms: number): string => `SET LOCAL lock_timeout = ${milliseconds(ms)}`;

/**
 * Owner of every table, and CREATE on the database. `generated`: with stored generated columns, which a full replica identity
 * holds: left out of the publication, updates and deletes are refused. Postgres ≥ 18; Materialize ignores such a column.
 */
export const createPublication = (publication: string, list: readonly TableName[], generated = false): string =>
  `CREATE PUBLICATION ${quoteIdent(publication)} FOR TABLE ${only(list)}${generated ? ` WITH (${GENERATED})` : ''}`;

const GENERATED = 'publish_generated_columns = stored';

/** Stored generated columns, too: see `createPublication`. Postgres ≥ 18. */
export const publishGenerated = (publication: string): string =>
  `ALTER PUBLICATION ${quoteIdent(publication)} SET (${GENERATED})`;

/** Publishes nothing yet and is marked in the same transaction, so that no moment leaves it without an owner. */
export const createEmptyPublication = (publication: string, comment: string): string =>
  `CREATE PUBLICATION ${quoteIdent(publication)}; ${commentOn('PUBLICATION', publication, comment)}`;

export const alterPublicationAdd = (publication: string, list: readonly TableName[]): string =>
  `ALTER PUBLICATION ${quoteIdent(publication)} ADD TABLE ${only(list)}`;

/** Fatal for a table that Materialize still replicates: drop it there first. */
export const alterPublicationDrop = (publication: string, list: readonly TableName[]): string =>
  `ALTER PUBLICATION ${quoteIdent(publication)} DROP TABLE ${only(list)}`;

/** What it publishes of its tables, `insert, update`. */
export const publishOnly = (publication: string, operations: string): string =>
  `ALTER PUBLICATION ${quoteIdent(publication)} SET (publish = ${quoteLiteral(operations)})`;

/** Back to all operations, which Materialize needs. */
export const publishEverything = (publication: string): string =>
  publishOnly(publication, 'insert, update, delete, truncate');

export const dropPublication = (publication: string): string => `DROP PUBLICATION IF EXISTS ${quoteIdent(publication)}`;

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
  `ALTER ROLE ${role === null ? 'CURRENT_USER' : quoteIdent(role)} SET idle_in_transaction_session_timeout = 0`;

export const grantUsage = (schema: string, role: string): string =>
  `GRANT USAGE ON SCHEMA ${quoteIdent(schema)} TO ${quoteIdent(role)}`;

export const grantSelect = (list: readonly TableName[], role: string): string =>
  `GRANT SELECT ON ${tables(list)} TO ${quoteIdent(role)}`;

/** For tables the owner creates later; the caller is that owner or a member of it. */
export const grantSelectOnFutureTables = (owner: string, schema: string, role: string): string =>
  `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteIdent(owner)} IN SCHEMA ${quoteIdent(schema)} ` +
  `GRANT SELECT ON TABLES TO ${quoteIdent(role)}`;

export const revokeUsage = (schema: string, role: string): string =>
  `REVOKE USAGE ON SCHEMA ${quoteIdent(schema)} FROM ${quoteIdent(role)}`;

export const revokeSelect = (list: readonly TableName[], role: string): string =>
  `REVOKE SELECT ON ${tables(list)} FROM ${quoteIdent(role)}`;

export const revokeSelectOnFutureTables = (owner: string, schema: string, role: string): string =>
  `ALTER DEFAULT PRIVILEGES FOR ROLE ${quoteIdent(owner)} IN SCHEMA ${quoteIdent(schema)} ` +
  `REVOKE SELECT ON TABLES FROM ${quoteIdent(role)}`;

/** Objects upstream that carry an owner mark. Null takes the comment away. */
export const commentOn = (kind: 'PUBLICATION' | 'ROLE', name: string, comment: string | null): string =>
  `COMMENT ON ${kind} ${quoteIdent(name)} IS ${comment === null ? 'NULL' : quoteLiteral(comment)}`;

/** Fails with 55006 while a walsender uses the slot. */
export const dropSlot = (slot: string): string => `SELECT pg_catalog.pg_drop_replication_slot(${quoteLiteral(slot)})`;

/** Ends one session; what it had not committed is lost. */
export const terminateBackend = (pid: number): string => `SELECT pg_catalog.pg_terminate_backend(${Math.trunc(pid)})`;

/**
 * Ends whoever reads a slot, if anybody does. One statement, because a process id that was looked up before may be another
 * session's by now.
 */
export const endWalsender = (slot: string): string =>
  `SELECT pg_catalog.pg_terminate_backend(active_pid), active_pid AS pid FROM pg_catalog.pg_replication_slots ` +
  `WHERE slot_name = ${quoteLiteral(slot)} AND active_pid IS NOT NULL`;

/** Since 16, whoever makes a role administers it but has none of its rights; ending its sessions is one of them. */
export const joinRole = (role: string): string => `GRANT ${quoteIdent(role)} TO CURRENT_USER`;

export const grantSignals = (role: string): string => `GRANT pg_signal_backend TO ${quoteIdent(role)}`;

export const rollbackPrepared = (gid: string): string => `ROLLBACK PREPARED ${quoteLiteral(gid)}`;

/**
 * Until the transaction ends, for whoever reads an owner mark, adds to its record and writes it again: two at once would lose
 * what one of them wrote. Waits for the other. The number is n2m's own.
 */
export const lockRecords = (): string => `SELECT pg_catalog.pg_advisory_xact_lock(${0x6e326d})`;
