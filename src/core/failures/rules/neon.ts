import { A_QUARTER_HOUR, MOMENTS, type Rule } from './rule';

/** What Neon itself says instead of a database or an answer of its API. Its codes differ by version: the text tells. */
export interface NeonRule extends Rule {
  /** Named for tests and for people. */
  name: string;
  pattern: RegExp;
  /** As in Neon's own source or documentation. */
  example: string;
}

const rule = (
  name: string,
  pattern: RegExp,
  type: Rule['type'],
  retryable: Rule['retryable'],
  example: string,
  hint: string,
): NeonRule => ({ name, pattern, type, retryable, hint, example });

const quota = (name: string, what: RegExp, example: string, hint: string): NeonRule =>
  rule(name, what, 'QuotaExceeded', A_QUARTER_HOUR, example, hint);

const SLOT_CLOCK = 'the slot is kept for about 40 h without a consumer';

/** Of the list of projects, with the key of a person who belongs to organizations. */
export const NEEDS_ORGANIZATION = /org_id is required/i;

/** Of Neon's proxy, which answers for a compute, and of its API; Materialize hands the first kind on. In this order. */
export const NEON_RULES: readonly NeonRule[] = [
  quota(
    'neon-compute-time',
    /exceeded the (compute|active) time quota|compute time quota of non-(primary|default) branches/i,
    'Your account or project has exceeded the compute time quota. Upgrade your plan to increase limits.',
    `the compute hours of the plan are used up: upgrade it, or wait for the next billing period; ${SLOT_CLOCK}`,
  ),
  quota(
    'neon-data-transfer',
    /exceeded the data transfer quota/i,
    'Your project has exceeded the data transfer quota. Upgrade your plan to increase limits.',
    `the data transfer of the plan is used up, and a first copy takes most: upgrade it, or wait for the next billing period; ${SLOT_CLOCK}`,
  ),
  quota(
    'neon-storage',
    /exceeded the (written data|logical size) quota/i,
    'Your project has exceeded the written data quota. Upgrade your plan to increase limits.',
    'the storage of the plan is used up: upgrade it, or delete something',
  ),
  quota(
    'neon-quota',
    /exceeded the .{1,40} quota\b/i,
    'Your project has exceeded the new kind of quota. Upgrade your plan to increase limits.',
    'a limit of the Neon plan is reached: its console says which',
  ),
  rule(
    'neon-active-endpoints',
    /limit of concurrently active endpoints/i,
    'LimitReached',
    A_QUARTER_HOUR,
    'You have exceeded the limit of concurrently active endpoints. Please suspend some endpoints or contact our support team to increase the limit.',
    'suspend another compute of the project, or have the limit raised',
  ),
  rule(
    'neon-endpoint-disabled',
    /endpoint (has been|is) disabled/i,
    'EndpointDisabled',
    A_QUARTER_HOUR,
    'The endpoint has been disabled. Enable it using Neon API and retry.',
    `enable the compute in the Neon console; ${SLOT_CLOCK}`,
  ),
  rule(
    'neon-endpoint-gone',
    /endpoint (cannot|could not) be found|\b(endpoint|branch) not found|branch could not be found/i,
    'EndpointGone',
    MOMENTS,
    "The requested endpoint could not be found, or you don't have access to it. Please check the provided ID and try again.",
    'its branch or compute was deleted or archived: look at both in the Neon console, and at `source.branch` in the file',
  ),
  rule(
    'neon-organization',
    NEEDS_ORGANIZATION,
    'PreconditionFailed',
    false,
    'org_id is required, you can find it on your organization settings page',
    'the key is that of a person who belongs to organizations: n2m init --project names the project, or use a key of the organization',
  ),
  rule(
    'neon-temporarily-unavailable',
    /endpoint is temporar(il)?y unavailable/i,
    'ServerBusy',
    true,
    'Control plane request failed: endpoint is temporarily unavailable. Check your quotas and/or contact our support.',
    'maintenance, or a quota of the project: the Neon console says which',
  ),
  rule(
    'neon-ip-not-allowed',
    /IP address .{0,100} is not allowed/,
    'PermissionDenied',
    MOMENTS,
    'This IP address 10.1.2.3 is not allowed to connect to this endpoint. Please add it to the allowed list in the Neon console.',
    "add the address to the project's IP Allow list; n2m apply adds those of Materialize",
  ),
  rule(
    'neon-blocked-network',
    /from a blocked network/,
    'PermissionDenied',
    MOMENTS,
    'This connection is trying to access this endpoint from a blocked network.',
    'the project blocks public connections: allow them or use private networking',
  ),
  rule(
    'neon-password',
    /password authentication failed for user '/,
    'AuthenticationFailed',
    MOMENTS,
    "password authentication failed for user 'materialize'",
    'passwords belong to a branch: correct this one, or n2m rotate where n2m made the role',
  ),
  rule(
    'neon-busy',
    /running (conflicting )?operations|permit to connect to the database|too many connections? attempts|rate limit/i,
    'ServerBusy',
    true,
    'Your project already has running operations. Please wait until they complete, and then try again.',
    'another operation runs on the project',
  ),
  rule(
    'neon-control-plane',
    /(control plane|console) request failed|couldn't connect to compute node/i,
    'Unreachable',
    true,
    'Control plane request failed',
    "Neon could not start the compute: its status page, or the project's operations in its console",
  ),
];
