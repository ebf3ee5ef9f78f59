/** The first copy: that nothing holds it up. */
import { blockerWords } from '../../snapshot/merge';
import { plural } from '../../text/count';
import type { WatchRule } from './rule';

/** A transaction may be open at the length of one check; from the second on it holds the copy up. */
const BLOCKED_CHECKS = 2;

export const snapshotRules: WatchRule[] = [
  {
    id: 'snapshot-blocked',
    verdict: 'stuck',
    needs: 'both',
    during: ['copying', 'changing'],
    explanation: [
      'A first copy waits for a transaction that began before it: the slot has no consistent point until that one ends.',
      'SELECT pid, usename, xact_start, query FROM pg_stat_activity WHERE backend_xid IS NOT NULL ORDER BY xact_start; and SELECT gid, prepared FROM pg_prepared_xacts;',
      'End the transaction with the statement that n2m status NAME names; the copy goes on by itself.',
    ],
    look: ({ source, target, spec, copying }) => {
      const [first, ...others] = source?.blockers ?? [];
      if (!copying || !target || !first) return [];
      const open = target.tables.filter((table) => table.committed !== true).length;
      const more = others.length > 0 ? ` and ${others.length} more` : '';
      return [
        {
          table: null,
          // One transaction after the other is traffic; the same one is what nothing gets past.
          key: String(first.pid ?? first.gid),
          severity: ({ checks, ms }) =>
            checks < BLOCKED_CHECKS ? 'ok' : ms >= spec.snapshot.stuckAfter ? 'critical' : 'warn',
          cause: () =>
            `${open} of ${plural(target.tables.length, 'table')} are being copied, held up by ${blockerWords(first)}${more}`,
          next: first.remedy,
          visible: true,
        },
      ];
    },
  },
];
