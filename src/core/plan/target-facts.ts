/** What was read from Materialize before a plan is made. */

import type { Definition } from './definition';

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
  /** Constraints upstream it was made without; absent: none. */
  excludeConstraints?: string[] | 'all';
  /** The columns it has; absent where nobody looked. */
  columns?: string[];
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

/** A resize in the background, as `mz_cluster_reconfigurations` tells of the last one of a cluster. */
export interface Reconfiguration {
  /** `in-progress`, `finalized`, `timed-out`, `cancelled`, `resource-exhausted`, or what a later version adds. */
  status: string;
  /** What it is to become; null where the relation does not say. */
  size: string | null;
  /** When Materialize gives up and goes back, ISO. */
  deadline: string | null;
}

/** What else decides over a cluster: it is told apart, and not fought. */
export interface SizedBy {
  kind: 'auto-scaling' | 'schedule';
  /** Of `AUTO SCALING STRATEGY`: the size of its replica while something hydrates. */
  hydrationSize: string | null;
}

/** What the region may spend an hour, and what runs. */
export interface Credits {
  /** `max_credit_consumption_rate`; null where nobody is told. */
  limit: number | null;
  /** Of all replicas of users' clusters. */
  used: number;
}

/** What the catalog says of a size: all processes of one replica together. Names tell nothing; each region has its own. */
export interface SizePower {
  cores: number;
  memoryBytes: number;
  /** An hour. */
  credits: number;
}

export interface ClusterFacts {
  id: string;
  comment: string | null;
  managed: boolean;
  size: string | null;
  replicationFactor: number;
  replicas: { id: string; name: string; size: string; status: string }[];
  /** Replicas of a change under way, in versions before 26.35. */
  pending: number;
  /** Null where there was none, or the version has none. */
  reconfiguration: Reconfiguration | null;
  /** Null: n2m alone. */
  sizedBy: SizedBy | null;
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

/** A server that n2m reaches without checking who answers. */
export interface UnverifiedHost {
  host: string;
  encrypted: boolean;
}

export interface TargetFacts {
  version: string;
  versionNum: number;
  forcesSourceTables: boolean;
  user: string;
  /** Privileges that are missing for what the file asks, in words: `CREATECLUSTER on SYSTEM`. */
  missingPrivileges: string[];
  /** How n2m reaches it; null or absent: verified, or on the same machine. */
  unverified?: UnverifiedHost | null;
  egressCidrs: string[];
  /** Those that may be used, cheapest first. */
  sizes: string[];
  /** Of every size that exists, also of those that may not be used any more. */
  power: Record<string, SizePower>;
  credits: Credits;
  /** ALTER CLUSTER goes on in the background: this version has the relation that follows it. */
  resizesInBackground: boolean;
  limits: {
    maxSources: number;
    usedSources: number;
    maxTables: number;
    usedTables: number;
    /** Objects of all kinds in one schema; absent: not asked. */
    maxPerSchema?: number;
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
  /** What an earlier run dropped, and is not there again. */
  owed?: Definition[];
  /** Everything in the target schema, to see name clashes. */
  schemaItems: { id: string; name: string; type: string }[];
}
