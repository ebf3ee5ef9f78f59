import type { Added } from '../../destroy/added';
import { type Parted, parted } from '../../destroy/others';
import type { DestroySource } from '../../destroy/types';
import { revokeSelect, revokeSelectOnFutureTables, revokeUsage } from './statements';

/** The recorded privileges that are still held. */
export const recordedGrants = ({ held, others }: DestroySource): Parted<Added> => parted(held, others);

/** The statement that takes one recorded privilege back; null for what is no privilege. */
export function revoke(added: Added): string | null {
  switch (added.kind) {
    case 'usage':
      return revokeUsage(added.schema, added.role);
    case 'select':
      return revokeSelect([added], added.role);
    case 'future':
      return revokeSelectOnFutureTables(added.owner, added.schema, added.role);
    default:
      return null;
  }
}
