import { type EntryKind, texts } from '../../destroy/entry';
import { parseIpEntry } from '../../ip';

/** An address block in the IP Allow list of a Neon project. */
export interface IpEntry {
  kind: 'ip';
  cidr: string;
}

export const ip: EntryKind<IpEntry> = {
  ...texts<IpEntry>('cidr'),
  bare: true,
  isPlausible: ({ cidr }) => parseIpEntry(cidr) !== null,
  reach: 'project',
  needs: () => true,
  // Only one of kind neon has a list to take from.
  takesOver: ({ neon }) => neon === true,
};
