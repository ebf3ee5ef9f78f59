/** The server upstream itself: that it is the one the copy is of, and feeds it. */
import { readsStandby } from '../../objects/logical-replication/standby';
import { always, repeated } from '../condition';
import type { WatchContext } from '../context';
import { lsnDistance } from '../lsn';
import type { WatchRule } from './rule';

/** A failover passes through moments in which no server is the primary. */
const TWICE = { warn: 1, critical: 2 };

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
