import { type EntryKind, OURS_ALONE } from '../../destroy/entry';

export type Identity = 'default' | 'nothing' | 'index';

/** What a table logged before n2m made it log full rows. */
export interface IdentityEntry {
  kind: 'identity';
  schema: string;
  name: string;
  before: Identity;
  index: string | null;
  /** Of the index, whatever its name is by then. Records of earlier versions have none. */
  columns?: string[];
  /** Who published the table before us, and lived with what it logged. Records of earlier versions do not say. */
  publishedBy?: string[];
}

export const identity: EntryKind<IdentityEntry> = {
  write,
  read,
  of: ({ schema, name }) => [schema, name],
  isPlausible: () => true,
  // Who reads a table is seen by its publications.
  ...OURS_ALONE,
};

/** Earlier versions read the texts of the list and pass over the rest. */
function write({ schema, name, before, index, columns, publishedBy }: IdentityEntry): unknown[] {
  return [
    ...[schema, name, before],
    ...(index === null ? [] : [index, ...(columns === undefined ? [] : [columns])]),
    ...(publishedBy === undefined ? [] : [{ publishedBy }]),
  ];
}

function read(parts: unknown[]): Omit<IdentityEntry, 'kind'> | null {
  const [schema, name, before, index] = parts.filter((part) => typeof part === 'string');
  if (schema === undefined || name === undefined || !isIdentity(before)) return null;
  return { schema, name, before, index: index ?? null, ...columnsIn(parts), ...publishersIn(parts) };
}

const isIdentity = (text: string | undefined): text is Identity =>
  text === 'default' || text === 'nothing' || text === 'index';

const textsOf = (list: unknown[]): string[] => list.filter((part) => typeof part === 'string');

function columnsIn(parts: unknown[]): Pick<IdentityEntry, 'columns'> {
  const columns: unknown = parts.find(Array.isArray);
  return Array.isArray(columns) ? { columns: textsOf(columns) } : {};
}

function publishersIn(parts: unknown[]): Pick<IdentityEntry, 'publishedBy'> {
  const found = parts.find((part) => typeof part === 'object' && part !== null && 'publishedBy' in part);
  return found && Array.isArray(found.publishedBy) ? { publishedBy: textsOf(found.publishedBy) } : {};
}
