import { quoteLiteral } from '../../sql/quote';

/** Statements about the slot that the source makes upstream. */

/** Fails with 55006 while a walsender uses the slot. */
export const dropSlot = (slot: string): string => `SELECT pg_catalog.pg_drop_replication_slot(${quoteLiteral(slot)})`;

/**
 * Ends whoever reads a slot, if anybody does. One statement, because a process id that was looked up before may be another
 * session's by now.
 */
export const endWalsender = (slot: string): string =>
  `SELECT pg_catalog.pg_terminate_backend(active_pid), active_pid AS pid FROM pg_catalog.pg_replication_slots ` +
  `WHERE slot_name = ${quoteLiteral(slot)} AND active_pid IS NOT NULL`;
