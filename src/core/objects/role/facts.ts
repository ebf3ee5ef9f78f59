/** What was read of the role that Materialize logs in as. */

export interface RoleFacts {
  name: string;
  login: boolean;
  superuser: boolean;
  replication: boolean;
  bypassRls: boolean;
  /** pg_roles.rolconfig, e.g. `idle_in_transaction_session_timeout=0`. */
  config: string[];
  memberOf: string[];
  comment: string | null;
  /** Timeouts that its sessions in this database begin with: its own, else the database's, else the server's. */
  limits: SessionLimit[];
}

/** A timeout that ends something of a session. */
export interface SessionLimit {
  setting: 'idle_in_transaction_session_timeout' | 'transaction_timeout' | 'statement_timeout';
  ms: number;
  /** Set for the role in this database alone, which wins over what is set for the role. */
  inDatabase: boolean;
}
