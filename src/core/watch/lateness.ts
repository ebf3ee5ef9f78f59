/** Checks that were due and did not happen. */
import { formatDuration } from '../text/duration';
import type { Symptom, WatchSwitch } from './types';

const PERIODS = { warn: 2, critical: 5 };

/** The note of a pause or its end, which Temporal's UI shows, too. It holds the time, as Temporal does not keep it. */
export function switchNote(
  change: 'paused' | 'resumed',
  { who, at, reason }: { who: string; at: string; reason: string },
): string {
  return `${change} by ${who} at ${at}${reason === '' ? '' : `: ${reason}`}`;
}

const resumedAt = (note: string | null): string | null =>
  /^resumed by .*? at (\d{4}-\d\d-\d\dT[\d:.]+Z)(?=:|$)/.exec(note ?? '')?.[1] ?? null;

/**
 * The symptom of checks that did not happen, for `status`, `list` and the next check; null when in time, or paused on
 * purpose. They are counted from the last check, or from the end of a pause or the last change of the schedule, if that
 * was later. `every` in milliseconds.
 */
export function lateness(
  lastCheckAt: string,
  every: number,
  now: string,
  watch: WatchSwitch | null = null,
): Symptom | null {
  if (watch?.paused) return null;
  const starts = [lastCheckAt, resumedAt(watch?.note ?? null), watch?.changedAt ?? null];
  const silence = Math.min(...starts.flatMap((at) => (at === null ? [] : Date.parse(now) - Date.parse(at))));
  // A period passes between two checks in time, so the second missed one is seen after three.
  const missed = silence / every - 1;
  if (!(missed >= PERIODS.warn)) return null;
  return {
    rule: 'check-late',
    severity: missed >= PERIODS.critical ? 'critical' : 'warn',
    table: null,
    cause: `no check for ${formatDuration(silence)}, one is due every ${formatDuration(every)}`,
    next: 'n2m doctor tells whether a worker runs',
  };
}
