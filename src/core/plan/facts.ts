/** What was read from both systems before a plan is made. Counters and bytes are decimal strings, LSNs as Postgres prints them. */

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
  generated: boolean;
  /** `text`: Materialize takes it with TEXT COLUMNS; `no`: it cannot. */
  ingest: 'yes' | 'text' | 'no';
}

export interface TableFacts {
  schema: string;
  name: string;
  oid: number;
  /** pg_class.relkind; only `r` and partitions can be replicated one by one. */
  relkind: string;
  owner: string;
  /** The connected role is the owner or a member of the owning role. */
  ownedByUs: boolean;
  replicaIdentity: 'default' | 'full' | 'nothing' | 'index';
  hasPrimaryKey: boolean;
  /** Row level security is on and policies apply to the replication role. */
  rowSecurity: boolean;
  /** The replication role may read it; null while the role does not exist. */
  selectable: boolean | null;
  schemaUsable: boolean | null;
  /** Planner estimate; null when never analysed. */
  estimatedRows: number | null;
  bytes: string;
  columns: ColumnFacts[];
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

export interface SourceFacts {
  versionNum: number;
  /** Where Materialize will connect. */
  host: string;
  port: number;
  pooledHost: boolean;
  walLevel: string;
  maxReplicationSlots: number;
  usedReplicationSlots: number;
  maxWalSenders: number;
  usedWalSenders: number;
  /** Bytes; null: no cap. */
  maxSlotWalKeepSize: string | null;
  idleInTransactionTimeoutMs: number;
  /** The role n2m itself uses. */
  user: { name: string; superuser: boolean; replication: boolean; createRole: boolean; canCreateInDatabase: boolean };
  role: RoleFacts | null;
  publication: PublicationFacts | null;
  /** A publication carries this pipeline's mark, so that what is added can be recorded. */
  recordExists: boolean;
  /** Every table the file selects (and, for schemas or all, every table found). */
  tables: TableFacts[];
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

/** An object of others that reads from the pipeline's tables, or lives among them. */
export interface DependentFacts {
  id: string;
  /** In full, `materialize.shop.orders_by_day`, where it is built on the pipeline's; else bare. */
  name: string;
  type: string;
}

export interface ChildFacts {
  id: string;
  kind: 'subsource' | 'table';
  schema: string;
  name: string;
  upstream: { schema: string; name: string };
  status: string;
  error: string | null;
  /** Its first copy is committed: the write frontier has left zero, or a live replica's statistics say so. */
  committed: boolean;
  /** Columns its own statement takes as text, or leaves out. */
  textColumns: string[];
  excludeColumns: string[];
  /** Everything built on it, however far down, each after what it is built on. */
  dependents: DependentFacts[];
}

export interface SourceObjectFacts {
  id: string;
  comment: string | null;
  cluster: string;
  connectionId: string | null;
  publication: string | null;
  slot: string | null;
  syntax: 'subsources' | 'tables';
  /** `schema.table.column`, by the source's statement or by a table's. */
  textColumns: string[];
  excludeColumns: string[];
  status: string;
  error: string | null;
  children: ChildFacts[];
  /** Everything built on it or on its tables, which are left out, each after what it is built on. */
  dependents: DependentFacts[];
  createSql: string;
}

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

export interface ClusterFacts {
  id: string;
  comment: string | null;
  managed: boolean;
  size: string | null;
  replicationFactor: number;
  replicas: { id: string; name: string; size: string; status: string }[];
  pending: number;
  /** Objects on it that are not this pipeline's. */
  otherObjects: DependentFacts[];
}

/** An object that carries this pipeline's mark, and that its file does not name: an earlier version of it did. */
export interface Stray {
  kind: 'source' | 'connection' | 'secret' | 'schema' | 'cluster';
  /** Null where the kind has none. */
  database: string | null;
  schema: string | null;
  name: string;
  /** Of a cluster: what runs on it besides the source that the file names. */
  otherObjects: DependentFacts[];
}

export interface TargetFacts {
  version: string;
  versionNum: number;
  forcesSourceTables: boolean;
  user: string;
  /** Privileges that are missing for what the file asks, in words: `CREATECLUSTER on SYSTEM`. */
  missingPrivileges: string[];
  egressCidrs: string[];
  sizes: string[];
  limits: {
    maxSources: number;
    usedSources: number;
    maxTables: number;
    usedTables: number;
    maxClusters: number;
    usedClusters: number;
  };
  databaseExists: boolean;
  schema: { exists: boolean; comment: string | null };
  cluster: ClusterFacts | null;
  secret: { id: string; comment: string | null } | null;
  connection: ConnectionFacts | null;
  source: SourceObjectFacts | null;
  strays: Stray[];
  /** Everything in the target schema, to see name clashes. */
  schemaItems: { id: string; name: string; type: string }[];
}

/** The schedule that watches the pipeline, as Temporal has it. */
export interface WatchFacts {
  exists: boolean;
  paused: boolean;
  /** Its action's spec equals the file's. */
  current: boolean;
}
