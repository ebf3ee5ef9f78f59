import { alterClusterReplicationFactor } from '../../objects/cluster/statements';
import { formatDuration } from '../../text/duration';
import { formatShare } from '../../text/share';
import { always, lasting, news, reaching, type WatchScene } from '../context';
import { sourceError } from '../source-errors';
import type { WatchRule } from './rule';

/** Freshness is noisy: so many checks over the first limit, and so long over the second. */
const LATE_CHECKS = 5;
const LATE_MS = 15 * 60_000;

export const targetRules: WatchRule[] = [
  {
    id: 'source-missing',
    verdict: 'broken',
    needs: 'target',
    during: ['copying'],
    look: ({ target, spec }) =>
      target && !target.source.exists
        ? [
            {
              table: null,
              severity: always('critical'),
              cause: () => `source ${spec.materialize.names.source} does not exist in Materialize any more`,
              next: 'n2m apply makes it again and copies every table',
            },
          ]
        : [],
  },
  {
    id: 'source-restored',
    verdict: 'broken',
    needs: 'target',
    during: ['copying'],
    look: (scene) => permanent(scene, 'source-restored'),
  },
  {
    id: 'publication-missing',
    verdict: 'broken',
    needs: 'either',
    during: ['copying'],
    look: (scene) => {
      const dead = permanent(scene, 'publication-missing');
      if (dead.length > 0 || !scene.source || scene.source.publication.exists) return dead;
      const cause = () => `publication ${scene.spec.source.publication} does not exist upstream any more`;
      return [{ table: null, severity: always('critical'), cause, next: `n2m repair ${scene.spec.name}` }];
    },
  },
  {
    id: 'not-running',
    verdict: 'broken',
    needs: 'target',
    during: ['copying'],
    look: (scene) => {
      const { target, spec, memory } = scene;
      if (!target?.source.exists) return [];
      const { status, error } = target.source;
      const flap = memory === null ? [] : ownEvents(scene);
      if (status === 'running' && flap.length === 0) return [];
      const text = error ?? flap.at(-1)?.error ?? null;
      const known = sourceError(text);
      // A lost slot or a missing publication is told by its own rule: that the source stands is only its effect.
      if (known && known.rule !== 'not-running') return [];
      const said = text === null ? '' : `: ${known?.meaning ?? text}`;
      const name = `source ${spec.materialize.names.source}`;
      const paused = target.cluster.exists && target.cluster.replicationFactor === 0;
      const cause = ({ ms }: { ms: number }) =>
        paused
          ? `${name} is paused for ${formatDuration(ms)}: cluster ${target.cluster.name} has replication factor 0`
          : `${name} ${status === 'running' ? 'flaps' : `is ${status}`} for ${formatDuration(ms)}${said}`;
      const next = paused
        ? `${alterClusterReplicationFactor(target.cluster.name, 1)};`
        : (known?.next?.replace('{pipeline}', spec.name) ?? `n2m status ${spec.name}`);
      return [{ table: null, severity: lasting(spec.watch.notRunning), cause, next, visible: true }];
    },
  },
  {
    id: 'freshness',
    verdict: 'lagging',
    needs: 'target',
    during: [],
    look: ({ target, spec }) => {
      const late = (target?.tables ?? [])
        .filter((table) => table.error === null && table.freshnessMs !== null)
        .sort((a, b) => (b.freshnessMs ?? 0) - (a.freshnessMs ?? 0))[0];
      const { warn, critical } = spec.watch.freshness;
      const ms = late?.freshnessMs ?? 0;
      if (!late || ms < warn) return [];
      const long = Math.min(LATE_MS, 15 * spec.watch.every);
      const cause = () => `${late.table} is ${formatDuration(ms)} behind upstream`;
      const next = `n2m status ${spec.name}`;
      return [
        { table: null, key: 'warn', severity: ({ checks }) => (checks >= LATE_CHECKS ? 'warn' : 'ok'), cause, next },
        ...(ms >= critical
          ? [
              {
                table: null,
                key: 'critical',
                severity: (held: { ms: number }) => (held.ms >= long ? ('critical' as const) : ('ok' as const)),
                cause: (held: { ms: number }) =>
                  `${cause()}, more than ${formatDuration(critical)} for ${formatDuration(held.ms)}`,
                next: `raise materialize.cluster.steadySize, then n2m apply`,
              },
            ]
          : []),
      ];
    },
  },
  {
    id: 'cluster-utilization',
    verdict: 'lagging',
    needs: 'target',
    during: ['copying'],
    look: ({ target, spec }) =>
      (['memory', 'disk'] as const).flatMap((what) => {
        const share = target?.cluster[what] ?? null;
        if (!target || share === null) return [];
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

/** Stalled events of the source itself since the last check; those of its tables begin with their names. */
function ownEvents(scene: WatchScene): { at: string; error: string }[] {
  const prefix = `${scene.spec.materialize.names.source}: `;
  return news(scene).filter(({ error }) => error.startsWith(prefix));
}

function permanent(scene: WatchScene, rule: 'source-restored' | 'publication-missing') {
  const { target, spec } = scene;
  const texts = [target?.source.error ?? null, ...ownEvents(scene).map(({ error }) => error)];
  const found = texts.map(sourceError).find((error) => error?.rule === rule);
  if (!found) return [];
  const next = found.next?.replace('{pipeline}', spec.name) ?? `n2m status ${spec.name}`;
  return [{ table: null, severity: always('terminal'), cause: () => found.meaning, next, latch: rule }];
}
