/** The source in Materialize: that it is there, runs, and is fresh. */
import { alterClusterReplicationFactor } from '../../objects/cluster/statements';
import { formatDuration } from '../../text/duration';
import { always, lasting } from '../condition';
import { newStalls, type WatchContext } from '../context';
import { sourceError } from '../source-errors';
import type { WatchRule } from './rule';

/** Freshness is noisy: so many checks over the first limit, and so long over the second. */
const LATE_CHECKS = 5;
const LATE_MS = 15 * 60_000;

export const STATUSES = 'SELECT name, status, error FROM mz_internal.mz_source_statuses;';

export const sourceRules: WatchRule[] = [
  {
    id: 'source-missing',
    verdict: 'broken',
    needs: 'target',
    during: ['copying'],
    explanation: [
      'The source was dropped in Materialize.',
      "SELECT name FROM mz_sources WHERE name = 'NAME_source';",
      'n2m apply FILE makes it again and copies every table.',
    ],
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
    explanation: [
      'The upstream database was restored from a backup or failed over, so that its history is another one; or the host leads to a standby, such as the primary of before a failover. Materialize writes that into every table, for good.',
      `${STATUSES} Upstream: SELECT pg_is_in_recovery();`,
      'Let the host or the secret’s URL lead to the primary, then n2m repair NAME copies every table again.',
    ],
    look: (context) => permanent(context, 'source-restored'),
  },
  {
    id: 'publication-missing',
    verdict: 'broken',
    needs: 'either',
    during: ['copying'],
    explanation: [
      'The publication was dropped upstream. Every table of the source is dead, also after the publication is made again.',
      'SELECT pubname FROM pg_publication;',
      'n2m repair NAME makes publication and source again.',
    ],
    look: (context) => {
      const dead = permanent(context, 'publication-missing');
      if (dead.length > 0 || !context.source || context.source.publication.exists) return dead;
      const cause = () => `publication ${context.spec.source.publication} does not exist upstream any more`;
      return [{ table: null, severity: always('critical'), cause, next: `n2m repair ${context.spec.name}` }];
    },
  },
  {
    id: 'not-running',
    verdict: 'broken',
    needs: 'target',
    during: ['copying'],
    explanation: [
      'The source is stalled, paused or flaps. While it stands the slot keeps WAL.',
      `${STATUSES} The history tells what a flapping source hides: mz_internal.mz_source_status_history.`,
      'Mend what its error says; with replication factor 0 bring the cluster back with n2m apply FILE.',
    ],
    look: (context) => {
      const { target, spec, memory } = context;
      if (!target?.source.exists) return [];
      const { status, error } = target.source;
      const flap = memory === null ? [] : ownEvents(context);
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
    explanation: [
      'The newest data in Materialize is older than the limit: the cluster is too small for what is written.',
      'SELECT object_id, write_frontier FROM mz_internal.mz_frontiers;',
      'Raise materialize.cluster.steadySize and n2m apply FILE.',
    ],
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
];

/** Stalled events of the source itself since the last check; those of its tables begin with their names. */
function ownEvents(context: WatchContext): { at: string; error: string }[] {
  const prefix = `${context.spec.materialize.names.source}: `;
  return newStalls(context).filter(({ error }) => error.startsWith(prefix));
}

function permanent(context: WatchContext, rule: 'source-restored' | 'publication-missing') {
  const { target, spec } = context;
  // What ends the source is written into its tables, and may be seen there alone.
  const tables = rule === 'source-restored' ? (target?.tables ?? []) : [];
  const texts = [target?.source.error ?? null, ...[...ownEvents(context), ...tables].map(({ error }) => error)];
  const found = texts.map(sourceError).find((error) => error?.rule === rule);
  if (!found) return [];
  const next = found.next?.replace('{pipeline}', spec.name) ?? `n2m status ${spec.name}`;
  return [{ table: null, severity: always('terminal'), cause: () => found.meaning, next, latch: rule }];
}
