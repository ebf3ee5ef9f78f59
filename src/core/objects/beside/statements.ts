import { item, type ItemName } from '../../sql/items';
import { quoteIdent } from '../../sql/quote';

/** Statements that let a table take the place of another. What is built on one follows it. */

/** A source table under another name in its schema. */
export const renameTo = (name: ItemName, to: string): string => `ALTER TABLE ${item(name)} RENAME TO ${quoteIdent(to)}`;
