/** A standby that Materialize reads, as a check sees it beside its primary. */
import { lsnDistance } from '../lsn';

/** How a standby follows the primary that the file names. */
export interface StandbyReading {
  primary: {
    /** It is in recovery itself: nothing can be set up there. */
    standby: boolean;
    flushedLsn: string | null;
  };
  /** The one is a copy of the other; null where one does not say. */
  sameSystem: boolean | null;
  replayedLsn: string | null;
  /** hot_standby_feedback. */
  feedback: boolean;
}

/** Where the primary was at a check, whose WAL the standby has not replayed. */
export interface Unreplayed {
  lsn: string;
  at: string;
}

/** Time is counted from a check that saw the primary further: an idle primary and a standby that kept up look the same. */
export function unreplayedSince(
  source: { pair?: StandbyReading } | null,
  before: Unreplayed | null,
  now: string,
): Unreplayed | null {
  if (source === null) return before;
  if (source.pair === undefined) return null;
  const { primary, replayedLsn } = source.pair;
  const ahead = (lsn: string | null): boolean =>
    before !== null && lsn !== null && (lsnDistance(lsn, before.lsn) ?? 0n) > 0n;
  // A primary that has not come so far itself is another one, or was restored.
  if (ahead(replayedLsn) && !ahead(primary.flushedLsn)) return before;
  return primary.flushedLsn === null ? null : { lsn: primary.flushedLsn, at: now };
}
