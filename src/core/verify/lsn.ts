/** A page of the WAL, and the longest header of one. */
const PAGE = 8_192n;
const HEADER = 40n;

/**
 * Where the WAL ends, as a reader of it can reach: right behind a page's header nothing was written yet, and readers wait
 * before it.
 */
export function reachable(lsn: bigint): bigint {
  const inPage = lsn % PAGE;
  return inPage <= HEADER ? lsn - inPage : lsn;
}
