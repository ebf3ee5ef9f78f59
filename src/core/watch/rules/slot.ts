import { formatDuration } from '../../text/duration';
import { formatShare } from '../../text/share';
import { formatBytes } from '../../text/size';
import { blockerWords } from '../../snapshot/merge';
import type { Blocker } from '../../snapshot/types';
import type { WatchRule } from './rule';
import { neonHours } from '../slot-hours';
import { sourceError } from '../source-errors';
import { always, grownSince, lasting, news, reaching, type WatchScene } from '../context';

export const slotRules: WatchRule[] = [
  {
    id: 'slot-lost',
    verdict: 'broken',
    needs: 'either',
    during: ['copying'],
    look: (scene) => {
      const { source, target, slot, spec } = scene;
      // Materialize makes a missing slot anew under its name and then finds it too young: told once, as missing.
      if (missed(scene)) return [];
      const next = `n2m repair ${spec.name}`;
      const latch = 'slot-lost';
      const row = source !== null && source.slot.slot === slot ? source.slot : null;
      if (row?.exists && row.walStatus === 'lost') {
        const why = row.invalidationReason === null ? '' : ` (${row.invalidationReason})`;
        const cause = () =>
          `slot ${row.slot} is lost${why}: the WAL it needs is gone, every table has to be copied again`;
        return [{ table: null, severity: always('terminal'), cause, next, latch }];
      }
      const known = [target?.source.error ?? null, ...news(scene).map(({ error }) => error)].map(sourceError);
      const lost = known.find((error) => error?.rule === 'slot-lost');
      return lost ? [{ table: null, severity: always('terminal'), cause: () => lost.meaning, next, latch }] : [];
    },
  },
  {
    id: 'slot-missing',
    verdict: 'broken',
    needs: 'source',
    during: ['copying'],
    look: (scene) => {
      if (!isGone(scene)) return [];
      const { slot, spec } = scene;
      const cause = () => `slot ${slot} is gone from the server: what was written since cannot be replicated any more`;
      return [
        { table: null, severity: always('terminal'), cause, next: `n2m repair ${spec.name}`, latch: 'slot-missing' },
      ];
    },
  },
  {
    id: 'slot-unreserved',
    verdict: 'stuck',
    needs: 'source',
    during: ['copying', 'changing'],
    look: (scene) =>
      scene.source?.slot.exists && scene.source.slot.walStatus === 'unreserved'
        ? [
            {
              table: null,
              severity: always('critical'),
              cause: () =>
                `the server no longer reserves the WAL of slot ${scene.slot ?? ''}: the next checkpoint may lose it`,
              next: slotRemedy(scene),
            },
          ]
        : [],
  },
  {
    id: 'retained-wal',
    verdict: 'lagging',
    needs: 'source',
    during: ['copying', 'changing'],
    look: (scene) => {
      const { source, spec } = scene;
      const retained = source?.slot.retainedBytes ?? null;
      if (!source?.slot.exists || retained === null) return [];
      const cap = Number(source.maxSlotWalKeepSize ?? 0);
      if (cap > 0) {
        const share = Number(retained) / cap;
        const cause = () =>
          `the slot holds ${formatBytes(retained)} of WAL, ${formatShare(share)} of the ${formatBytes(cap)} after which the server drops it${heldBy(scene)}`;
        return [{ table: null, severity: reaching(share, spec.watch.retainedWal), cause, next: slotRemedy(scene) }];
      }
      const cause = () =>
        `the slot holds ${formatBytes(retained)} of WAL on a server without a cap: its disk fills up${heldBy(scene)}`;
      return [
        {
          table: null,
          severity: reaching(Number(retained), spec.watch.retainedWalBytes),
          cause,
          next: slotRemedy(scene),
        },
      ];
    },
  },
  {
    id: 'slot-idle',
    verdict: 'stuck',
    needs: 'source',
    during: [],
    look: (scene) => {
      const { source, spec, restartLsn } = scene;
      if (!source?.slot.exists) return [];
      const still = restartLsn !== null && grownSince(restartLsn, source) > 0n;
      if (source.slot.active && !still) return [];
      const since = source.slot.active ? (restartLsn?.at ?? null) : source.slot.inactiveSince;
      const what = source.slot.active ? 'does not move while WAL grows' : 'has no consumer';
      return [
        {
          table: null,
          key: source.slot.active ? 'still' : 'inactive',
          since,
          severity: lasting(spec.watch.slotIdle),
          cause: ({ ms }) =>
            `slot ${source.slot.slot} ${what} for ${formatDuration(ms)}${neonHours(spec, ms)}${heldBy(scene)}`,
          next: slotRemedy(scene),
        },
      ];
    },
  },
  {
    id: 'unconfirmed',
    verdict: 'stuck',
    needs: 'source',
    during: [],
    look: (scene) => {
      const { source, spec, confirmedLsn } = scene;
      const grown = source?.slot.exists ? grownSince(confirmedLsn, source) : 0n;
      if (!source || confirmedLsn === null || grown === 0n) return [];
      return [
        {
          table: null,
          since: confirmedLsn.at,
          severity: lasting(spec.watch.unconfirmed),
          cause: ({ ms }) =>
            `Materialize confirmed nothing for ${formatDuration(ms)} while ${formatBytes(grown.toString())} of WAL were written${heldBy(scene)}`,
          next: slotRemedy(scene),
        },
      ];
    },
  },
];

const isGone = ({ source, slot, slotSeen }: WatchScene): boolean =>
  source !== null && slot !== null && source.slot.slot === slot && !source.slot.exists && slotSeen;

/** This very slot is missing, or was before. */
function missed(scene: WatchScene): boolean {
  const { memory, slot } = scene;
  const same = memory !== null && memory.slot === slot;
  return isGone(scene) || (same && memory.latched.some(({ key }) => key === 'slot-missing'));
}

/** Who keeps the slot where it is: locks in the way of its consumer, or writing transactions as old as its standstill. */
function holders({ source, restartLsn, now, spec }: WatchScene): Blocker[] {
  if (source === null || source.blockers.length > 0) return source?.blockers ?? [];
  if (!source.slot.active || restartLsn === null || grownSince(restartLsn, source) === 0n) return [];
  // It stopped somewhere in the period before a check first saw it there.
  const still = Date.parse(now) - Date.parse(restartLsn.at) - spec.watch.every;
  return source.writers.filter(({ ageSeconds }) => ageSeconds * 1000 >= still);
}

function heldBy(scene: WatchScene): string {
  const [first, ...others] = holders(scene);
  if (!first) return '';
  return `; held up by ${blockerWords(first)}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}

/** What lets the slot move again, as far as it can be seen. */
function slotRemedy(scene: WatchScene): string {
  const { target, spec } = scene;
  const [holder] = holders(scene);
  if (holder) return holder.remedy;
  if (target?.cluster.exists && target.cluster.replicationFactor === 0)
    return `n2m apply brings cluster ${target.cluster.name} back`;
  if (target?.source.error) return `n2m explain not-running`;
  return `n2m status ${spec.name}`;
}
