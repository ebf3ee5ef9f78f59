import { blocking, type Rule, warning } from '../../plan/rule';

/** Whether Materialize is let through to the project. */
export const ipAllowFindings: Record<string, Rule> = {
  'public-connections-blocked': ({ source: { neon } }) =>
    neon?.blocksPublicConnections
      ? [
          blocking(
            `project ${neon.project}`,
            `project ${neon.project} blocks public connections: Materialize cannot reach it over the internet`,
            'allow public connections in the project settings, or use private networking',
          ),
        ]
      : [],

  'ip-allow-unknown': ({ source: { neon }, target }) => {
    if (neon === null || neon.allowedIps.length === 0 || target.egressCidrs.length > 0) return [];
    const applies = !neon.allowedIpsProtectedBranchesOnly || neon.branchProtected;
    if (!applies) return [];
    const sentence = 'the IP Allow list is in use and Materialize does not say which addresses it comes from';
    return [warning('IP Allow list', sentence, 'add them by hand in the project settings')];
  },
};
