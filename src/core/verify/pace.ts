/** How much is read upstream at once, and how long nothing is: the application comes first. */

export interface Pace {
  /** Rows of the next transaction. */
  rows: number;
  /** Milliseconds per thousand rows, of the best reading so far. */
  best: number | null;
  /** Readings in a row that were much slower than the best. */
  slow: number;
}

/** A transaction of a quarter of a second holds back nothing. */
const WANTED_MS = 250;
const ROWS = { least: 250, first: 2_000, most: 16_384 };
/** Readings beside which the best one is so much faster, and that take so long, are of a server that has other things to do. */
const SLOWER = 10;
const NOTICEABLE_MS = 1_000;
const GIVE_UP = 8;

export const FIRST_PACE: Pace = { rows: ROWS.first, best: null, slow: 0 };

/** What a reading of `rows` rows that took `ms` says about the next one. */
export function paced(pace: Pace, rows: number, ms: number): Pace {
  const each = rows === 0 ? null : (ms * 1_000) / rows;
  const isSlow = ms > NOTICEABLE_MS && each !== null && pace.best !== null && each > SLOWER * pace.best;
  const enough = rows >= ROWS.least && each !== null;
  const wanted = pace.rows * Math.min(2, Math.max(0.25, WANTED_MS / Math.max(1, ms)));
  return {
    rows: Math.round(Math.min(ROWS.most, Math.max(ROWS.least, wanted))),
    best: enough ? Math.min(pace.best ?? each, each) : pace.best,
    slow: isSlow ? pace.slow + 1 : 0,
  };
}

/** Upstream reads for us at most half of the time, and the slower it is the less. */
export const pauseAfter = ({ slow }: Pace, ms: number): number => Math.min(10_000, ms * 2 ** slow);

/** Upstream got slow and stays so: reading on would be at somebody's cost. */
export const isTooSlow = ({ slow }: Pace): boolean => slow >= GIVE_UP;
