/** What was read from both systems before a plan is made. Counters and bytes are decimal strings, LSNs as Postgres prints them. */

import type { PoolerFacts } from '../objects/connection/poolers';
import type { StandbyFacts } from '../objects/logical-replication/standby';

export * from './target-facts';

/** Written as a comment on each object that carries one; `ours` compares `pipeline`. */
export interface OwnerMark {
  managedBy: 'n2m';
  pipeline: string;
  /** What was added to something shared, e.g. IP entries, so that destroy takes back exactly that. */
  added?: string[];
}

export interface ColumnFacts {
  name: string;
  type: string;
  typeOid: number;
  nullable: boolean;
  /** Computed from other columns: kept in the row, or worked out when it is read (Postgres 18). Null: an ordinary column. */
  generated: 'stored' | 'virtual' | null;
  /** What a generated column is computed by, as Postgres prints it. */
  expression: string | null;
  /** `text`: Materialize takes it with TEXT COLUMNS; `no`: it cannot. */
  ingest: 'yes' | 'text' | 'no';
}

/** A publication that sends a table's changes, as Postgres looks it up at every UPDATE and DELETE of the table. */
export interface TablePublication {
  name: string;
  owner: string;
  ownedByUs: boolean;
  /** How the table, or an ancestor of the partition, came into it. */
  via: 'table' | 'schema' | 'all';
  /** The table by whose entry it is published: an ancestor where the publication goes by the root. */
  entry: { schema: string; name: string };
  publishes: PublicationFacts['publishes'];
  /** The columns that its entry lists; null: no list. */
  columns: string[] | null;
  filtered: boolean;
  /** From Postgres 18 on; before, generated columns are never published. */
  generatedColumns: 'none' | 'stored';
}

/** The leaves of a partitioned table, counted, and the first few of them by name. */
export interface PartitionsFacts {
  count: number;
  /** Their replica identity is not full; a new partition does not take over its parent's. */
  weak: FirstOf<{ identity: TableFacts['replicaIdentity'] }>;
  /** No publication sends their changes. */
  unsent: FirstOf<{ why: 'foreign' | 'unlogged' }>;
  /** One of the weak ones whose identity the connected role may not set. */
  foreign: { schema: string; name: string; owner: string } | null;
}

interface FirstOf<More> {
  count: number;
  first: ({ schema: string; name: string } & More)[];
}

export interface TableFacts {
  schema: string;
  name: string;
  oid: number;
  /** pg_class.relkind: `r` holds rows, and `p` is partitioned: its partitions do. */
  relkind: string;
  /** The tables it is a partition of, the nearest first. */
  partitionOf: { schema: string; name: string }[];
  /** Null where it is not partitioned. */
  partitions: PartitionsFacts | null;
  persistence: 'permanent' | 'unlogged' | 'temporary';
  /** Tables that inherit from it (no partitions), and the first few of them by name. */
  heirs: { count: number; first: { schema: string; name: string }[] };
  /** Of TimescaleDB: its rows are in chunks. */
  hypertable: boolean;
  owner: string;
  /** The connected role is the owner or a member of the owning role. */
  ownedByUs: boolean;
  /** By an index that was dropped: nothing. Of a partitioned table that of the first of all that is not full. */
  replicaIdentity: 'default' | 'full' | 'nothing' | 'index';
  /** One that identifies a row at any moment, so no deferrable one. */
  hasPrimaryKey: boolean;
  /** Its primary key and unique constraints by name, which Materialize copies it with. */
  constraints: string[];
  /** What an identity by a key or an index logs of the old row. */
  identityColumns: string[];
  /** Row level security is on and policies apply to the replication role. */
  rowSecurity: boolean;
  /** The replication role may read it; null while the role does not exist. */
  selectable: boolean | null;
  schemaUsable: boolean | null;
  /** Everybody may use the schema, so also a role that does not exist yet. */
  schemaOpen: boolean;
  /** The connected role may pass USAGE of the schema on. GRANT without that right is a warning (01007) that changes nothing. */
  schemaGrantable: boolean;
  /** Planner estimate; null when never analysed. */
  estimatedRows: number | null;
  bytes: string;
  /** An average row with what is stored out of line, which replica identity full logs again; null when never analysed. */
  rowBytes: number | null;
  /** Its updates and deletes, and the time they were counted over; null where nobody can tell. */
  written: { changes: number; seconds: number } | null;
  columns: ColumnFacts[];
  /** Every publication that publishes it, also those of others. */
  publications: TablePublication[];
}

