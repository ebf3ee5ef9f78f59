import { parseIpEntry } from '../ip';
import { isMaterializeSlot } from '../names';
import { readMark } from '../plan/ownership';

/**
 * What a pipeline added to things it shares with others, kept as texts in the owner mark of its publication (or of one
 * that holds nothing else, where the publication is somebody else's), so that destroy takes back exactly that. An entry is an address block as it stands, or a kind and a JSON list.
 */
export type Added =
  | { kind: 'ip'; cidr: string }
  | { kind: 'role'; name: string }
  | { kind: 'slot'; name: string }
  /**
   * `columns`: of the index, whatever its name is by then. `publishedBy`: who published the table before us, and lived with
   * what it logged. Records of earlier versions have neither.
   */
  | {
      kind: 'identity';
      schema: string;
      name: string;
      before: Identity;
      index: string | null;
      columns?: string[];
      publishedBy?: string[];
    }
  | { kind: 'usage'; role: string; schema: string }
  | { kind: 'select'; role: string; schema: string; name: string }
  | { kind: 'future'; role: string; owner: string; schema: string }
  /** A table in a publication of somebody else, and what such a publication published before. */
  | { kind: 'published'; publication: string; schema: string; name: string }
  | { kind: 'operations'; publication: string; before: string };

/** Of what is recorded, the entries of one kind. */
export const ofKind = <K extends Added['kind']>(added: readonly Added[], kind: K): Extract<Added, { kind: K }>[] =>
  added.filter((entry): entry is Extract<Added, { kind: K }> => entry.kind === kind);

export type Identity = 'default' | 'nothing' | 'index';

export function writeAdded(added: Added): string {
  switch (added.kind) {
    case 'ip':
      return added.cidr;
    case 'role':
    case 'slot':
      return entry(added.kind, added.name);
    case 'identity':
      return identityEntry(added);
    case 'usage':
      return entry('usage', added.role, added.schema);
    case 'select':
      return entry('select', added.role, added.schema, added.name);
    case 'future':
      return entry('future', added.role, added.owner, added.schema);
    case 'published':
      return entry('published', added.publication, added.schema, added.name);
    case 'operations':
      return entry('operations', added.publication, added.before);
  }
}

const entry = (kind: string, ...parts: (string | string[] | Publishers)[]): string =>
  `${kind} ${JSON.stringify(parts)}`;

interface Publishers {
  publishedBy: string[];
}

/** Earlier versions read the texts of the list and pass over the rest. */
function identityEntry(added: Extract<Added, { kind: 'identity' }>): string {
  const { schema, name, before, index, columns, publishedBy } = added;
  return entry(
    ...(['identity', schema, name, before] as const),
    ...(index === null ? [] : [index, ...(columns === undefined ? [] : [columns])]),
    ...(publishedBy === undefined ? [] : [{ publishedBy }]),
  );
}

/** Null for an entry that this version does not know: it is left alone. */
export function readAdded(text: string): Added | null {
  const space = text.indexOf(' ');
  if (space < 0) return { kind: 'ip', cidr: text };
  const listed = listOf(text.slice(space + 1));
  const [a, b, c, d] = listed.filter((part) => typeof part === 'string');
  if (a === undefined) return null;
  switch (text.slice(0, space)) {
    case 'role':
      return { kind: 'role', name: a };
    case 'slot':
      return { kind: 'slot', name: a };
    case 'identity':
      return b === undefined || !isIdentity(c)
        ? null
        : {
            kind: 'identity',
            schema: a,
            name: b,
            before: c,
            index: d ?? null,
            ...columnsIn(listed),
            ...publishersIn(listed),
          };
    case 'usage':
      return b === undefined ? null : { kind: 'usage', role: a, schema: b };
    case 'select':
      return b === undefined || c === undefined ? null : { kind: 'select', role: a, schema: b, name: c };
    case 'future':
      return b === undefined || c === undefined ? null : { kind: 'future', role: a, owner: b, schema: c };
    case 'published':
      return b === undefined || c === undefined ? null : { kind: 'published', publication: a, schema: b, name: c };
    case 'operations':
      return b === undefined ? null : { kind: 'operations', publication: a, before: b };
    default:
      return null;
  }
}

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

function keyOf(text: string): string {
  const added = readAdded(text);
  if (added?.kind === 'identity') return entry('identity', added.schema, added.name);
  return added?.kind === 'operations' ? entry('operations', added.publication) : text;
}

/** What all these publications' comments record for the pipeline whose they are. */
export function addedBy(publications: readonly { comment: string | null }[]): Added[] {
  const texts = publications.flatMap(({ comment }) => readMark(comment)?.added ?? []);
  return mergeAdded(
    [],
    texts.map(readAdded).filter((added) => added !== null),
  )
    .map(readAdded)
    .filter((added) => added !== null)
    .filter(isPlausible);
}

const OPERATIONS = /^(insert|update|delete|truncate)(, (insert|update|delete|truncate)){0,3}$/;

/** What n2m could have written: no other tool's slot, no role of the server's own, nothing that is no address block. */
function isPlausible(added: Added): boolean {
  switch (added.kind) {
    case 'ip':
      return parseIpEntry(added.cidr) !== null;
    case 'slot':
      return isMaterializeSlot(added.name);
    case 'role':
      return !isReserved(added.name);
    case 'usage':
    case 'select':
    case 'future':
      return !isReserved(added.role);
    case 'operations':
      return added.before === '' || OPERATIONS.test(added.before);
    case 'identity':
    case 'published':
      return true;
  }
}

const isReserved = (role: string): boolean => role.startsWith('pg_') || role === 'public';

/** Of what a plan knew, what our publications still record: nothing else is taken back, whoever gives the plan. */
export function stillRecorded(known: readonly Added[], publications: readonly { comment: string | null }[]): Added[] {
  const recorded = new Set(addedBy(publications).map(writeAdded));
  return known.filter((added) => recorded.has(writeAdded(added)));
}

const isIdentity = (text: string | undefined): text is Identity =>
  text === 'default' || text === 'nothing' || text === 'index';

function columnsIn(listed: unknown[]): { columns?: string[] } {
  const columns: unknown = listed.find(Array.isArray);
  return Array.isArray(columns) ? { columns: columns.filter((column) => typeof column === 'string') } : {};
}

function publishersIn(listed: unknown[]): { publishedBy?: string[] } {
  const found = listed.find((part): part is Partial<Publishers> => typeof part === 'object' && !Array.isArray(part));
  const names: unknown = found?.publishedBy;
  return Array.isArray(names) ? { publishedBy: names.filter((name) => typeof name === 'string') } : {};
}

function listOf(text: string): unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
