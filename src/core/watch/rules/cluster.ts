/** What the source runs on: how full it is, and whether it was restarted for want of memory. */
import { formatShare } from '../../text/share';
import { always, reaching } from '../condition';
import type { WatchRule } from './rule';

export const clusterRules: WatchRule[] = [
  {
    id: 'cluster-utilization',
    verdict: 'lagging',
    needs: 'target',
    during: ['copying'],
    explanation: [
      'The cluster runs towards the end of its memory or disk; beyond it its replica is restarted over and over.',
      'SELECT * FROM mz_internal.mz_cluster_replica_utilization;',
      'Raise materialize.cluster.steadySize and n2m apply FILE.',
    ],
    look: ({ target, spec }) =>
      (['memory', 'disk'] as const).flatMap((what) => {
        const share = target?.cluster[what] ?? null;
        if (!target || share === null || share < spec.watch.utilization.warn) return [];
        const cause = () => `cluster ${target.cluster.name} uses ${formatShare(share)} of its ${what}`;
        const next = 'raise materialize.cluster.steadySize, then n2m apply';
        return [{ table: null, key: what, severity: reaching(share, spec.watch.utilization), cause, next }];
      }),
  },
  {
    id: 'cluster-oom',
    verdict: 'stuck',
    needs: 'target',
    during: ['copying'],
    explanation: [
      'A replica ran out of memory and was restarted; it starts from where it was and may do so again.',
      'SELECT * FROM mz_internal.mz_cluster_replica_statuses;',
      'Raise materialize.cluster.steadySize and n2m apply FILE.',
    ],
    look: ({ target, memory }) =>
      (target?.cluster.replicas ?? [])
        .filter((replica) => /oom/i.test(replica.reason ?? ''))
        .filter((replica) => replica.status !== 'online' || isNews(replica.since, memory?.lastCheckAt))
        .slice(0, 1)
        .map((replica) => ({
          table: null,
          severity: always('critical'),
          cause: () =>
            `replica ${replica.name} of cluster ${target?.cluster.name ?? ''} (${replica.size}) ran out of memory and was restarted`,
          next: 'raise materialize.cluster.steadySize, then n2m apply',
        })),
  },
];

const isNews = (at: string | null, lastCheckAt: string | undefined): boolean =>
  at !== null && (lastCheckAt === undefined || Date.parse(at) > Date.parse(lastCheckAt));
