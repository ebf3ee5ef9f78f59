import { item, type ItemName } from '../../sql/items';
import { quoteLiteral } from '../../sql/quote';

/** Statements about the connection to the upstream server. */

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

/** Without CASCADE: what others built on it stays and is named in the error. */
export const dropConnection = (name: ItemName): string => `DROP CONNECTION IF EXISTS ${item(name)}`;
