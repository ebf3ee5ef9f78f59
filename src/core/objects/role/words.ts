import { type Entry, PLAN } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const roleWords: Record<string, Entry> = {
  'role-missing': [
    'The file says the role is given, and it does not exist.',
    'SELECT rolname FROM pg_roles;',
    'Create it, or let the run do so.',
  ],
  'role-is-login': [
    'The file gives Materialize the role that n2m itself logs in as: it may change what it reads, and where n2m sets its password, everything else that logs in as it is locked out.',
    PLAN,
    'Name another role: source.role: {name: …, via: sql} makes one with only what it needs.',
  ],
  'role-creation': [
    'The connected role may not make a role that replicates.',
    'SELECT rolname, rolcreaterole, rolreplication FROM pg_roles;',
    'Give it the attributes, use source.role: {name: …, via: api} on Neon, or name a role that exists. On RDS, Cloud SQL and Azure: a login of their administrators.',
  ],
  'role-attributes': [
    'The role cannot log in or lacks REPLICATION; attributes are not inherited. On RDS membership in rds_replication stands for it.',
    'SELECT rolname, rolcanlogin, rolreplication FROM pg_roles;',
    'ALTER ROLE … LOGIN REPLICATION;, on RDS GRANT rds_replication TO …;',
  ],
  'admin-role': [
    'Roles made through Neon’s API are members of neon_superuser: they may read and write everything.',
    'SELECT * FROM pg_roles;',
    'source.role: {name: …, via: sql} from Postgres 16 on makes one with only what it needs.',
  ],
  'idle-in-transaction': [
    'One session of the copy sits idle in its transaction; a timeout ends it and the copy starts over.',
    'SHOW idle_in_transaction_session_timeout;',
    'ALTER ROLE … SET idle_in_transaction_session_timeout = 0;',
  ],
  'transaction-timeout': [
    'A transaction of the role ends after so long (Postgres 17 and later), and the first copy of a table is one: when it takes longer it starts over, for ever.',
    'SELECT * FROM pg_db_role_setting; SHOW transaction_timeout;',
    'ALTER ROLE … SET transaction_timeout = 0;',
  ],
  'statement-timeout': [
    'Statements of the role end after so long. Materialize lifts it for the copy of rows, not for its looks at the catalog, which wait for locks on tables: one that ends makes the source, or its copy, start anew.',
    'SELECT * FROM pg_db_role_setting; SHOW statement_timeout;',
    'ALTER ROLE … SET statement_timeout = 0;',
  ],
  'row-security': [
    'Policies hide rows from the role, and Materialize refuses to copy part of a table.',
    'SELECT * FROM pg_policies;',
    'ALTER ROLE … BYPASSRLS;',
  ],
};
