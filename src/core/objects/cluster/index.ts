import { writeMark } from '../../plan/ownership';
import type { PipelineSpec } from '../../spec/types';
import type { GuideObject } from '../object';
import { materialize, type Script } from '../script';
import { clusterFindings } from './findings';
import { dropCluster, planCluster, resizeApproval, rightSize } from './plan';
import { PAUSE_KEY } from './resize';
import { destroyCluster, destroyOrphans } from './removal';
import { alterClusterSize, commentOnCluster, createCluster } from './statements';
import { clusterWords } from './words';

/** What runs the source: large for the first copy. */
export const cluster: GuideObject = {
  name: 'cluster',
  steps: [
    {
      id: 'cluster',
      activity: 'ensureCluster',
      timeouts: 'quick',
      plan: planCluster,
      script: ({
        name: pipeline,
        materialize: {
          cluster: { name, snapshotSize },
        },
      }) => ({
        comment: 'large for the first copy',
        calls: [
          materialize(createCluster(name, snapshotSize)),
          materialize(commentOnCluster(name, writeMark(pipeline))),
        ],
      }),
    },
  ],
  findings: clusterFindings,
  words: clusterWords,
  destroy: destroyCluster,
  removals: [{ id: 'remove-cluster', activity: 'removeCluster', timeouts: 'quick' }],
};

function script({
  materialize: {
    cluster: { name, snapshotSize, steadySize },
  },
}: PipelineSpec): Script {
  const same = snapshotSize === steadySize;
  return {
    comment: same ? 'nothing to do: both sizes are the same' : 'and back, should the source not keep up',
    calls: same ? [] : [materialize(alterClusterSize(name, steadySize))],
  };
}

/** The size for the time after the copy; what the pipeline ran on before goes then. */
export const steadySize: GuideObject = {
  name: 'steady size',
  // A pause on a cluster that others share is two things to agree to.
  approvals: ({ spec, target: { cluster } }, { id, approval, interrupts }, why) => {
    if (id !== 'right-size' || approval !== PAUSE_KEY) return null;
    const shared = cluster === null ? null : resizeApproval(spec, cluster);
    return [{ key: PAUSE_KEY, reason: why }, ...(shared === null ? [] : [{ key: shared, reason: interrupts ?? why }])];
  },
  steps: [
    { id: 'right-size', activity: 'rightSize', timeouts: 'slow', phase: 'right-sizing', plan: rightSize, script },
    { id: 'drop-cluster', activity: 'dropLeftClusters', timeouts: 'slow', occasional: true, plan: dropCluster },
  ],
  destroy: destroyOrphans,
  removals: [{ id: 'drop-cluster', activity: 'dropLeftClusters', timeouts: 'slow' }],
};
