import { quoteIdent } from '../../sql/quote';

/** Statements that findings offer about the server and this login; a run sends none of them. */

/** For settings of our own choice: neither part is quoted. Holds after a restart. */
export const alterSystem = (name: string, value: string): string => `ALTER SYSTEM SET ${name} = '${value}'`;

/** Settings that need no restart. */
export const reloadSettings = (): string => 'SELECT pg_catalog.pg_reload_conf()';

/** Sessions of this login may write from the next one on. */
export const writeByDefault = (user: string): string =>
  `ALTER ROLE ${quoteIdent(user)} SET default_transaction_read_only = off`;
