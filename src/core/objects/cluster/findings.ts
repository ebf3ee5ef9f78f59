import { listed } from '../../plan/context';
import { setTo } from '../../plan/fix';
import { blocking, info, type Rule, typed, warning } from '../../plan/rule';
import { closest } from '../../text/similar';
import { compareSizes, sizeWords } from './estimate';
import { dropOrphan, leftClusters, orphanName } from './orphans';
import { sizedByWords, sizeForSnapshot } from './plan';
import { isCopying, isUnderWay, sideBySide } from './resize';
import { setScheduleManual } from './statements';

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

  'steady-size-larger': ({ target: { power }, spec }) => {
    const { name, snapshotSize, steadySize } = spec.materialize.cluster;
    const [copy, steady] = [power[snapshotSize], power[steadySize]];
    if (copy === undefined || steady === undefined || compareSizes(steady, copy) <= 0) return [];
    const sentence = `steadySize ${steadySize} (${sizeWords(steady)}) is larger than snapshotSize ${snapshotSize} (${sizeWords(copy)}): the first copy gets the smaller one, and the time after it costs more`;
    return [warning(`cluster ${name}`, sentence, setTo('materialize.cluster.snapshotSize', steadySize))];
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

  'cluster-reconfiguring': ({ target: { cluster }, spec }) => {
    if (cluster === null) return [];
    const object = `cluster ${spec.materialize.cluster.name}`;
    const change = cluster.reconfiguration;
    if (isUnderWay(change)) {
      const until = change.deadline === null ? '' : `, until ${change.deadline} at the latest`;
      const sentence = `${object} is being resized from ${cluster.size} to ${change.size} in the background${until}; a step that resizes it waits for that`;
      return [info(object, sentence)];
    }
    return cluster.pending > 0 ? [info(object, 'a resize of the cluster is under way; the run waits for it')] : [];
  },

  'cluster-sized-elsewhere': ({ target: { cluster }, spec }) => {
    if (cluster === null || cluster.sizedBy === null) return [];
    const { name } = spec.materialize.cluster;
    const object = `cluster ${name}`;
    if (cluster.sizedBy.kind === 'schedule') {
      const sentence = `a SCHEDULE switches ${object} on and off: while it is off nothing is replicated, and upstream keeps the WAL`;
      return [warning(object, sentence, `${setScheduleManual(name)};`)];
    }
    return [info(object, `${sizedByWords(cluster)}: n2m leaves the size of ${object} alone`)];
  },

  'copy-under-way': ({ target, spec, tables }) => {
    const { name, snapshotSize } = spec.materialize.cluster;
    if (!isCopying(target) || target.cluster?.size === snapshotSize) return [];
    if (tables.some((table) => !table.fresh)) return [];
    const object = `cluster ${name}`;
    const sentence = `${object} stays at ${target.cluster?.size} until the copy under way is committed: at ${snapshotSize} it would start over`;
    return [info(object, sentence)];
  },

  'no-credits': (context) => {
    const { target, spec, tables } = context;
    const { name, snapshotSize, steadySize } = spec.materialize.cluster;
    const object = `cluster ${name}`;
    const { cluster } = target;
    if (cluster?.sizedBy != null) return [];
    const fix = 'have max_credit_consumption_rate raised, or stop or shrink other clusters';
    const first = sizeForSnapshot(spec, target, tables);
    const over = (before: string | null, size: string) => {
      if (before === size || (before !== null && !target.resizesInBackground)) return null;
      const credits = sideBySide(target, before, size);
      return credits !== null && credits.needed > credits.limit ? credits : null;
    };
    const numbers = ({ needed, limit }: { needed: number; limit: number }) =>
      `${needed} credits an hour with what else runs, and max_credit_consumption_rate is ${limit}`;
    const made = cluster === null ? over(null, snapshotSize) : null;
    if (made) return [blocking(object, `${object} at ${snapshotSize} would make it ${numbers(made)}`, fix)];
    const size = cluster?.size ?? null;
    const grown = size === null ? null : over(size, first);
    const back = over(first, steadySize);
    return [
      ...(grown && size !== null
        ? [blocking(object, `${size} and ${first} run side by side during a resize: ${numbers(grown)}`, fix)]
        : []),
      ...(back
        ? [
            warning(
              object,
              `${first} and ${steadySize} run side by side during a resize: ${numbers(back)}; so the replicas go first, after approval`,
              fix,
            ),
          ]
        : []),
    ];
  },

  'renamed-object': ({ target: { source, orphans }, spec }) => {
    const { database, schema, names } = spec.materialize;
    const [before] = source === null ? orphans.filter(({ kind }) => kind === 'source') : [];
    if (before) {
      const sentence = `${orphanName(before)} is this pipeline's, and the file names it ${database}.${schema}.${names.source}: a second source would copy everything again and leave the first with its slot`;
      const fix = `put the old name back; or take the old one down first: n2m destroy ${spec.name}`;
      return [blocking(orphanName(before), sentence, fix)];
    }
    const dropped = leftClusters(orphans);
    return orphans
      .filter((orphan) => !dropped.includes(orphan))
      .map((orphan) => {
        const object = orphanName(orphan);
        const users = typed(orphan.otherObjects);
        const sentence = `${object} is this pipeline's and the file does not name it${users.length > 0 ? `; it runs ${listed(users)}` : ''}`;
        return warning(object, sentence, `${dropOrphan(orphan)};`);
      });
  },
};
