import { type EntryKind, IN_THE_DATABASE, texts } from '../../destroy/entry';
import { isOr, reads, readsAny } from '../../destroy/other';

/** A table in a publication of somebody else. */
export interface PublishedEntry {
  kind: 'published';
  publication: string;
  schema: string;
  name: string;
}

/** What such a publication published before, as its `publish` says it. */
export interface OperationsEntry {
  kind: 'operations';
  publication: string;
  before: string;
}

const OPERATIONS = /^(insert|update|delete|truncate)(, (insert|update|delete|truncate)){0,3}$/;

export const publishedTable: EntryKind<PublishedEntry> = {
  ...texts<PublishedEntry>('publication', 'schema', 'name'),
  isPlausible: () => true,
  ...IN_THE_DATABASE,
  needs: (entry, other) => isOr(other.publication, entry.publication) && reads(other, entry),
};

export const operations: EntryKind<OperationsEntry> = {
  ...texts<OperationsEntry>('publication', 'before'),
  of: ({ publication }) => [publication],
  isPlausible: ({ before }) => before === '' || OPERATIONS.test(before),
  ...IN_THE_DATABASE,
  needs: ({ publication }, other) => isOr(other.publication, publication) && readsAny(other),
};
