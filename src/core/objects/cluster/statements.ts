import { optionalComment } from '../../sql/items';
import { quoteIdent, quoteLiteral } from '../../sql/quote';

/** Statements about the cluster that the source runs on. */

/** No IF NOT EXISTS in any version: look first, and look again after "already exists". */
export const createCluster = (cluster: string, size: string): string =>
  `CREATE CLUSTER ${quoteIdent(cluster)} (SIZE = ${quoteLiteral(size)})`;

/**
 * Returns at once. Before v26.35 replicas are dropped and made anew, since then the new ones come up beside the old; a
 * snapshot under way starts over either way. Never with WAIT UNTIL READY, which a Postgres source cannot satisfy in the
 * versions that need the clause.
 */
export const alterClusterSize = (cluster: string, size: string): string =>
  `ALTER CLUSTER ${quoteIdent(cluster)} SET (SIZE = ${quoteLiteral(size)})`;

export const alterClusterReplicationFactor = (cluster: string, factor: number): string =>
  `ALTER CLUSTER ${quoteIdent(cluster)} SET (REPLICATION FACTOR = ${Math.trunc(factor)})`;

export const setScheduleManual = (cluster: string): string =>
  `ALTER CLUSTER ${quoteIdent(cluster)} SET (SCHEDULE = MANUAL)`;

export const commentOnCluster = (cluster: string, comment: string | null): string =>
  `COMMENT ON CLUSTER ${quoteIdent(cluster)} IS ${optionalComment(comment)}`;

export const dropCluster = (cluster: string): string => `DROP CLUSTER IF EXISTS ${quoteIdent(cluster)}`;

/** The cluster that queries of user tables run on, for this session. */
export const setCluster = (cluster: string): string => `SET cluster = ${quoteIdent(cluster)}`;
