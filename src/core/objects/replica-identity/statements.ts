import { qualified, quoteIdent } from '../../sql/quote';
import type { TableName } from '../../sql/upstream';

/** Statements that say what a table logs of its old rows. */

/** Owner only. Takes ACCESS EXCLUSIVE for a moment: set a lock timeout first. */
export const replicaIdentityFull = (name: TableName): string =>
  `ALTER TABLE ${qualified(name.schema, name.name)} REPLICA IDENTITY FULL`;

const IDENTITIES = ['default', 'nothing', 'index'];

/** Back to what a table had before; `index` names the index of identity `index`. */
export function replicaIdentity(
  name: TableName,
  identity: 'default' | 'nothing' | 'index',
  index: string | null,
): string {
  // The type does not hold for what came from elsewhere, and this text is not quoted.
  if (!IDENTITIES.includes(identity)) throw new Error('a replica identity is default, nothing or an index');
  const kind = identity === 'index' && index !== null ? `USING INDEX ${quoteIdent(index)}` : identity.toUpperCase();
  return `ALTER TABLE ${qualified(name.schema, name.name)} REPLICA IDENTITY ${kind}`;
}

/** With the owner's rights this login may set an identity and publish. */
export const grantMembership = (owner: string, user: string): string =>
  `GRANT ${quoteIdent(owner)} TO ${quoteIdent(user)}`;
