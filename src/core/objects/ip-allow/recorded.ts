import { ofKind } from '../../destroy/added';
import { parted } from '../../destroy/others';
import type { DestroySource, KnownUpstream } from '../../destroy/types';

/** The recorded addresses that are still allowed. */
export const recordedAddresses = ({ neon, others }: DestroySource, { added }: Pick<KnownUpstream, 'added'>) =>
  parted(
    ofKind(added, 'ip').filter(({ cidr }) => neon?.allowedIps.includes(cidr)),
    others,
  );
