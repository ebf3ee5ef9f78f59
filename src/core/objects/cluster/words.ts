import { type Entry, PLAN } from '../../explain/types';

/** What the findings of this room mean, how to see it, what to do. */
export const clusterWords: Record<string, Entry> = {
  'unknown-size': ['The region has no such size.', 'SELECT size FROM mz_cluster_replica_sizes;', 'Use one it has.'],
  'shared-cluster': [
    'Others run on the same cluster: they compete for memory and restart with every resize.',
    PLAN,
    'A cluster of its own.',
  ],
  'cluster-reconfiguring': [
    'A resize is under way.',
    'SELECT * FROM mz_internal.mz_pending_cluster_replicas;',
    'Nothing: the run waits.',
  ],
  'renamed-object': [
    'Another version of the file gave one of the pipeline’s objects another name: the one it made is still there.',
    PLAN,
    'The old name; or n2m destroy NAME before the new one.',
  ],
};
