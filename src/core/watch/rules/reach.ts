/** Whether the watch itself can see: both sides, and in time. */
import { formatDuration } from '../../text/duration';
import type { FailureInfo } from '../../failures/types';
import { lateness } from '../lateness';
import { slotClock } from '../slot-hours';
import type { WatchRule } from './rule';
import { always, repeated, type Condition } from '../condition';
import type { Reading } from '../types';

/** After so many checks in a row. */
const UNREACHABLE = { warn: 2, critical: 5 };

export const reachRules: WatchRule[] = [
  {
    id: 'source-unreachable',
    verdict: 'unknown',
    needs: 'nothing',
    during: ['copying', 'changing'],
    explanation: [
      'The worker could not read the source database. That says nothing about the pipeline itself; on Neon the check says since when the slot had no consumer, of the about 40 hours after which it is removed.',
      'n2m status NAME prints the error; n2m doctor checks references.',
      'Make the database reachable for the worker, mind its IP allow list, correct the reference.',
    ],
    look: (context) =>
      unreachable(context.reading.source, 'the source database', context.spec.name, slotClock(context)),
  },
  {
    id: 'materialize-unreachable',
    verdict: 'unknown',
    needs: 'nothing',
    during: ['copying', 'changing'],
    explanation: [
      'The worker could not read Materialize. That says nothing about the pipeline itself; weekly upgrades drop connections for a moment.',
      'n2m status NAME prints the error; n2m doctor checks references.',
      'Make Materialize reachable for the worker, correct the reference.',
    ],
    look: ({ reading, spec }) => unreachable(reading.target, 'Materialize', spec.name),
  },
  {
    id: 'check-late',
    verdict: 'unknown',
    needs: 'nothing',
    during: ['copying', 'changing'],
    explanation: [
      'Checks that were due did not happen: no worker runs, or it is overloaded. A pause is no lateness.',
      'n2m list shows the last check of each pipeline; n2m doctor tells whether a worker polls.',
      'Start a worker; n2m status NAME looks at both sides meanwhile, as soon as one runs.',
    ],
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
