import { type EntryKind, texts } from '../../destroy/entry';
import { isOr } from '../../destroy/other';

/** A role that n2m made. */
export interface RoleEntry {
  kind: 'role';
  name: string;
}

/** No server lets anybody make a role of such a name. */
export const isServers = (role: string): boolean => role.startsWith('pg_') || role === 'public';

export const madeRole: EntryKind<RoleEntry> = {
  ...texts<RoleEntry>('name'),
  isPlausible: ({ name }) => !isServers(name),
  reach: 'server',
  needs: ({ name }, other) => isOr(other.role, name),
  // No pipeline drops a given role.
  takesOver: ({ via }) => via === 'api' || via === 'sql',
};
