import { createHash } from 'node:crypto';
import type { Connection } from '@temporalio/client';

/** Which version of which Worker Deployment a worker is, as its environment says. Without a build id it makes its own. */
export interface VersionSetting {
  deployment: string;
  buildId: string | null;
}

/** Ours, and what Temporal's Worker Controller for Kubernetes sets. */
const NAMES = ['N2M_DEPLOYMENT', 'TEMPORAL_DEPLOYMENT_NAME'] as const;
const BUILDS = ['N2M_BUILD_ID', 'TEMPORAL_WORKER_BUILD_ID'] as const;

/** Pure: null where the worker is to poll without a version. What is wrong is added to `problems`. */
export function parseVersion(env: Record<string, string | undefined>, problems: string[]): VersionSetting | null {
  const one = ([ours, theirs]: readonly [string, string], taken: RegExp, what: string): string | null => {
    const [mine, other] = [env[ours], env[theirs]];
    if (mine && other && mine !== other) problems.push(`${ours}=${mine} and ${theirs}=${other} are to be one: set one`);
    const value = mine || other || null;
    if (value !== null && !taken.test(value)) problems.push(`${mine ? ours : theirs}=${value} is no ${what}`);
    return value;
  };
  // What the server refuses, and it does so to the poller alone: a worker would start, and be given nothing.
  const deployment = one(NAMES, /^(?!__)[^\s.:]+$/, 'name of a deployment: no spaces, dots, colons, or __ before it');
  const buildId = one(BUILDS, /^(?!__)[^\s:]+$/, 'build id: no spaces, colons, or __ before it');
  if (deployment === null && buildId !== null)
    problems.push('N2M_BUILD_ID needs N2M_DEPLOYMENT, the name that all builds of these workers share');
  return deployment === null ? null : { deployment, buildId };
}

/** The same wherever a release runs, another with every change of the workflows. */
export function ownBuildId(version: string, bundle: string | Buffer): string {
  return `${version}-${createHash('sha256').update(bundle).digest('hex').slice(0, 8)}`;
}

/** gRPC's numbers. */
const [PERMISSION_DENIED, UNIMPLEMENTED] = [7, 12];

/**
 * Why the server has no Worker Versioning, in its own words; null where it has it. A worker with a version that polls
 * there would be refused at every poll without a word.
 */
export async function whyNoVersioning(
  { workflowService }: Pick<Connection, 'workflowService'>,
  namespace: string,
): Promise<string | null> {
  try {
    await workflowService.listWorkerDeployments({ namespace, pageSize: 1 });
    return null;
  } catch (error) {
    const { code, details = '' } = error as { code?: number; details?: string };
    const off = code === UNIMPLEMENTED || (code === PERMISSION_DENIED && /disabled/i.test(details));
    // Whoever may poll, but not list, is told nothing about the server by that.
    return off ? details : null;
  }
}
