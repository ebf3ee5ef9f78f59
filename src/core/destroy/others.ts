import { type Added, kindOf, writeAdded } from './added';
import type { Near, Other, RecordPlace } from './other';

/** What could not be looked at, and where it would be. */
export interface Unread {
  what: string;
  near: Near;
}

export interface Others {
  known: Other[];
  unread: Unread[];
}

export const NOBODY: Others = { known: [], unread: [] };

/** An entry that is not taken back, because of whom, and whose record it goes over to. */
export interface Kept {
  entry: Added;
  why: string;
  to: (Other & { record: RecordPlace }) | null;
}

const RANK: Record<Near, number> = { database: 0, server: 1, project: 2 };

/** Why an entry has to stay; null where nobody else needs it. */
export function keptFor(entry: Added, { known, unread }: Others): Kept | null {
  const kind = kindOf(entry);
  const { reach } = kind;
  if (reach === null) return null;
  const near = (one: { near: Near }) => RANK[one.near] <= RANK[reach];
  const needing = known.filter((other) => near(other) && kind.needs(entry, other));
  if (needing.length > 0) {
    const names = [...new Set(needing.map(({ who }) => who))];
    const why = `${names.join(', ')} ${names.length === 1 ? 'needs' : 'need'} it`;
    return {
      entry,
      why,
      to: (needing.find((other) => other.record !== null && kind.takesOver(other)) as Kept['to']) ?? null,
    };
  }
  const blind = unread.filter(near);
  if (blind.length === 0) return null;
  const what = blind.map((one) => one.what).join('; ');
  return { entry, why: `could not tell whether anybody else needs it: ${what}`, to: null };
}

/** How far one has to look before any of this is taken back; null where nothing is. */
export function reachOf(entries: readonly Added[], dropsRole: boolean): Near | null {
  const reaches = entries.map((entry) => kindOf(entry).reach).filter((reach) => reach !== null);
  const all: Near[] = [...reaches, ...(dropsRole ? (['server'] as const) : [])];
  if (all.length === 0) return entries.length > 0 ? 'database' : null;
  return all.reduce((a, b) => (RANK[b] > RANK[a] ? b : a));
}

/** Not further than the second. */
export const nearer = (reach: Near | null, furthest: Near): Near | null =>
  reach !== null && RANK[reach] > RANK[furthest] ? furthest : reach;

/** Entries that may go, and those that stay. */
export interface Parted<A extends Added> {
  take: A[];
  kept: Kept[];
}

export function parted<A extends Added>(entries: readonly A[], others: Others): Parted<A> {
  const take: A[] = [];
  const kept: Kept[] = [];
  for (const entry of entries) {
    const stays = keptFor(entry, others);
    if (stays === null) take.push(entry);
    else kept.push(stays);
  }
  return { take, kept };
}

/** It is in the other's record, or will be: ours is still there, and what it holds goes over before it goes. */
export const goesOver = ({ entry, to }: Kept, recordIsThere: boolean): boolean =>
  to !== null && (recordIsThere || to.record.holds.includes(writeAdded(entry)));

/** Somebody else's source reads this publication: it has to stay as it is. */
export const readersOf = (publication: string, { known }: Others): string[] => [
  ...new Set(
    known.flatMap((other) => (other.near === 'database' && other.publication === publication ? [other.who] : [])),
  ),
];
