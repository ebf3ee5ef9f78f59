import type { StepResult } from '../core/plan/types';
import { leftClusters, orphanName } from '../core/objects/cluster/orphans';
import { dropCluster } from '../core/sql/materialize';
import type { PipelineSpec } from '../core/spec/types';
import { readStrays } from '../systems/materialize';
import type { Deps } from './support/deps';
import { done } from './support/ensure';
import { withMaterialize } from './support/sessions';

/** Clusters the pipeline ran on before. Without CASCADE: Materialize refuses where something runs on one by now. */
export function dropLeftClusters(deps: Deps, { spec }: { spec: PipelineSpec }): Promise<StepResult> {
  return withMaterialize(deps, spec, async (client) => {
    const left = leftClusters(await readStrays(client, spec));
    for (const { name } of left) await client.query(dropCluster(name));
    if (left.length === 0) return done('dropped', `clusters of ${spec.name}`, 'nothing is left to drop');
    const names = left.map(orphanName).join(', ');
    return done('dropped', names, `${names} is gone`);
  });
}
