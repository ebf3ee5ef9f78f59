import { isCopying } from '../../core/objects/cluster/resize';
import { listed } from '../../core/plan/context';
import type { PipelineSpec } from '../../core/spec/types';
import { type SourceProgress, readCluster, readSource, readSourceProgress } from '../../systems/materialize';
import type { SqlClient } from '../../systems/sql-client';
import { pauses } from '../edges/cut-short';
import { heartbeat } from '../edges/heartbeat';
import { APPLY, activity } from '../support/activity';
import { done } from '../support/ensure';
import { step } from '../support/inputs';
import { itemsOf, withMaterialize } from '../support/sessions';
import { resizeTo } from './resize';

/**
 * Sizes the cluster down and proves that the source keeps up there: after the replicas are online, the frontier of
 * every table must move on within the deadline. If not, the larger size comes back, and the step says so. What the
 * region refuses, or somebody cancels, leaves the larger size and ends with the way to do it.
 */
export const rightSize = activity({ input: step, callers: APPLY }, (deps, { spec, pause }) => {
  const { name, steadySize, snapshotSize } = spec.materialize.cluster;
  const object = `cluster ${name}`;
  const { source } = itemsOf(spec);
  return withMaterialize(deps, spec, async (client) => {
    const [before, target] = await Promise.all([readCluster(client, name, source), readSource(client, source)]);
    const from = before?.size ?? snapshotSize;
    if (from !== steadySize && isCopying({ cluster: before, source: target })) {
      const why = 'a table is being copied, which would start over';
      return done('kept', object, `stays at ${from}: ${why}; n2m apply FILE resizes it afterwards`);
    }
    const resized = await resizeTo(client, spec, steadySize, { pause });
    if (resized.kind !== 'sized') return done('kept', object, `stays at ${from}: ${resized.sentence}; ${resized.next}`);
    const standing = await untilMoving(client, spec);
    if (standing === null) return done('changed', object, `resized to ${steadySize}; every table keeps up`);
    const back = from === steadySize ? snapshotSize : from;
    const returned = await resizeTo(client, spec, back, { pause });
    if (returned.kind === 'sized') return done('changed', object, `back at ${back}: at ${steadySize} ${standing}`);
    const left = `at ${steadySize}, where ${standing}; not back at ${back}: ${returned.sentence}; ${returned.next}`;
    return done('changed', object, left);
  });
});

/** Null when every table moved on; else what did not, in words. */
async function untilMoving(client: SqlClient, spec: PipelineSpec): Promise<string | null> {
  const until = Date.now() + spec.snapshot.resizeDeadline;
  const look = () => readSourceProgress(client, itemsOf(spec).source);
  const first = frontiers(await look());
  const untilNextLook = pauses();
  for (;;) {
    const progress = await look();
    const now = frontiers(progress);
    const standing = [...now]
      .filter(([table, frontier]) => frontier <= (first.get(table) ?? 0))
      .map(([table]) => table);
    if (progress?.source.status === 'running' && standing.length === 0) return null;
    const status = progress?.source.status ?? 'gone';
    if (Date.now() >= until) {
      return standing.length > 0 ? `${listed(standing)} did not move on` : `the source says ${status}`;
    }
    heartbeat({ waitingFor: 'every table to move on', status, standing: listed(standing) });
    await untilNextLook();
  }
}

function frontiers(progress: SourceProgress | null): Map<string, number> {
  return new Map((progress?.children ?? []).map((child) => [child.name, child.writeFrontierMs ?? 0]));
}
