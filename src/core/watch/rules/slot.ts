/** The replication slot: that it is there, holds little WAL, and moves. */
import { heldBy, idleRemedy, slotRemedy } from '../slot-holders';
import { formatDuration } from '../../text/duration';
import { formatShare } from '../../text/share';
import { formatBytes } from '../../text/size';
import type { WatchRule } from './rule';
import { idleTimeLeft, neonHours } from '../slot-hours';
import { sourceError } from '../source-errors';
import { always, lasting, reaching } from '../condition';
import { grownSince, newStalls, type WatchContext } from '../context';

/** Of the time after which the server invalidates a slot that nobody reads. */
const COUNTED_FROM = 0.1;
const IDLE_SHARE = { warn: 0.5, critical: 0.75 };

/** Why a standby invalidates a slot of its own; 16 names no more than that it did. */
const REMOVED = ['rows_removed', 'conflict with recovery'];

const SLOT = "SELECT * FROM pg_replication_slots WHERE slot_name LIKE 'materialize_%';";

export const slotRules: WatchRule[] = [
  {
    id: 'slot-lost',
    verdict: 'broken',
    needs: 'either',
    during: ['copying'],
    explanation: [
      'The replication slot was invalidated or made anew: the changes in between are gone. Materialize retries for ever and sometimes even says running.',
      `${SLOT} shows wal_status lost; or the source says "slot overcompacted".`,
      'n2m repair NAME makes the source again and copies every table. On a standby, see first that it has hot_standby_feedback = on and a slot on its primary (primary_slot_name), or it happens again.',
    ],
    look: (context) => {
      const { source, target, slot, spec } = context;
      // Materialize makes a missing slot anew under its name and then finds it too young: told once, as missing.
      if (missed(context)) return [];
      const next = `n2m repair ${spec.name}`;
      const latch = 'slot-lost';
      const row = source !== null && source.slot.slot === slot ? source.slot : null;
      if (row?.exists && row.walStatus === 'lost') {
        const why = row.invalidationReason === null ? '' : ` (${row.invalidationReason})`;
        const what = REMOVED.includes(row.invalidationReason ?? '')
          ? 'the primary removed rows that it needs (hot_standby_feedback and primary_slot_name on the standby keep them)'
          : 'the WAL it needs is gone';
        const cause = () => `slot ${row.slot} is lost${why}: ${what}, every table has to be copied again`;
        return [{ table: null, severity: always('terminal'), cause, next, latch }];
      }
      const known = [target?.source.error ?? null, ...newStalls(context).map(({ error }) => error)].map(sourceError);
      const lost = known.find((error) => error?.rule === 'slot-lost');
      return lost ? [{ table: null, severity: always('terminal'), cause: () => lost.meaning, next, latch }] : [];
    },
  },
  {
    id: 'slot-missing',
    verdict: 'broken',
    needs: 'source',
    during: ['copying'],
    explanation: [
      'The slot was there and is not any more: dropped by hand, by a branch restore or reset, or by Neon after about 40 hours without progress.',
      `${SLOT} has no row for the slot that n2m status NAME names.`,
      'n2m repair NAME. Never make the slot by hand: its position would be wrong.',
    ],
    look: (context) => {
      if (!isGone(context)) return [];
      const { slot, spec } = context;
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
    explanation: [
      'The slot needs more WAL than max_slot_wal_keep_size allows; the next checkpoint may lose it.',
      `${SLOT} shows wal_status unreserved.`,
      'Let Materialize catch up at once: end blockers, bring its cluster back, or raise max_slot_wal_keep_size.',
    ],
    look: (context) =>
      context.source?.slot.exists && context.source.slot.walStatus === 'unreserved'
        ? [
            {
              table: null,
              severity: always('critical'),
              cause: () =>
                `the server no longer reserves the WAL of slot ${context.slot ?? ''}: the next checkpoint may lose it`,
              next: slotRemedy(context),
            },
          ]
        : [],
  },
  {
    id: 'retained-wal',
    verdict: 'lagging',
    needs: 'source',
    during: ['copying', 'changing'],
    explanation: [
      'The slot makes the server keep WAL, because Materialize has not confirmed it. At the cap the slot is lost; without a cap the disk fills.',
      'SELECT pg_size_pretty(pg_current_wal_lsn() - restart_lsn) FROM pg_replication_slots;',
      'Find out why it does not move (slot-idle, unconfirmed, not-running) and mend that.',
    ],
    look: (context) => {
      const { source, spec } = context;
      const retained = source?.slot.retainedBytes ?? null;
      if (!source?.slot.exists || retained === null) return [];
      const cap = Number(source.maxSlotWalKeepSize ?? 0);
      if (cap > 0) {
        const share = Number(retained) / cap;
        if (share < spec.watch.retainedWal.warn) return [];
        const cause = () =>
          `the slot holds ${formatBytes(retained)} of WAL, ${formatShare(share)} of the ${formatBytes(cap)} after which the server drops it${heldBy(context)}`;
        return [{ table: null, severity: reaching(share, spec.watch.retainedWal), cause, next: slotRemedy(context) }];
      }
      if (Number(retained) < spec.watch.retainedWalBytes.warn) return [];
      const cause = () =>
        `the slot holds ${formatBytes(retained)} of WAL on a server without a cap: its disk fills up${heldBy(context)}`;
      return [
        {
          table: null,
          severity: reaching(Number(retained), spec.watch.retainedWalBytes),
          cause,
          next: slotRemedy(context),
        },
      ];
    },
  },
  {
    id: 'slot-idle-timeout',
    verdict: 'stuck',
    needs: 'source',
    during: ['copying', 'changing'],
    explanation: [
      'Nobody reads the slot, as during a copy or a pause, and the server invalidates slots that are idle for idle_replication_slot_timeout (Postgres 18). Then every table has to be copied again.',
      'SHOW idle_replication_slot_timeout; SELECT slot_name, inactive_since FROM pg_replication_slots;',
      "Bring the cluster back; or, at once and without a restart: ALTER SYSTEM SET idle_replication_slot_timeout = '0'; SELECT pg_reload_conf();",
    ],
    look: (context) => {
      const left = idleTimeLeft(context);
      if (left === null || left.share < COUNTED_FROM) return [];
      const { slot, idleMs, limitMs, endsAt } = left;
      const over = `the next checkpoint invalidates it, as idle_replication_slot_timeout is ${formatDuration(limitMs)}`;
      const counted = `the server invalidates it at ${endsAt}, ${formatDuration(limitMs - idleMs)} from now (idle_replication_slot_timeout: ${formatDuration(limitMs)})`;
      return [
        {
          table: null,
          since: slot.inactiveSince,
          severity: reaching(left.share, IDLE_SHARE),
          cause: () =>
            `slot ${slot.slot} has no consumer for ${formatDuration(idleMs)}: ${idleMs >= limitMs ? over : counted}`,
          next: idleRemedy(context),
          visible: true,
        },
      ];
    },
  },
  {
    id: 'slot-idle',
    verdict: 'stuck',
    needs: 'source',
    during: [],
    explanation: [
      'Nobody reads the slot, or its restart point stands still while WAL grows: a stopped cluster, or a long transaction upstream.',
      `${SLOT} and SELECT pid, xact_start, query FROM pg_stat_activity WHERE backend_xid IS NOT NULL ORDER BY xact_start;`,
      'End the transaction that n2m status NAME names, or bring the cluster back. Neon removes a slot without progress after about 40 hours.',
    ],
    look: (context) => {
      const { source, spec, restartLsn } = context;
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
            `slot ${source.slot.slot} ${what} for ${formatDuration(ms)}${neonHours(spec, ms)}${heldBy(context)}`,
          next: slotRemedy(context),
        },
      ];
    },
  },
  {
    id: 'unconfirmed',
    verdict: 'stuck',
    needs: 'source',
    during: [],
    explanation: [
      'Materialize reads but confirms nothing: it cannot keep up, or it is copying a new table.',
      'SELECT pg_size_pretty(pg_current_wal_lsn() - confirmed_flush_lsn) FROM pg_replication_slots;',
      'Raise materialize.cluster.steadySize and n2m apply; end long transactions upstream.',
    ],
    look: (context) => {
      const { source, spec, confirmedLsn } = context;
      const grown = source?.slot.exists ? grownSince(confirmedLsn, source) : 0n;
      if (!source || confirmedLsn === null || grown === 0n) return [];
      return [
        {
          table: null,
          since: confirmedLsn.at,
          severity: lasting(spec.watch.unconfirmed),
          cause: ({ ms }) =>
            `Materialize confirmed nothing for ${formatDuration(ms)} while ${formatBytes(grown.toString())} of WAL were written${heldBy(context)}`,
          next: slotRemedy(context),
        },
      ];
    },
  },
];

const isGone = ({ source, slot, slotSeen }: WatchContext): boolean =>
  source !== null && slot !== null && source.slot.slot === slot && !source.slot.exists && slotSeen;

/** This very slot is missing, or was before. */
function missed(context: WatchContext): boolean {
  const { memory, slot } = context;
  const same = memory !== null && memory.slot === slot;
  return isGone(context) || (same && memory.latched.some(({ key }) => key === 'slot-missing'));
}
