import { item, type ItemName } from '../../sql/items';
import { quoteLiteral } from '../../sql/quote';

/** Statements about the secret that holds the password. */

/** A bare text would be read by the rules of bytea, where a backslash is an escape. */
const secretValue = (base64: string): string => `decode(${quoteLiteral(base64)}, 'base64')`;

/**
 * The only statements that hold a secret, as base64: their text must reach neither a log nor an error. No IF NOT
 * EXISTS: it would keep an old value and look like success.
 */
export const createSecret = (name: ItemName, base64: string): string =>
  `CREATE SECRET ${item(name)} AS ${secretValue(base64)}`;

export const alterSecret = (name: ItemName, base64: string): string =>
  `ALTER SECRET ${item(name)} AS ${secretValue(base64)}`;

export const dropSecret = (name: ItemName): string => `DROP SECRET IF EXISTS ${item(name)}`;
