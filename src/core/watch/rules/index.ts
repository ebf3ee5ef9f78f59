import { formatDuration } from '../../text/duration';
import type { FailureInfo } from '../../failures/types';
import { slotRules } from './slot';
import { snapshotRules } from './snapshot';
import { tableRules } from './tables';
import { targetRules } from './source';
import { writeRules } from './writes';
import { lateness } from '../lateness';
import { slotClock } from '../slot-hours';
import type { WatchRule } from './rule';
import { always, repeated, type Condition } from '../context';
import type { Reading } from '../types';

/** After so many checks in a row. */
const UNREACHABLE = { warn: 2, critical: 5 };

const reachRules: WatchRule[] = [
  {
    id: 'source-unreachable',
    verdict: 'unknown',
    needs: 'nothing',
    during: ['copying', 'changing'],
    look: (scene) => unreachable(scene.reading.source, 'the source database', scene.spec.name, slotClock(scene)),
  },
  {
    id: 'materialize-unreachable',
    verdict: 'unknown',
    needs: 'nothing',
    during: ['copying', 'changing'],
    look: ({ reading, spec }) => unreachable(reading.target, 'Materialize', spec.name),
  },
  {
    id: 'check-late',
    verdict: 'unknown',
    needs: 'nothing',
    during: ['copying', 'changing'],
    look: ({ memory, spec, now, reading }) => {
      const late = memory === null ? null : lateness(memory.lastCheckAt, spec.watch.every, now, reading.watch);
      if (late === null) return [];
      const cause = () => late.cause;
      return [{ table: null, severity: always(late.severity), cause, next: late.next }];
    },
  },
];

/** `consequence` goes before what the system said, which may be long and is cut. */
function unreachable(reading: Reading<unknown>, what: string, pipeline: string, consequence = ''): Condition[] {
  if (reading.ok) return [];
  const { failure } = reading;
  return [
    {
      table: null,
      severity: repeated(UNREACHABLE),
      cause: ({ ms, checks }) =>
        `${what} could not be read${checks > 1 ? ` for ${formatDuration(ms)}` : ''}${consequence}: ${failure.message}`,
      next: nextAfter(failure, pipeline),
      visible: true,
    },
  ];
}

const nextAfter = (failure: FailureInfo, pipeline: string): string => failure.hint ?? `n2m status ${pipeline}`;

/** Everything that is watched, in the order in which causes come before their effects. */
export const WATCH_RULES: readonly WatchRule[] = [
  ...writeRules,
  ...slotRules,
  ...snapshotRules,
  ...targetRules,
  ...tableRules,
  ...reachRules,
];

export const WATCH_RULE_IDS: string[] = WATCH_RULES.map(({ id }) => id);
