import { qualified, quoteLiteral } from './quote';

/** Names of items in Materialize, and their comments. */

/** Full name of an item in Materialize. Always given in full, so that neither session settings nor namesakes matter. */
export interface ItemName {
  database: string;
  schema: string;
  name: string;
}

export const item = ({ database, schema, name }: ItemName): string => qualified(database, schema, name);

export const optionalComment = (comment: string | null): string => (comment === null ? 'NULL' : quoteLiteral(comment));

/** Objects that carry an owner mark, in the words of COMMENT ON. */
export type CommentKind = 'CLUSTER' | 'SECRET' | 'CONNECTION' | 'SOURCE' | 'TABLE';

export const commentOn = (kind: Exclude<CommentKind, 'CLUSTER'>, name: ItemName, comment: string | null): string =>
  `COMMENT ON ${kind} ${item(name)} IS ${optionalComment(comment)}`;
