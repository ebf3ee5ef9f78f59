import { clusterFindings } from '../../../../src/core/objects/cluster/findings';
import { testFindings, target } from '../../plan/finding-cases';
import * as f from '../../plan/fixtures';

testFindings(clusterFindings, {
  raised: [
    [
      'unknown-size',
      'a size the region does not have',
      { target: { sizes: ['25cc', '50cc'] } },
      'blocking',
      'one of 25cc, 50cc',
    ],
    [
      'steady-size-larger',
      'a steady size that costs more, by what the region says of both',
      {
        spec: f.withMaterialize({
          cluster: { ...f.spec.materialize.cluster, snapshotSize: '50cc', steadySize: 'M.1-nano' },
        }),
      },
      'warning',
      'materialize.cluster.snapshotSize: M.1-nano',
    ],
    [
      'renamed-object',
      'a source of ours under another name',
      { target: { orphans: [f.orphan('source', 'shop_before')] } },
      'blocking',
      null,
    ],
    [
      'renamed-object',
      'a cluster of ours that the file does not name, and that others use',
      {
        built: true,
        target: {
          orphans: [{ ...f.orphan('cluster', 'ingest_before'), otherObjects: [{ id: 'u9', name: 'v', type: 'view' }] }],
        },
      },
      'warning',
      'DROP CLUSTER IF EXISTS "ingest_before";',
    ],
    [
      'shared-cluster',
      'somebody else on the cluster',
      {
        built: true,
        target: { cluster: { ...target.cluster!, otherObjects: [{ id: 'u9', name: 'v', type: 'view' }] } },
      },
      'warning',
      null,
    ],
    [
      'cluster-reconfiguring',
      'a resize under way',
      { built: true, target: { cluster: { ...target.cluster!, pending: 1 } } },
      'info',
      null,
    ],
    [
      'cluster-sized-elsewhere',
      'a schedule switches it on and off',
      {
        built: true,
        target: { cluster: { ...target.cluster!, sizedBy: { kind: 'schedule', hydrationSize: null } } },
      },
      'warning',
      'ALTER CLUSTER "ingest_shop" SET (SCHEDULE = MANUAL);',
    ],
    [
      'copy-under-way',
      'a first copy at another size than the file says',
      {
        built: true,
        target: {
          cluster: { ...target.cluster!, size: '100cc' },
          source: { ...target.source!, children: target.source!.children.map((one) => ({ ...one, committed: false })) },
        },
      },
      'info',
      null,
    ],
    [
      'no-credits',
      'no room for both sizes of a resize',
      {
        built: true,
        target: {
          resizesInBackground: true,
          credits: { limit: 2.4, used: 2.25 },
          cluster: {
            ...target.cluster!,
            size: '200cc',
            replicas: [{ id: 'u1', name: 'r1', size: '200cc', status: 'online' }],
          },
        },
      },
      'warning',
      'have max_credit_consumption_rate raised, or stop or shrink other clusters',
    ],
  ],
});
