import { ipAllowFindings } from '../../../../src/core/objects/ip-allow/findings';
import { testFindings, prepared } from '../../plan/finding-cases';

const neon = prepared.neon!;

testFindings(ipAllowFindings, {
  raised: [
    [
      'public-connections-blocked',
      'a project without public connections',
      { source: { neon: { ...neon, blocksPublicConnections: true } } },
      'blocking',
      null,
    ],
    [
      'ip-allow-unknown',
      'an allow list and no addresses',
      { source: { neon: { ...neon, allowedIps: ['10.0.0.1'] } }, target: { egressCidrs: [] } },
      'warning',
      null,
    ],
  ],
});
