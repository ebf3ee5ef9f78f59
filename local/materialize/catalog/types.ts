import type { UpstreamColumn, UpstreamTable } from '../contract';

/** Who asks: names are resolved, and written in errors, as this session sees them. */
export interface CatalogSession {
  /** Current database; only `materialize` exists. */
  database: string;
  searchPath: string[];
  /** Role name. */
  role: string;
}

/** A name as the user wrote it: one to three parts, already folded and unquoted. */
export type NameParts = readonly string[];

export type ItemType = 'secret' | 'connection' | 'source' | 'table' | 'view' | 'materialized-view' | 'index';

/** A name whose database and schema are known to exist. */
export interface NewName {
  database: string;
  schemaId: string;
  schema: string;
  name: string;
}

export interface CatalogItem extends NewName {
  /** `u<n>` for what users made, `s<n>` for what the system brings. */
  id: string;
  oid: number;
  type: ItemType;
  /** For sources `postgres`, `subsource`, `progress`; for connections `postgres`, `aws-privatelink`, …; else null. */
  subtype: string | null;
  ownerId: string;
  clusterId: string | null;
  connectionId: string | null;
  /** The source a subsource, progress relation or source table belongs to. */
  sourceId: string | null;
  createSql: string | null;
  redactedCreateSql: string | null;
}

export interface CatalogSchema {
  id: string;
  oid: number;
  database: string;
  name: string;
  ownerId: string;
}

export interface CatalogReplica {
  id: string;
  name: string;
  clusterId: string;
  size: string;
}

export interface CatalogCluster {
  id: string;
  name: string;
  ownerId: string;
  managed: boolean;
  size: string | null;
  replicationFactor: number | null;
  replicas: CatalogReplica[];
}

export interface CatalogRole {
  id: string;
  name: string;
  superuser: boolean;
}

/** A value of a connection option: literal text or number, or a reference to a secret or another item. */
export type OptionValue = { text: string } | { number: number } | { secretId: string } | { itemId: string };

/** Options by their upper-case SQL name, e.g. `HOST`, `SSL MODE`; only those the user gave. */
export type ConnectionOptions = Record<string, OptionValue>;

/** One upstream table to be ingested under a name of ours. */
export interface NewIngestedTable {
  name: NewName;
  upstream: UpstreamTable;
  /** Upstream database name, first part of EXTERNAL REFERENCE. */
  upstreamDatabase: string;
  /** Bare column names given in TEXT COLUMNS / EXCLUDE COLUMNS, for create_sql. */
  textColumns?: string[];
  excludeColumns?: string[];
  excludeConstraints?: string[] | 'all';
}

/** One row of mz_source_references. */
export interface SourceReference {
  namespace: string;
  name: string;
  columns: string[];
}

export interface NewSource {
  name: NewName;
  ownerId: string;
  clusterId: string;
  connectionId: string;
  publication: string;
  /** Qualified names as written, e.g. `public.enumed.m`; kept for create_sql. */
  textColumns?: string[][];
  excludeColumns?: string[][];
  slot: string;
  timelineId: string | null;
  /** Absent: it was none. */
  standby?: boolean;
  upstreamDatabase: string;
  /** Progress relation of the subsource syntax; null in the source-table syntax. */
  progress: NewName | null;
  subsources: NewIngestedTable[];
  references: SourceReference[];
}

export interface AddedTable {
  item: CatalogItem;
  upstream: UpstreamTable;
}

/** What it takes to run a source again after a restart; the connection is resolved by `upstreamConnection`. */
export interface StoredSource {
  item: CatalogItem;
  slot: string;
  publication: string;
  connectionId: string;
  clusterId: string;
  timelineId: string | null;
  standby: boolean;
  tables: AddedTable[];
}

export type ObjectKind = 'system' | 'database' | 'schema' | 'cluster' | 'role' | ItemType;

/** Something that privileges, comments and owners are attached to. `id` is null for the system. */
export interface ObjectRef {
  kind: ObjectKind;
  id: string | null;
}

export type Privilege =
  | 'SELECT'
  | 'INSERT'
  | 'UPDATE'
  | 'DELETE'
  | 'USAGE'
  | 'CREATE'
  | 'CREATEROLE'
  | 'CREATEDB'
  | 'CREATECLUSTER'
  | 'CREATENETWORKPOLICY';

/** One object removed by a drop, in the order Materialize lists them. */
export interface RemovedObject {
  /** As in the notice: `SOURCE`, `CONNECTION`, `CLUSTER REPLICA`, `SCHEMA`, … */
  kind: string;
  /** As in the notice: `materialize.shop.orders`, `r1`. */
  display: string;
  id: string;
  /** Null for replicas, schemas and clusters. */
  item: CatalogItem | null;
  /** Named in the statement, as opposed to removed along with it. */
  requested: boolean;
}

export interface CatalogSettings {
  /** Answer of mz_version(), e.g. `v26.9.0-dev.0 (7d2a7fae1)`. */
  version: string;
  /** Cluster sizes on offer; the emulator's by default. */
  sizes?: ClusterSize[];
  /** Rows of mz_egress_ips, as CIDR; none by default. */
  egressIps?: string[];
  /** How long a new replica takes to report `online`, milliseconds. */
  replicaStartDelay?: number;
}

export interface ClusterSize {
  size: string;
  processes: number;
  workers: number;
  cpuNanoCores: string;
  memoryBytes: string;
  diskBytes: string;
  creditsPerHour: string;
}

export type { UpstreamColumn, UpstreamTable };
