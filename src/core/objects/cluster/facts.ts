/** What was read of clusters, and of what the region has for them. */

import type { DependentFacts } from '../source/facts';

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