/** A transaction that would hold the slot's creation up. */
export interface OpenTransaction {
  kind: 'session' | 'prepared';
  pid: number | null;
  gid: string | null;
  user: string;
  application: string;
  database: string;
  ageSeconds: number;
  writing: boolean;
}

export interface PublicationFacts {
  name: string;
  owner: string;
  ownedByUs: boolean;
  allTables: boolean;
  publishes: { insert: boolean; update: boolean; delete: boolean; truncate: boolean };
  viaRoot: boolean;
  /** Stored generated columns are published; null before Postgres 18, where they are in no replica identity either. */
  generatedColumns: boolean | null;
  tables: { schema: string; name: string; columns: string[] | null; filtered: boolean }[];
  comment: string | null;
}

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

export interface NeonFacts {
  project: string;
  branchId: string;
  branchName: string;
  branchProtected: boolean;
  pgVersion: number;
  logicalReplication: boolean;
  storesPasswords: boolean;
  allowedIps: string[];
  allowedIpsProtectedBranchesOnly: boolean;
  blocksPublicConnections: boolean;
  endpointId: string;
  endpointHost: string;
  /** Owner of the database, as which DDL runs. */
  ownerRole: string;
  roleNames: string[];
}

/** Who runs the server, told by the settings and roles that only it has. Null: nobody that is known. */
export type ManagedServer = 'neon' | 'rds' | 'aurora' | 'cloud-sql' | 'alloydb' | 'azure' | 'supabase';

/** What the file's patterns did; empty for a list. */
export interface SelectionFacts {
  /** Left out by `exclude`: how many tables, and the first of them by name. */
  excluded: { count: number; first: { schema: string; name: string }[] };
  /** Schemas and patterns of the file that no table is of, as it writes them. */
  unmatched: { key: 'schemas' | 'exclude'; pattern: string }[];
}

export interface SourceFacts {
  versionNum: number;
  managed: ManagedServer | null;
  /** In recovery: a replica, which takes no change at all. */
  standby: boolean;
  /** Where a standby gets its WAL from, `host:port`; null where it is none, or nobody says. */
  primary: string | null;
  /** Transactions of the connected role are read-only unless they ask to write. */
  readOnly: boolean;
  /** Of the server that Materialize reads, where the file names the primary of that; the login is the primary's. */
  replica?: StandbyFacts;
  /** Where Materialize will connect. */
  host: string;
  port: number;
  /** Only the file names that host, and the worker's owner did not allow it. */
  unknownHost?: boolean;
  /** What hands sessions around in front of the server; null: nothing that gave itself away. */
  pooler: PoolerFacts | null;
  walLevel: string;
  maxReplicationSlots: number;
  usedReplicationSlots: number;
  maxWalSenders: number;
  usedWalSenders: number;
  /** Bytes; null: no cap. */
  maxSlotWalKeepSize: string | null;
  /** How long a slot may be idle before the server invalidates it, from 18 on; null: no limit. */
  idleSlotTimeoutMs: number | null;
  /** The role n2m itself uses. */
  user: {
    name: string;
    superuser: boolean;
    replication: boolean;
    bypassRls: boolean;
    createRole: boolean;
    canCreateInDatabase: boolean;
    /** Also through other roles. */
    memberOf: string[];
  };
  role: RoleFacts | null;
  publication: PublicationFacts | null;
  /** A publication carries this pipeline's mark, so that what is added can be recorded. */
  recordExists: boolean;
  /** Publications of other logins that carry this pipeline's mark. They are not ours. */
  claims?: { name: string; owner: string }[];
  /** Every table the file selects (and, for schemas or all, every table found that is not excluded). */
  tables: TableFacts[];
  /** Absent where nothing was looked at by pattern. */
  selection?: SelectionFacts;
  /** Tables the file names that do not exist. */
  missingTables: { schema: string; name: string }[];
  /** Tables of the publication that the file does not select any more. */
  openTransactions: OpenTransaction[];
  /** Names of this database's logical replication slots. */
  slots: string[];
  /** Default privileges for future tables, per owner and schema, already granted to the role. */
  defaultPrivileges: { owner: string; schema: string }[];
  neon: NeonFacts | null;
}

/** The schedule that watches the pipeline, as Temporal has it. */
export interface WatchFacts {
  exists: boolean;
  paused: boolean;
  /** When it looks, with what, and what it does when it cannot, are as the file and this version have them. */
  current: boolean;
}
