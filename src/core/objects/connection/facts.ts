/** What was read of the connection in Materialize. */

export interface ConnectionFacts {
  id: string;
  comment: string | null;
  host: string;
  port: number;
  user: string;
  database: string;
  sslMode: string;
  /** Qualified name of the password secret. */
  passwordSecret: string | null;
  certificateAuthority: string | null;
  createSql: string;
}

/** A server that n2m reaches without checking who answers. */
export interface UnverifiedHost {
  host: string;
  encrypted: boolean;
}
