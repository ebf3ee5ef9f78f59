import type { ClusterFacts, Reconfiguration } from './facts';
import type { TargetFacts } from '../../plan/facts';
import { alterClusterReplicationFactor, alterClusterSize } from './statements';

/** The key that approves a resize for which the region has no credits beside what runs: replicas go first. */
export const PAUSE_KEY = 'resize-with-pause';

/** The size a cluster has, or is about to have: a resize under way counts as done. */
export const comingSize = ({ size, reconfiguration }: ClusterFacts): string | null =>
  isUnderWay(reconfiguration) ? (reconfiguration.size ?? size) : size;

export const isUnderWay = (change: Reconfiguration | null): change is Reconfiguration =>
  change?.status === 'in-progress';

/** A copy under way starts over when its replica is replaced, so that the cluster stays as it is until it is committed. */
export const isCopying = ({ source, cluster }: Pick<TargetFacts, 'source' | 'cluster'>): boolean =>
  source !== null &&
  cluster !== null &&
  cluster.replicationFactor > 0 &&
  source.cluster !== '' &&
  source.error === null &&
  source.children.some((child) => !child.committed && child.error === null);

/** How a resize in the background ended, and what to do next; null while it goes on, and where it reached its size. */
export function endOf(
  cluster: string,
  size: string,
  before: string | null,
  { status, deadline }: Reconfiguration,
): { sentence: string; next: string } | null {
  const resize = `the resize of cluster ${cluster} to ${size}`;
  const still = before === null ? 'it stays as it was' : `it stays at ${before}`;
  const again = 'n2m apply FILE tries again';
  switch (status) {
    case 'in-progress':
    case 'finalized':
      return null;
    case 'timed-out':
      return {
        sentence: `${resize} was not ready ${deadline === null ? 'in time' : `until ${deadline}`}: Materialize went back, ${still}`,
        next: `SHOW CLUSTER REPLICAS WHERE cluster = '${cluster}', then ${again}`,
      };
    case 'cancelled':
      return {
        sentence: `somebody cancelled ${resize}: ${still}`,
        next: `see who: SELECT * FROM mz_catalog.mz_audit_events WHERE object_type = 'cluster'; then ${again}`,
      };
    case 'resource-exhausted':
      return {
        sentence: `${resize} found no room: both sizes run side by side until the cut-over, and the region does not allow that; ${still}`,
        next: withPause(cluster, size),
      };
    default:
      return {
        sentence: `${resize} ended as "${status}", which this n2m does not know: ${still}`,
        next: `SELECT * FROM mz_internal.mz_cluster_reconfigurations, then ${again}`,
      };
  }
}

/** The way without room for both, for a person. */
export const withPause = (cluster: string, size: string): string =>
  `have max_credit_consumption_rate raised, or stop others; or by hand, with a pause: ${pausedResize(cluster, size).join('; ')}; or n2m apply FILE, which asks for that pause`;

/** Replicas go first: nothing runs, and nothing is copied, until the new one is there. */
export const pausedResize = (
  cluster: string,
  size: string,
  factor = 1,
): [stop: string, resize: string, start: string] => [
  alterClusterReplicationFactor(cluster, 0),
  alterClusterSize(cluster, size),
  alterClusterReplicationFactor(cluster, factor),
];

/**
 * Credits an hour while both sizes run side by side, beside everything else, and what the region allows; `before` null: nothing
 * runs yet. Null where nobody can tell.
 */
export function sideBySide(
  { credits, power, cluster }: Pick<TargetFacts, 'credits' | 'power' | 'cluster'>,
  before: string | null,
  size: string,
): { needed: number; limit: number } | null {
  const { limit, used } = credits;
  const factor = Math.max(1, cluster?.replicationFactor ?? 1);
  const own = (cluster?.replicas ?? []).reduce((sum, replica) => sum + (power[replica.size]?.credits ?? 0), 0);
  const sizes = [...(before === null ? [] : [before]), size].map((one) => power[one]?.credits);
  if (limit === null || sizes.includes(undefined)) return null;
  const needed = used - own + factor * sizes.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  return { needed: Math.round(needed * 1000) / 1000, limit };
}

/** What a server answers to a resize that it has no credits for (53000). */
export const refusedForCredits = (message: string): boolean => /max_credit_consumption_rate/.test(message);
