import { optionalComment } from '../../sql/items';
import { qualified, quoteIdent } from '../../sql/quote';

/** Statements about the schema that everything is in. */

export const createSchema = (database: string, schema: string): string =>
  `CREATE SCHEMA IF NOT EXISTS ${qualified(database, schema)}`;

export const commentOnSchema = (database: string, schema: string, comment: string | null): string =>
  `COMMENT ON SCHEMA ${qualified(database, schema)} IS ${optionalComment(comment)}`;

export const dropSchema = (database: string, schema: string): string =>
  `DROP SCHEMA IF EXISTS ${qualified(database, schema)} RESTRICT`;

export const createDatabase = (database: string): string => `CREATE DATABASE ${quoteIdent(database)}`;

/** `privilege` in the words it was read as, `CREATECLUSTER on SYSTEM`: not quoted. */
export const grantPrivilege = (privilege: string, user: string): string => `GRANT ${privilege} TO ${quoteIdent(user)}`;
