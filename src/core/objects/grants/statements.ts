import { qualified, quoteIdent } from '../../sql/quote';
import type { TableName } from '../../sql/upstream';

/** Statements that let the role read, and that take it back. */

const tables = (list: readonly TableName[]): string =>
  list.map(({ schema, name }) => qualified(schema, name)).join(', ');

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
