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
