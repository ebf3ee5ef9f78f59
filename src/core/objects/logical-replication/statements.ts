import { quoteIdent } from '../../sql/quote';

/** Statements about the server and this login. All but `logStandbySnapshot` only findings offer. */

/** For settings of our own choice: neither part is quoted. Holds after a restart. */
export const alterSystem = (name: string, value: string): string => `ALTER SYSTEM SET ${name} = '${value}'`;

export const hotStandbyFeedback = (): string => alterSystem('hot_standby_feedback', 'on');

/** The slot on the primary that a standby is given, and by which name it takes it. */
const PRIMARY_SLOT = 'n2m_standby';
export const primarySlot = (): string => `SELECT pg_catalog.pg_create_physical_replication_slot('${PRIMARY_SLOT}')`;
export const primarySlotName = (): string => alterSystem('primary_slot_name', PRIMARY_SLOT);

/** Settings that need no restart. */
export const reloadSettings = (): string => 'SELECT pg_catalog.pg_reload_conf()';

/** Only a superuser may call it, unless it is granted. From 16 on. */
export const LOG_RUNNING = 'pg_log_standby_snapshot';

/** Writes what runs into the WAL of a primary, for which a slot on a standby waits. */
export const logStandbySnapshot = (): string => `SELECT pg_catalog.${LOG_RUNNING}()`;

export const grantLogRunning = (user: string): string =>
  `GRANT EXECUTE ON FUNCTION pg_catalog.${LOG_RUNNING}() TO ${quoteIdent(user)}`;

/** Sessions of this login may write from the next one on. */
export const writeByDefault = (user: string): string =>
  `ALTER ROLE ${quoteIdent(user)} SET default_transaction_read_only = off`;
