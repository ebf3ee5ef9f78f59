import { isIn } from '../objects/tables/find';
import { selector } from '../objects/tables/selector';
import type { RoleSpec, TableSelection } from '../spec/types';
import type { TableName } from '../sql/upstream';
import { type Added, writeAdded } from './added';

/** The same database, another one of the same server, another branch of the same Neon project. */
export type Near = 'database' | 'server' | 'project';

/** Where a pipeline keeps its record, and what that says now. */
export interface RecordPlace {
  /** Of Neon; null for the server that is looked at. */
  branch: string | null;
  database: string;
  publication: string;
  /** It may have to be made: everything the pipeline needs was there before. */
  exists: boolean;
  holds: string[];
}

/** Somebody who reads from the same server or project. Null: could not be told, so it may be anything. */
export interface Other {
  /** `pipeline b`, `source materialize.public.theirs in Materialize`. */
  who: string;
  pipeline: string | null;
  near: Near;
  role: string | null;
  via: RoleSpec['via'] | null;
  neon: boolean | null;
  publication: string | null;
  tables: TableName[] | null;
  /** What its file selects by schema or pattern, now and later. */
  selection: TableSelection | null;
  record: RecordPlace | null;
}

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

/** How far around somebody may need it: roles are a server's, the IP Allow list is a project's. */
export const REACH: Record<Added['kind'], Near | null> = {
  ip: 'project',
  role: 'server',
  usage: 'database',
  select: 'database',
  future: 'database',
  published: 'database',
  operations: 'database',
  // Who reads a table is seen by its publications, and a slot is nobody else's.
  identity: null,
  slot: null,
};

/** Why an entry has to stay; null where nobody else needs it. */
export function keptFor(entry: Added, { known, unread }: Others): Kept | null {
  const reach = REACH[entry.kind];
  if (reach === null) return null;
  const near = (one: { near: Near }) => RANK[one.near] <= RANK[reach];
  const needing = known.filter((other) => near(other) && needs(entry, other));
  if (needing.length > 0) {
    const names = [...new Set(needing.map(({ who }) => who))];
    const why = `${names.join(', ')} ${names.length === 1 ? 'needs' : 'need'} it`;
    return { entry, why, to: (needing.find((other) => takesOver(entry, other)) as Kept['to']) ?? null };
  }
  const blind = unread.filter(near);
  if (blind.length === 0) return null;
  const what = blind.map((one) => one.what).join('; ');
  return { entry, why: `could not tell whether anybody else needs it: ${what}`, to: null };
}

function needs(entry: Added, other: Other): boolean {
  switch (entry.kind) {
    case 'ip':
      return true;
    case 'role':
      return isOr(other.role, entry.name);
    case 'select':
      return isOr(other.role, entry.role) && reads(other, entry);
    case 'usage':
    case 'future':
      return isOr(other.role, entry.role) && readsSome(other, entry.schema);
    case 'published':
      return isOr(other.publication, entry.publication) && reads(other, entry);
    case 'operations':
      return isOr(other.publication, entry.publication) && (other.selection !== null || other.tables?.length !== 0);
    default:
      return false;
  }
}

const isOr = (known: string | null, wanted: string): boolean => known === null || known === wanted;

export const reads = ({ tables, selection }: Other, table: TableName): boolean =>
  tables === null || (selection !== null && selector(selection).takes(table)) || isIn(tables, table);

const readsSome = ({ tables, selection }: Other, schema: string): boolean =>
  tables === null ||
  (selection !== null && selector(selection).schema(schema)) ||
  tables.some((table) => table.schema === schema);

/** Its own destroy has to take it back: only one of kind neon has a list to take from, and no pipeline drops a given role. */
function takesOver(entry: Added, other: Other): boolean {
  if (other.record === null) return false;
  if (entry.kind === 'ip') return other.neon === true;
  if (entry.kind === 'role') return other.via === 'api' || other.via === 'sql';
  return other.near === 'database';
}

/** How far one has to look before any of this is taken back; null where nothing is. */
export function reachOf(entries: readonly Added[], dropsRole: boolean): Near | null {
  const reaches = entries.map(({ kind }) => REACH[kind]).filter((reach) => reach !== null);
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
