/** What was read from Materialize before a plan is made. */

import type { ClusterFacts, Credits, SizePower } from '../objects/cluster/facts';
import type { ConnectionFacts, UnverifiedHost } from '../objects/connection/facts';
import type { DependentFacts, SourceObjectFacts } from '../objects/source/facts';
import type { Definition } from './definition';

/** An object that carries this pipeline's mark, and that its file does not name: an earlier version of it did. */
export interface Orphan {
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
  orphans: Orphan[];
  /** What an earlier run dropped, and is not there again. */
  owed?: Definition[];
  /** Everything in the target schema, to see name clashes. */
  schemaItems: { id: string; name: string; type: string }[];
}
