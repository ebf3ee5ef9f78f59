import type { Pool } from 'pg';

/**
 * What the parts of the Materialize stand-in agree on. The front (wire, parser, DDL) owns definitions, the ingestion
 * owns what happens at run time; both meet in the relations of the backing store.
 */

/** An error as it goes over the wire. Codes and texts are Materialize's own, taken from recorded answers. */
export class MzError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly extra: { detail?: string; hint?: string; position?: number } = {},
  ) {
    super(message);
    this.name = 'MzError';
  }
}

/** Most of what Materialize refuses when it plans a statement. */
export const planError = (message: string): MzError => new MzError('XX000', message);

/** Said for everything the stand-in cannot follow; never a made-up success. */
export const notSupported = (what: string): MzError => new MzError('0A000', `the stand-in does not support ${what}`);

/** A Postgres connection object with its secrets resolved. */
export interface UpstreamConnection {
  host: string;
  port: number;
  user: string;
  password: string | null;
  database: string;
  sslMode: 'disable' | 'require' | 'verify_ca' | 'verify_full';
  /** PEM text of the authority for the verify modes. */
  certificateAuthority: string | null;
}

/** One column as it was upstream when the table was added. */
export interface UpstreamColumn {
  name: string;
  attnum: number;
  typeOid: number;
  typeMod: number;
  nullable: boolean;
  /** Ingested as text because TEXT COLUMNS names it. */
  asText: boolean;
}

/** One upstream table, described when it was added; later descriptions are compared with it. */
export interface UpstreamTable {
  oid: number;
  schema: string;
  name: string;
  columns: UpstreamColumn[];
  /** Constraints whose loss is fatal: primary key and unique constraints by name. */
  keys: { name: string; isPrimary: boolean; columns: string[] }[];
}

/** One replicated table: a subsource or a source table. Its rows live in `mz_store."<id>"`. */
export interface IngestedTable {
  /** Catalog id, `u<n>`. */
  id: string;
  upstream: UpstreamTable;
}

/** One Postgres source as the ingestion runs it. */
export interface IngestedSource {
  id: string;
  slot: string;
  publication: string;
  connection: UpstreamConnection;
  tables: IngestedTable[];
  /** Upstream's timeline when the source was made; null or absent where nobody could tell. */
  timelineId?: string | null;
  /** Upstream was a standby when the source was made; absent: it was not. */
  standby?: boolean;
  /** The progress relation of the subsource syntax; its frontier moves along. */
  progressId?: string;
}

/** The replica a source runs on; null while its cluster has none. */
export interface Replica {
  id: string;
  size: string;
}

/** Settings of the ingestion; the defaults are chosen for a demo that takes seconds. */
export interface IngestionSettings {
  /** Rows copied per second in a snapshot, by cluster size. */
  rowsPerSecond: (size: string) => number;
  /** How late statistics become visible, milliseconds (60,000 in Materialize). */
  statisticsInterval: number;
  /** Pause before a failed dataflow starts again, milliseconds (5,000 in Materialize). */
  restartDelay: number;
  /** How often upstream table descriptions are compared, milliseconds (15,000 in Materialize). */
  schemaValidationInterval: number;
  /** How much later than a reader the status of a table says that a value cannot be held, milliseconds. */
  statusDelay: number;
  /** Whether standbys are read, and a source ends where upstream becomes one or is none any more (from v26.30 on). */
  checksRecovery: boolean;
}

/**
 * Runs sources by real logical replication. It writes, in the backing store: rows of `mz_store."<table id>"`,
 * `mz_internal.mz_source_status_history`, `mz_internal.mz_source_statistics`, `mz_internal.mz_frontiers` and
 * `mz_store.table_state` (see the catalog).
 */
export interface Ingestion {
  /** Begins to run a source; returns at once, the slot is made when the dataflow starts. A null replica: paused. */
  start(source: IngestedSource, replica: Replica | null): void;
  /** The source's cluster was resized or scaled: the dataflow starts again, an unfinished snapshot from zero. */
  moveTo(sourceId: string, replica: Replica | null): void;
  /** Adds tables to a running source; each gets its own snapshot, during which nothing is acknowledged. */
  addTables(sourceId: string, tables: IngestedTable[]): void;
  /** What `work` adds to a source begins together: one dataflow is started anew for all of it. */
  together<T>(work: () => Promise<T>): Promise<T>;
  /** Stops writing the table. Best called before its relation is dropped: an unfinished snapshot holds a lock on it. */
  removeTable(sourceId: string, tableId: string): void;
  /** The connection or one of its secrets changed: connect anew. */
  reconnect(sourceId: string, connection: UpstreamConnection): void;
  /** Stops the source (call it before its relations are dropped, as above); drops the upstream slot afterwards, asynchronously, trying for up to 60 s. */
  drop(sourceId: string): void;
  /** Stops everything, leaving upstream slots as they are (as a crash would). */
  close(): Promise<void>;
}

export type CreateIngestion = (store: Pool, settings: IngestionSettings) => Ingestion;
