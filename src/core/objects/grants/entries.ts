import { type EntryKind, IN_THE_DATABASE, texts } from '../../destroy/entry';
import { isOr, reads, readsIn } from '../../destroy/other';
import { isServers } from '../role/entries';

export interface UsageEntry {
  kind: 'usage';
  role: string;
  schema: string;
}

export interface SelectEntry {
  kind: 'select';
  role: string;
  schema: string;
  name: string;
}

/** On tables that the owner makes from then on. */
export interface FutureEntry {
  kind: 'future';
  role: string;
  owner: string;
  schema: string;
}

const granted = { ...IN_THE_DATABASE, isPlausible: ({ role }: { role: string }) => !isServers(role) };

export const usage: EntryKind<UsageEntry> = {
  ...texts<UsageEntry>('role', 'schema'),
  ...granted,
  needs: ({ role, schema }, other) => isOr(other.role, role) && readsIn(other, schema),
};

export const select: EntryKind<SelectEntry> = {
  ...texts<SelectEntry>('role', 'schema', 'name'),
  ...granted,
  needs: (entry, other) => isOr(other.role, entry.role) && reads(other, entry),
};

export const future: EntryKind<FutureEntry> = {
  ...texts<FutureEntry>('role', 'owner', 'schema'),
  ...granted,
  needs: ({ role, schema }, other) => isOr(other.role, role) && readsIn(other, schema),
};
