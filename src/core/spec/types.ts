/**
 * The pipeline file after it was read, checked and completed with defaults: plain JSON, small, free of secrets.
 * This is what travels through workflow inputs. Durations are milliseconds, shares are 0 to 1, sizes are bytes.
 */

/** `env:NAME` or `file:NAME`; resolved on the worker, inside activities only. */
export type SecretRef = `env:${string}` | `file:${string}`;

/** One upstream table; `alias` is its name in Materialize where it differs from the upstream name. */
export interface TableRef {
  schema: string;
  name: string;
  alias: string | null;
}

/** What goes with a selection that is resolved against upstream when a plan is made. */
interface OpenSelection {
  aliases: TableRef[];
  /** Patterns of tables that stay out, as the file writes them. */
  exclude?: string[];
  /** What tables without an alias are called in Materialize: `{schema}_{table}`. In a list it has become the aliases. */
  targetName?: string;
}

/** Which tables to replicate. */
export type TableSelection =
  | { kind: 'list'; tables: TableRef[] }
  /** Schemas by name, and by patterns as the file writes them. */
  | ({ kind: 'schemas'; schemas: string[]; globs?: string[] } & OpenSelection)
  | ({ kind: 'all' } & OpenSelection);

export interface ColumnRef {
  schema: string;
  table: string;
  column: string;
}

/** A primary key or unique constraint; null: every one of the table, and each NOT NULL. */
export interface ConstraintRef {
  schema: string;
  table: string;
  constraint: string | null;
}

/** How both Materialize and n2m itself verify the upstream server. `ca: null` with verify modes: ISRG Root X1 (Neon). */
export interface TlsSpec {
  mode: 'verify-full' | 'verify-ca' | 'require' | 'disable';
  /** PEM text of the certificate authority. */
  ca: string | null;
}

/**
 * The role Materialize connects as. `api`: made through Neon's API (an administrator there); `sql`: made by SQL with
 * only what it needs; `given`: exists already, its password is a reference.
 */
export type RoleSpec = { name: string; via: 'api' | 'sql' } | { name: string; via: 'given'; password: SecretRef };

/** The watch itself brings columns that come upstream, where the tables to copy have together no more bytes than this. */
export interface FollowSpec {
  followUpTo: number;
}

interface SourceCommon {
  database: string;
  role: RoleSpec;
  tables: TableSelection;
  textColumns: ColumnRef[];
  excludeColumns: ColumnRef[];
  /** Absent where there are none. */
  excludeConstraints?: ConstraintRef[];
  /** Absent: columns that come upstream are only told of. */
  columns?: FollowSpec;
  tls: TlsSpec;
  publication: string;
}

export interface NeonSourceSpec extends SourceCommon {
  kind: 'neon';
  project: string;
  /** Name or id; null means the project's default branch. */
  branch: string | null;
  apiKey: SecretRef;
}

export interface PostgresSourceSpec extends SourceCommon {
  kind: 'postgres';
  /** Connection URL of the server that Materialize reads, as a role that owns the tables; a reference as a whole. */
  url: SecretRef;
  /** The same login on the primary of that server, where everything is set up. Absent: that server is the primary. */
  primary?: SecretRef;
  /** Where Materialize reaches the server, when that differs from the URL's host and port. */
  reachableAt: { host: string; port: number } | null;
}

export type SourceSpec = NeonSourceSpec | PostgresSourceSpec;

export interface ClusterSpec {
  name: string;
  snapshotSize: string;
  steadySize: string;
}

export interface MaterializeSpec {
  url: SecretRef;
  database: string;
  schema: string;
  cluster: ClusterSpec;
  /** `auto` takes what the server wants: subsources, or source tables where it forces them. */
  syntax: 'auto' | 'subsources' | 'tables';
  /** Names of the objects; derived from the pipeline's name unless the file gives others (to adopt hand-made ones). */
  names: { secret: string; connection: string; source: string };
}

export interface SnapshotSpec {
  /** How often progress is looked at. */
  pollEvery: number;
  /** No progress on either side for so long is stuck, cause unknown. */
  stuckAfter: number;
  /** How long the source has to come back after a resize before the larger size is restored. */
  resizeDeadline: number;
}

export interface Threshold {
  warn: number;
  critical: number;
}

/** Thresholds of the check; defaults are the table in the README. */
export interface WatchSpec {
  every: number;
  /** Share of the server's cap on retained WAL. */
  retainedWal: Threshold;
  /** Bytes, where the server has no cap. */
  retainedWalBytes: Threshold;
  /** Slot inactive or its restart point not moving while WAL grows. */
  slotIdle: Threshold;
  /** Confirmed LSN not moving while WAL grows. */
  unconfirmed: Threshold;
  /** The source does not run. */
  notRunning: Threshold;
  freshness: Threshold;
  /** Share of a cluster's memory or disk. */
  utilization: Threshold;
  /** Called after each completed check (a dead man's switch). */
  pingUrl: SecretRef | null;
}

export interface AlertSinkSpec {
  kind: 'webhook' | 'slack';
  url: SecretRef;
  /** Signs webhook bodies with HMAC-SHA256. */
  signingKey: SecretRef | null;
}

/** Comparisons of both sides from time to time. */
export interface VerifySpec {
  every: number;
  /** Share of large tables that is read; 1: all of them. */
  sample: number;
}

export interface PipelineSpec {
  name: string;
  source: SourceSpec;
  materialize: MaterializeSpec;
  snapshot: SnapshotSpec;
  watch: WatchSpec;
  /** Absent: only when somebody asks. */
  verify?: VerifySpec;
  alerts: AlertSinkSpec[];
}
