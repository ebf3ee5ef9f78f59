import { type Entry, PLAN } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const clusterWords: Record<string, Entry> = {
  'unknown-size': ['The region has no such size.', 'SELECT size FROM mz_cluster_replica_sizes;', 'Use one it has.'],
  'steady-size-larger': [
    'The size for the time after the copy is larger than the one for the copy. Usually the two were mixed up: a copy is what takes the most.',
    'SELECT size, cpu_nano_cores, memory_bytes, credits_per_hour FROM mz_cluster_replica_sizes;',
    'A snapshotSize that is no smaller than steadySize.',
  ],
  'shared-cluster': [
    'Others run on the same cluster: they compete for memory and restart with every resize.',
    PLAN,
    'A cluster of its own.',
  ],
  'cluster-reconfiguring': [
    'A resize is under way, begun by somebody or by an earlier run.',
    'SELECT * FROM mz_internal.mz_cluster_reconfigurations; before v26.35: SELECT * FROM mz_internal.mz_pending_cluster_replicas;',
    'Nothing: the run waits. ALTER CLUSTER with the size that is there cancels it.',
  ],
  'cluster-sized-elsewhere': [
    'The cluster has an AUTO SCALING STRATEGY, or a SCHEDULE: something else decides over its replicas.',
    'SELECT * FROM mz_internal.mz_cluster_auto_scaling_strategies; SELECT * FROM mz_internal.mz_cluster_schedules;',
    'Nothing for a strategy: n2m leaves the size alone. A schedule has to be MANUAL for a source to be followed.',
  ],
  'copy-under-way': [
    'Tables are being copied: a resize would make the copy start over, so there is none before everything is committed.',
    PLAN,
    'Nothing; or resize by hand, if starting over is worth it.',
  ],
  'no-credits': [
    'Both sizes of a resize in the background count against the region’s limit, also on the way down: Materialize would refuse it (53000).',
    'SHOW max_credit_consumption_rate;',
    'Have it raised or free some; or agree that the replicas go first, with a pause.',
  ],
  'renamed-object': [
    'Another version of the file gave one of the pipeline’s objects another name: the one it made is still there.',
    PLAN,
    'The old name; or n2m destroy NAME before the new one.',
  ],
};
