import type { DestroyContext } from '../../destroy/context';
import { absent, foreign, keep, leave, remove } from '../../destroy/step';
import type { DestroyStep } from '../../destroy/types';
import type { Orphan } from '../../plan/target-facts';
import { dropCluster } from '../../sql/materialize';
import { named } from '../source/rebuild-steps';
import { dropOrphan, leftClusters, orphanName } from './orphans';

export const destroyCluster = (context: DestroyContext): DestroyStep[] => [clusterStep(context)];

function clusterStep({ spec, target, sourceStays, going }: DestroyContext): DestroyStep {
  const { name } = spec.materialize.cluster;
  const object = `cluster ${name}`;
  const { cluster } = target;
  if (!cluster) return absent('remove-cluster', object);
  const why = foreign(cluster.comment, spec.name);
  if (why !== null) return keep('remove-cluster', object, why);
  const run = [`${dropCluster(name)};`];
  const others = cluster.otherObjects.filter((item) => !going.has(item.id));
  const stays =
    sourceStays && target.source?.cluster === name ? [{ type: 'source', name: spec.materialize.names.source }] : [];
  const left = [...stays, ...others];
  if (left.length > 0)
    return keep('remove-cluster', object, `${named(left)} ${left.length === 1 ? 'runs' : 'run'} on it`, run);
  return remove('remove-cluster', object, `drop ${object} with its replicas`, { run });
}

/** What only an earlier version of the file named: clusters that nothing runs on go, the rest is for a person to look at. */
export function destroyOrphans({ target: { orphans } }: DestroyContext): DestroyStep[] {
  const goes = leftClusters(orphans);
  const stays = orphans.filter((orphan) => !goes.includes(orphan));
  const objectOf = (some: Orphan[]) => some.map(orphanName).join(', ');
  const run = (some: Orphan[]) => some.map((orphan) => `${dropOrphan(orphan)};`);
  return [
    ...(goes.length > 0 ? [remove('drop-cluster', objectOf(goes), `drop ${objectOf(goes)}`, { run: run(goes) })] : []),
    ...(stays.length > 0 ? [leave('look-at-strays', objectOf(stays), 'the file does not name it', run(stays))] : []),
  ];
}
