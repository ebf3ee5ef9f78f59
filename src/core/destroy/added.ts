import { future, type FutureEntry, select, type SelectEntry, usage, type UsageEntry } from '../objects/grants/entries';
import { ip, type IpEntry } from '../objects/ip-allow/entries';
import { operations, type OperationsEntry, type PublishedEntry, publishedTable } from '../objects/publication/entries';
import { identity, type IdentityEntry } from '../objects/replica-identity/entries';
import { madeRole, type RoleEntry } from '../objects/role/entries';
import { slot, type SlotEntry } from '../objects/source/entries';
import { readMark } from '../plan/ownership';
import type { EntryKind } from './entry';

/**
 * What a pipeline added to things it shares with others, kept as texts in the owner mark of its publication (or of one
 * that holds nothing else, where the publication is somebody else's), so that destroy takes back exactly that.
 */
export type Added =
  | IpEntry
  | RoleEntry
  | SlotEntry
  | IdentityEntry
  | UsageEntry
  | SelectEntry
  | FutureEntry
  | PublishedEntry
  | OperationsEntry;

const KINDS: { [K in Added['kind']]: EntryKind<Extract<Added, { kind: K }>> } = {
  ...{ ip, role: madeRole, slot, identity, usage, select, future },
  ...{ published: publishedTable, operations },
};
const BARE = (Object.keys(KINDS) as Added['kind'][]).find((kind) => KINDS[kind].bare);

/** What its room says of an entry. */
export const kindOf = (entry: Added): EntryKind<Added> => KINDS[entry.kind];

/** Of what is recorded, the entries of one kind. */
export const ofKind = <K extends Added['kind']>(added: readonly Added[], kind: K): Extract<Added, { kind: K }>[] =>
  added.filter((entry): entry is Extract<Added, { kind: K }> => entry.kind === kind);

/** An entry is an address block as it stands, or a kind and a JSON list. */
export function writeAdded(added: Added): string {
  const parts = kindOf(added).write(added);
  return added.kind === BARE ? String(parts[0]) : entry(added.kind, parts);
}

const entry = (kind: string, parts: unknown[]): string => `${kind} ${JSON.stringify(parts)}`;

/** Null for an entry that this version does not know: it is left alone. */
export function readAdded(text: string): Added | null {
  const space = text.indexOf(' ');
  const kind = space < 0 ? BARE : text.slice(0, space);
  if (!isKind(kind) || (space >= 0 && kind === BARE)) return null;
  const read = KINDS[kind].read(space < 0 ? [text] : listOf(text.slice(space + 1)));
  return read === null ? null : ({ kind, ...read } as Added);
}

const isKind = (kind: string | undefined): kind is Added['kind'] => kind !== undefined && Object.hasOwn(KINDS, kind);

/** The first record of something wins: what a table had before is what it had before n2m came. */
export function mergeAdded(before: readonly string[], more: readonly Added[]): string[] {
  const known = new Set(before.map(keyOf));
  const fresh = more.map(writeAdded).filter((text) => !known.has(keyOf(text)) && known.add(keyOf(text)));
  return [...before, ...fresh];
}

/** What these publications record and was not known, as another pipeline handed it over meanwhile. */
export function recordedSince(known: readonly Added[], publications: readonly { comment: string | null }[]): Added[] {
  const keys = new Set(known.map((added) => keyOf(writeAdded(added))));
  return addedBy(publications).filter((added) => !keys.has(keyOf(writeAdded(added))));
}

/** What all these publications' comments record for the pipeline whose they are. */
export function addedBy(publications: readonly { comment: string | null }[]): Added[] {
  const recorded = publications.flatMap(({ comment }) => readMark(comment)?.added ?? []);
  return readAll(mergeAdded([], readAll(recorded))).filter((added) => kindOf(added).isPlausible(added));
}

const readAll = (recorded: readonly string[]): Added[] => recorded.map(readAdded).filter((added) => added !== null);

function keyOf(text: string): string {
  const added = readAdded(text);
  const of = added && kindOf(added).of?.(added);
  return of ? entry(added.kind, of) : text;
}

/** Of what a plan knew, what our publications still record: nothing else is taken back, whoever gives the plan. */
export function stillRecorded(known: readonly Added[], publications: readonly { comment: string | null }[]): Added[] {
  const recorded = new Set(addedBy(publications).map(writeAdded));
  return known.filter((added) => recorded.has(writeAdded(added)));
}

/** It has the shape of what a record holds, whoever gives it. */
export function isAdded(value: { kind: string }): value is Added {
  if (!isKind(value.kind)) return false;
  const given = value as Added;
  const read = readAdded(writeAdded(given));
  const parts = (entry: Added) => JSON.stringify(kindOf(entry).write(entry));
  return read !== null && parts(read) === parts(given);
}

function listOf(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text, (_, part: unknown) => {
      if (typeof part === 'string' && part.includes('\0')) throw new SyntaxError('Postgres has no such name');
      return part;
    });
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
