import { quoteIdent, quoteLiteral } from './quote';

/** Statements upstream that are of no single object: locks, sessions, comments. No text ends in a semicolon. */

export interface TableName {
  schema: string;
  name: string;
}

/** Whole milliseconds; 0 waits for ever. */
const milliseconds = (ms: number): string => `'${Math.max(0, Math.round(ms))}ms'`;

/** For one transaction, so that a statement that cannot get its lock does not queue everybody up behind itself. */
export const setLockTimeout = (ms: number): string => `SET LOCAL lock_timeout = ${milliseconds(ms)}`;

/** Objects upstream that carry an owner mark. Null takes the comment away. */
export const commentOn = (kind: 'PUBLICATION' | 'ROLE', name: string, comment: string | null): string =>
  `COMMENT ON ${kind} ${quoteIdent(name)} IS ${comment === null ? 'NULL' : quoteLiteral(comment)}`;

/** Ends one session; what it had not committed is lost. */
export const terminateBackend = (pid: number): string => `SELECT pg_catalog.pg_terminate_backend(${Math.trunc(pid)})`;

export const rollbackPrepared = (gid: string): string => `ROLLBACK PREPARED ${quoteLiteral(gid)}`;

/**
 * Until the transaction ends, for whoever reads an owner mark, adds to its record and writes it again: two at once would lose
 * what one of them wrote. Waits for the other. The number is n2m's own.
 */
export const lockRecords = (): string => `SELECT pg_catalog.pg_advisory_xact_lock(${0x6e326d})`;
