import { qualified, quoteIdent, quoteLiteral } from './quote';

/** Full name of an item in Materialize. Always given in full, so that neither session settings nor namesakes matter. */
export interface ItemName {
  database: string;
  schema: string;
  name: string;
}

export const item = ({ database, schema, name }: ItemName): string => qualified(database, schema, name);

const optionalComment = (comment: string | null): string => (comment === null ? 'NULL' : quoteLiteral(comment));

export const createSchema = (database: string, schema: string): string =>
  `CREATE SCHEMA IF NOT EXISTS ${qualified(database, schema)}`;

/** No IF NOT EXISTS in any version: look first, and look again after "already exists". */
export const createCluster = (cluster: string, size: string): string =>
  `CREATE CLUSTER ${quoteIdent(cluster)} (SIZE = ${quoteLiteral(size)})`;

/**
 * Returns at once; replicas are dropped and made anew, and a snapshot under way starts over. Never with WAIT UNTIL
 * READY, which a Postgres source cannot satisfy in the versions that need the clause.
 */
export const alterClusterSize = (cluster: string, size: string): string =>
  `ALTER CLUSTER ${quoteIdent(cluster)} SET (SIZE = ${quoteLiteral(size)})`;

export const alterClusterReplicationFactor = (cluster: string, factor: number): string =>
  `ALTER CLUSTER ${quoteIdent(cluster)} SET (REPLICATION FACTOR = ${Math.trunc(factor)})`;

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

/** How Materialize reaches and verifies the upstream server. */
export interface ConnectionOptions {
  host: string;
  port: number;
  user: string;
  database: string;
  passwordSecret: ItemName;
  sslMode: 'verify-full' | 'verify-ca' | 'require' | 'disable';
  /** PEM text; the verify modes trust nothing else. */
  certificateAuthority: string | null;
}

function connectionOptions(options: ConnectionOptions): string[] {
  return [
    `HOST ${quoteLiteral(options.host)}`,
    `PORT ${Math.trunc(options.port)}`,
    `USER ${quoteLiteral(options.user)}`,
    `PASSWORD SECRET ${item(options.passwordSecret)}`,
    `DATABASE ${quoteLiteral(options.database)}`,
    `SSL MODE ${quoteLiteral(options.sslMode)}`,
    ...(options.certificateAuthority === null
      ? []
      : [`SSL CERTIFICATE AUTHORITY ${quoteLiteral(options.certificateAuthority)}`]),
  ];
}

/** Validated against the upstream server by Materialize before it answers. */
export const createConnection = (name: ItemName, options: ConnectionOptions): string =>
  `CREATE CONNECTION ${item(name)} TO POSTGRES (${connectionOptions(options).join(', ')})`;

/** All options at once; validated again, and every source on it restarts. */
export function alterConnection(name: ItemName, options: ConnectionOptions): string {
  const set = connectionOptions(options).map((option) => `SET (${option})`);
  const drop = options.certificateAuthority === null ? ['DROP (SSL CERTIFICATE AUTHORITY)'] : [];
  return `ALTER CONNECTION ${item(name)} ${[...set, ...drop].join(', ')}`;
}

export const validateConnection = (name: ItemName): string => `VALIDATE CONNECTION ${item(name)}`;

/** Objects that carry an owner mark, in the words of COMMENT ON. */
export type CommentKind = 'CLUSTER' | 'SECRET' | 'CONNECTION' | 'SOURCE' | 'TABLE';

export const commentOnCluster = (cluster: string, comment: string | null): string =>
  `COMMENT ON CLUSTER ${quoteIdent(cluster)} IS ${optionalComment(comment)}`;

export const commentOnSchema = (database: string, schema: string, comment: string | null): string =>
  `COMMENT ON SCHEMA ${qualified(database, schema)} IS ${optionalComment(comment)}`;

export const commentOn = (kind: Exclude<CommentKind, 'CLUSTER'>, name: ItemName, comment: string | null): string =>
  `COMMENT ON ${kind} ${item(name)} IS ${optionalComment(comment)}`;

/** Without CASCADE: what others built on it stays and is named in the error. */
export const dropConnection = (name: ItemName): string => `DROP CONNECTION IF EXISTS ${item(name)}`;
export const dropSecret = (name: ItemName): string => `DROP SECRET IF EXISTS ${item(name)}`;
export const dropCluster = (cluster: string): string => `DROP CLUSTER IF EXISTS ${quoteIdent(cluster)}`;
export const dropSchema = (database: string, schema: string): string =>
  `DROP SCHEMA IF EXISTS ${qualified(database, schema)} RESTRICT`;

/** The cluster that queries of user tables run on, for this session. */
export const setCluster = (cluster: string): string => `SET cluster = ${quoteIdent(cluster)}`;
