import * as sql from '../core/sql/materialize';
import type { StepResult } from '../core/plan/types';
import type { PipelineSpec } from '../core/spec/types';
import { readCluster, readSourceProgress, type SourceProgress } from '../systems/materialize';
import type { SqlClient } from '../systems/sql-client';
import { untilSized } from './cluster-wait';
import type { Deps } from './support/deps';
import { done, sleep } from './support/ensure';
import { heartbeat } from './edges/heartbeat';
import { itemsOf, withMaterialize } from './support/sessions';
import type { StepInput } from './types';

const EVERY = 500;

/**
 * Sizes the cluster down and proves that the source keeps up there: after the replicas are online, the frontier of
 * every table must move on within the deadline. If not, the larger size comes back, and the step says so.
 */
export function rightSize(deps: Deps, { spec }: StepInput): Promise<StepResult> {
  const { name, steadySize, snapshotSize } = spec.materialize.cluster;
  const object = `cluster ${name}`;
  return withMaterialize(deps, spec, async (client) => {
    const before = await readCluster(client, name, itemsOf(spec).source);
    const from = before?.size ?? snapshotSize;
    if (from !== steadySize) await client.query(sql.alterClusterSize(name, steadySize));
    await untilSized(client, spec, steadySize);
    const standing = await untilMoving(client, spec);
    if (standing === null) return done('changed', object, `resized to ${steadySize}; every table keeps up`);
    const back = from === steadySize ? snapshotSize : from;
    await client.query(sql.alterClusterSize(name, back));
    await untilSized(client, spec, back);
    return done('changed', object, `back at ${back}: at ${steadySize} ${standing}`);
  });
}

/** Null when every table moved on; else what did not, in words. */
async function untilMoving(client: SqlClient, spec: PipelineSpec): Promise<string | null> {
  const until = Date.now() + spec.snapshot.resizeDeadline;
  const look = () => readSourceProgress(client, itemsOf(spec).source);
  const first = frontiers(await look());
  for (;;) {
    const progress = await look();
    const now = frontiers(progress);
    const standing = [...now]
      .filter(([table, frontier]) => frontier <= (first.get(table) ?? 0))
      .map(([table]) => table);
    if (progress?.source.status === 'running' && standing.length === 0) return null;
    const status = progress?.source.status ?? 'gone';
    if (Date.now() >= until) {
      return standing.length > 0 ? `${standing.join(', ')} did not move on` : `the source says ${status}`;
    }
    heartbeat({ waitingFor: 'every table to move on', status, standing });
    await sleep(EVERY);
  }
}

function frontiers(progress: SourceProgress | null): Map<string, number> {
  return new Map((progress?.children ?? []).map((child) => [child.name, child.writeFrontierMs ?? 0]));
}
