import { listed } from '../../plan/context';
import { blocking, info, type Rule, typed, warning } from '../../plan/rule';
import { closest } from '../../text/similar';
import { dropOrphan, leftClusters, orphanName } from './orphans';

/** Sizes, who else runs there, and what an earlier file named. */
export const clusterFindings: Record<string, Rule> = {
  'unknown-size': ({ target, spec }) => {
    if (target.sizes.length === 0) return [];
    const { snapshotSize, steadySize } = spec.materialize.cluster;
    return (['snapshotSize', 'steadySize'] as const).flatMap((key) => {
      const size = key === 'snapshotSize' ? snapshotSize : steadySize;
      if (target.sizes.includes(size)) return [];
      const meant = closest(size, target.sizes);
      const sentence = `materialize.cluster.${key}: this region has no size ${size}${meant ? `, perhaps ${meant}` : ''}`;
      return [blocking(`size ${size}`, sentence, `one of ${target.sizes.join(', ')}`)];
    });
  },

  'shared-cluster': ({ target: { cluster }, spec }) => {
    if (cluster === null || cluster.otherObjects.length === 0) return [];
    const others = typed(cluster.otherObjects);
    const name = `cluster ${spec.materialize.cluster.name}`;
    return [
      warning(
        name,
        `${name} also runs ${listed(others)}: they compete for memory, and a resize restarts them, too`,
        'give the pipeline a cluster of its own',
      ),
    ];
  },

  'cluster-reconfiguring': ({ target: { cluster }, spec }) =>
    cluster !== null && cluster.pending > 0
      ? [info(`cluster ${spec.materialize.cluster.name}`, 'a resize of the cluster is under way; the run waits for it')]
      : [],

  'renamed-object': ({ target: { source, strays }, spec }) => {
    const { database, schema, names } = spec.materialize;
    const [before] = source === null ? strays.filter(({ kind }) => kind === 'source') : [];
    if (before) {
      const sentence = `${orphanName(before)} is this pipeline's, and the file names it ${database}.${schema}.${names.source}: a second source would copy everything again and leave the first with its slot`;
      const fix = `put the old name back; or take the old one down first: n2m destroy ${spec.name}`;
      return [blocking(orphanName(before), sentence, fix)];
    }
    const dropped = leftClusters(strays);
    return strays
      .filter((stray) => !dropped.includes(stray))
      .map((stray) => {
        const object = orphanName(stray);
        const users = typed(stray.otherObjects);
        const sentence = `${object} is this pipeline's and the file does not name it${users.length > 0 ? `; it runs ${listed(users)}` : ''}`;
        return warning(object, sentence, `${dropOrphan(stray)};`);
      });
  },
};
