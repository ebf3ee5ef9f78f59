/** The server upstream itself: that it is the one the copy is of, and feeds it. */
import { readsStandby } from '../../objects/logical-replication/standby';
import { hotStandbyFeedback, reloadSettings } from '../../objects/logical-replication/statements';
import { formatDuration } from '../../text/duration';
import { formatBytes } from '../../text/size';
import { always, lasting, repeated } from '../condition';
import type { WatchContext } from '../context';
import { lsnDistance } from '../lsn';
import type { WatchRule } from './rule';

/** A failover passes through moments in which no server is the primary. */
const TWICE = { warn: 1, critical: 2 };

const FOLLOWS = 'SELECT status, latest_end_time FROM pg_stat_wal_receiver; SELECT pg_is_wal_replay_paused();';

export const serverRules: WatchRule[] = [
  {
    id: 'server-restored',
    verdict: 'broken',
    needs: 'source',
    during: ['copying'],
    explanation: [
      'The server went back in time, or is another one: its disk or branch was restored, or a standby took over that lacked WAL. Materialize does not notice, goes on where it was, and misses what is written until the server has come that far again.',
      'SELECT pg_current_wal_flush_lsn(); SELECT system_identifier FROM pg_control_system(); on Neon: SHOW neon.timeline_id;',
      'n2m repair NAME makes the source again and copies every table, although its slot may be there.',
    ],
    look: (context) => {
      const text = restored(context);
      const next = `n2m repair ${context.spec.name}`;
      return text === null
        ? []
        : [{ table: null, severity: always('terminal'), cause: () => text, next, latch: 'server-restored' }];
    },
  },
  {
    id: 'server-standby',
    verdict: 'broken',
    needs: 'source',
    during: ['copying', 'changing'],
    explanation: [
      'The host leads to a standby: it replays another server’s WAL, and the source was made on a primary. Usually a failover made another server the primary and the name still leads to the old one. A standby that Materialize is to read has source.primary beside it in the file.',
      'SELECT pg_is_in_recovery();',
      'Let the host or the secret’s URL lead to the primary, then n2m apply FILE; where it lost WAL or the tables stay dead, n2m repair NAME copies them again.',
    ],
    look: ({ source, spec }) =>
      source?.server?.standby && !readsStandby(spec)
        ? [
            {
              table: null,
              severity: repeated(TWICE),
              cause: () => 'the host upstream leads to a standby, which feeds nobody',
              next: `let the host lead to the primary; then n2m status ${spec.name}`,
              visible: true,
            },
          ]
        : [],
  },
];

/** A standby that Materialize reads: that it is one, follows its primary, and keeps what its slot needs. */
export const standbyRules: WatchRule[] = [
  {
    id: 'standby-promoted',
    verdict: 'broken',
    needs: 'source',
    during: ['copying', 'changing'],
    explanation: [
      'The server that Materialize reads was a standby and is a primary now. Materialize notices, and ends the source for good.',
      'SELECT pg_is_in_recovery();',
      'Where that server stays the primary: take source.primary out of the file, n2m apply FILE, then n2m repair NAME. Where another standby is to be read: let source.url lead to it, and source.primary to this one, then n2m apply FILE. Either copies every table.',
    ],
    look: ({ source, spec }) =>
      readsStandby(spec) && source?.server?.standby === false
        ? [
            {
              table: null,
              severity: always('critical'),
              cause: () => 'the standby that Materialize reads was promoted: the source ends there',
              next: `take source.primary out of the file, n2m apply FILE, then n2m repair ${spec.name}`,
            },
          ]
        : [],
  },
  {
    id: 'standby-primary',
    verdict: 'broken',
    needs: 'source',
    during: ['copying', 'changing'],
    explanation: [
      'source.primary does not lead to the primary of the standby that Materialize reads: after a failover, or by mistake. Rows may go on flowing, and nothing can be set up or proven.',
      'On both: SELECT pg_is_in_recovery(); SELECT system_identifier FROM pg_control_system();',
      'Let the secret’s URL lead to the primary of that standby.',
    ],
    look: ({ source, spec }) => {
      const pair = source?.pair;
      if (!pair || (!pair.primary.standby && pair.sameSystem !== false)) return [];
      const why = pair.primary.standby ? 'leads to a standby' : 'leads to another system than the standby is a copy of';
      return [
        {
          table: null,
          severity: repeated(TWICE),
          cause: () => `source.primary ${why}: nothing can be set up there`,
          next: `let source.primary lead to the primary of the standby; then n2m status ${spec.name}`,
          visible: true,
        },
      ];
    },
  },
  {
    id: 'standby-behind',
    verdict: 'lagging',
    needs: 'source',
    during: ['copying', 'changing'],
    explanation: [
      'The standby does not replay what its primary writes: it is cut off, paused, or waits for a query. Materialize gets nothing newer, and says that it is fresh.',
      `On the standby: ${FOLLOWS}`,
      'Bring it back: its connection to the primary, pg_wal_replay_resume(), or a lower max_standby_streaming_delay.',
    ],
    look: ({ source, spec, unreplayed, now }) => {
      if (!source?.pair || unreplayed === null || unreplayed.at === now) return [];
      const lacks = lsnDistance(source.pair.replayedLsn ?? '', source.pair.primary.flushedLsn ?? '') ?? 0n;
      return [
        {
          table: null,
          since: unreplayed.at,
          severity: lasting(spec.watch.notRunning),
          cause: ({ ms }) =>
            `the standby has not replayed what its primary had ${formatDuration(ms)} ago, and lacks ${formatBytes(lacks.toString())} of WAL: Materialize gets nothing newer`,
          next: `on the standby: ${FOLLOWS}`,
          visible: true,
        },
      ];
    },
  },
  {
    id: 'standby-feedback',
    verdict: 'lagging',
    needs: 'source',
    during: [],
    explanation: [
      'hot_standby_feedback is off, so the primary removes old rows of its catalogs that the slot on the standby needs: a few dropped tables and a vacuum there are enough to lose the slot, and every table is copied again.',
      'SHOW hot_standby_feedback; SELECT slot_name, conflicting FROM pg_replication_slots;',
      'On the standby: ALTER SYSTEM SET hot_standby_feedback = on; SELECT pg_reload_conf(); and give it a slot of its own on the primary (primary_slot_name), which holds also while the standby is away.',
    ],
    look: ({ source, spec }) =>
      readsStandby(spec) && source?.pair?.feedback === false
        ? [
            {
              table: null,
              severity: always('warn'),
              cause: () =>
                'hot_standby_feedback is off: a vacuum on the primary may remove rows that the slot on the standby needs, and the slot is lost then',
              next: `on the standby: ${hotStandbyFeedback()}; ${reloadSettings()};`,
            },
          ]
        : [],
  },
];

/** What tells that the history upstream is not the one that was copied; null while nothing does. */
function restored({ source, slot, server }: WatchContext): string | null {
  const now = source?.slot.slot === slot ? source?.server : undefined;
  if (!now || server === null || now.standby) return null;
  if (server.history !== null && now.history !== null && server.history !== now.history) {
    return `the server upstream is another one (${server.history} before, ${now.history} now): what Materialize has is of another history`;
  }
  if (server.flushedLsn === null || now.flushedLsn === null) return null;
  const gone = lsnDistance(now.flushedLsn, server.flushedLsn) ?? 0n;
  if (gone <= 0n) return null;
  return `the server upstream went back in time: its WAL ends at ${now.flushedLsn} and went to ${server.flushedLsn} at ${server.at}`;
}
