/** A line that pausing.js wrote: what an attempt of an activity did, in the order in which it happened over all workers. */
export interface Line {
  pid: number;
  activity: string;
  type: string;
  attempt: number;
  what: 'begins' | 'stopped' | 'resumed' | 'refused' | 'sent' | 'unasked' | 'ended';
  call?: string;
  why?: string;
}

export const parsed = (journal: string): Line[] =>
  journal
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

/** Whether `other` is a line of the same attempt. */
export const sameAttempt = (one: Line, other: Line): boolean =>
  one.activity === other.activity && one.attempt === other.attempt;

/** Whether a later attempt of the same activity has begun by then. */
export const succeeded = (one: Line, lines: readonly Line[]): boolean =>
  lines.some(({ what, activity, attempt }) => what === 'begins' && activity === one.activity && attempt > one.attempt);

/** Attempts that stood still and, as far as was written down, still do. */
export const standing = (lines: readonly Line[]): Line[] =>
  lines.filter(
    (line, index) =>
      line.what === 'stopped' &&
      !lines
        .slice(index)
        .some((later) => later.what === 'resumed' && later.pid === line.pid && sameAttempt(line, later)),
  );

/**
 * What must not be: a change by an attempt whose successor had begun, or one that was not asked for right before; and an
 * attempt that stood still before a change, and was not refused it, as it had been given up, once it went on.
 */
export function wrongs(lines: readonly Line[], mode: 'before' | 'after'): string[] {
  return lines.flatMap((line, index) => {
    const of = `${line.type}, attempt ${line.attempt}`;
    if (line.what === 'unasked') return [`${of} did not ask: ${line.call}`];
    if (line.what === 'sent' && succeeded(line, lines.slice(0, index)))
      return [`${of} changed something after it was given up: ${line.call}`];
    if (line.what !== 'stopped' || mode !== 'before') return [];
    const refusal = lines
      .slice(index)
      .find((later) => later.what === 'refused' && sameAttempt(line, later) && later.call === line.call);
    if (!refusal) return [`${of} was not refused, once it went on: ${line.call}`];
    return refusal.why?.includes('was given up') ? [] : [`${of} was refused for another reason: ${refusal.why}`];
  });
}

/** Changes that were made and at which nobody stood still. */
export function unpaused(lines: readonly Line[]): string[] {
  const calls = (wanted: Line['what'][]) =>
    new Set(lines.flatMap(({ what, call }) => (wanted.includes(what) && call ? [call] : [])));
  const stopped = calls(['stopped']);
  return [...calls(['sent', 'unasked'])].filter((call) => !stopped.has(call)).sort();
}
