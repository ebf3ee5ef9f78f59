import type { ClusterFacts, ConnectionFacts, SourceObjectFacts, TargetFacts } from '../../core/plan/facts';
import type { PipelineSpec } from '../../core/spec/types';
import type { ItemName } from '../../core/sql/materialize';
import type { TargetReading } from '../../core/watch/types';
import type { SqlClient } from '../sql-client';

const notYet = (): never => {
  throw new Error('not yet');
};

/** Everything a plan needs to know in Materialize. Reads only. */
export const readTargetFacts: (client: SqlClient, spec: PipelineSpec) => Promise<TargetFacts> = notYet;
export const readSchema: (
  client: SqlClient,
  database: string,
  schema: string,
) => Promise<{ databaseExists: boolean; exists: boolean; comment: string | null }> = notYet;
/** `otherObjects`: what runs on the cluster besides the source of that name and its children. */
export const readCluster: (client: SqlClient, name: string, source: ItemName) => Promise<ClusterFacts | null> = notYet;
export const readSecret: (client: SqlClient, name: ItemName) => Promise<{ id: string; comment: string | null } | null> =
  notYet;
export const readConnection: (client: SqlClient, name: ItemName) => Promise<ConnectionFacts | null> = notYet;
/** The source with its children of both syntaxes, their statuses and dependents. */
export const readSource: (client: SqlClient, name: ItemName) => Promise<SourceObjectFacts | null> = notYet;
export const readForcesSourceTables: (client: SqlClient) => Promise<boolean> = notYet;
export const readEgressCidrs: (client: SqlClient) => Promise<string[]> = notYet;

/** Evidence about one object (the source, or one of its tables) on live replicas. */
export interface ObjectProgress {
  id: string;
  /** Null for the source itself. */
  upstream: { schema: string; name: string } | null;
  /** Name in Materialize. */
  name: string;
  status: string;
  error: string | null;
  /** From statistics of live replicas; null: no row yet. A minute or two late. */
  statisticsCommitted: boolean | null;
  recordsKnown: string | null;
  recordsStaged: string | null;
  /** Milliseconds since the epoch; null or 0 before the snapshot is committed. The first relation to tell. */
  writeFrontierMs: number | null;
}
export interface SourceProgress {
  source: ObjectProgress;
  children: ObjectProgress[];
  slot: string | null;
  replicas: { id: string; size: string; status: string }[];
  offsetKnown: string | null;
  offsetCommitted: string | null;
}
/** What the wait polls; null when the source does not exist. */
export const readSourceProgress: (client: SqlClient, name: ItemName) => Promise<SourceProgress | null> = notYet;
/** Stalled events of the source and its children since an instant (ISO), oldest first. */
export const readStalledSince: (
  client: SqlClient,
  name: ItemName,
  since: string,
) => Promise<{ at: string; object: string; error: string }[]> = notYet;
/** One look for the check. */
export const readTargetReading: (
  client: SqlClient,
  input: { source: ItemName; cluster: string; stalledSince: string | null; now: number },
) => Promise<TargetReading> = notYet;
