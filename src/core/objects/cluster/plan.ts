import { isManaged, keepOrAdopt, ownerWords, type PlanContext, planStep } from '../../plan/context';
import type { ClusterFacts } from './facts';
import type { TargetFacts } from '../../plan/facts';
import { isOurs } from '../../plan/ownership';
import type { PlannedTable, PlanStep } from '../../plan/types';
import type { PipelineSpec } from '../../spec/types';
import { formatDuration } from '../../text/duration';
import { amount, estimateSeconds } from './estimate';
import { leftClusters, orphanName } from './orphans';
import { comingSize, isCopying, isUnderWay, PAUSE_KEY, sideBySide } from './resize';

/** A copy that takes longer than this at the present size is worth two resizes. */
const WORTH_A_RESIZE_SECONDS = 15 * 60;

/** What resizes itself, or is switched on and off by a schedule, keeps its size. */
const isLeftAlone = (cluster: ClusterFacts | null): boolean => cluster !== null && cluster.sizedBy !== null;

/**
 * The size the cluster needs before anything is copied: the first copy always runs at snapshotSize; for tables added
 * later the cluster grows only when their copy would take long, because the other tables wait during a resize. Under a copy
 * that runs nothing is resized: it would start over.
 */
export function sizeForSnapshot(
  spec: PipelineSpec,
  { cluster, source, power }: Pick<TargetFacts, 'cluster' | 'source' | 'power'>,
  tables: PlannedTable[],
): string {
  const { snapshotSize } = spec.materialize.cluster;
  if (cluster === null) return snapshotSize;
  const size = comingSize(cluster) ?? snapshotSize;
  if (isLeftAlone(cluster) || (isCopying({ cluster, source }) && keepsSource(spec, source))) return size;
  const fresh = tables.filter((table) => table.fresh);
  if (fresh.length === 0 || size === snapshotSize) return size;
  if (fresh.length === tables.length) return snapshotSize;
  const { bytes, rows } = amount(tables);
  // Of a size that the region has not any more nobody can tell: then the copy gets the one that the file has for it.
  const seconds = estimateSeconds({ power }, size, bytes, rows) ?? Infinity;
  return seconds > WORTH_A_RESIZE_SECONDS ? snapshotSize : size;
}

/** A source of another cluster is made again here: nothing of it is copied there any more. */
const keepsSource = (spec: PipelineSpec, source: TargetFacts['source']): boolean =>
  source?.cluster === spec.materialize.cluster.name;

export function planCluster(context: PlanContext): PlanStep {
  const { spec, target, tables } = context;
  const { name, snapshotSize, steadySize } = spec.materialize.cluster;
  const object = `cluster ${name}`;
  const found = target.cluster;
  if (found === null)
    return planStep('cluster', 'create', object, `create ${object} at ${snapshotSize} for the first copy`);
  const words = `${found.size ?? 'no size'}, replication factor ${found.replicationFactor}`;
  const both = [
    `there: ${found.managed ? words : 'unmanaged'}`,
    `file: ${snapshotSize}, then ${steadySize}, replication factor 1`,
  ];
  if (!found.managed || found.size === null) {
    const sentence = `${object} exists and is unmanaged: its replicas are sized by hand`;
    return planStep('cluster', 'conflict', object, sentence, { changes: both });
  }
  const foreign = !isManaged(context, found.comment);
  const differs = found.replicationFactor === 0 || ![snapshotSize, steadySize].includes(found.size);
  if (foreign && differs && !isLeftAlone(found)) {
    const sentence = `${object} exists, ${ownerWords(context, found.comment)} and differs`;
    return planStep('cluster', 'conflict', object, sentence, { changes: both });
  }
  const size = sizeForSnapshot(spec, target, tables);
  const changes = [
    ...(size === found.size ? [] : [`size: ${found.size} → ${size}`]),
    // What a schedule switched off is switched on by it.
    ...(found.replicationFactor === 0 && !isLeftAlone(found) ? ['replication factor: 0 → 1'] : []),
  ];
  if (changes.length === 0) {
    return planStep('cluster', keepOrAdopt(context, found.comment), object, `${object} is there at ${found.size}`);
  }
  if (isUnderWay(found.reconfiguration) && comingSize(found) === size) {
    const sentence = `wait for the resize of ${object} to ${size}, which is under way`;
    return planStep('cluster', 'change', object, sentence, { changes });
  }
  return planStep('cluster', 'change', object, `change ${object}: ${changes.join(', ')}`, {
    changes,
    interrupts: size === found.size ? null : resizeInterrupts(target, found, size),
    approval: size === found.size ? null : resizeApproval(spec, found),
  });
}

export function rightSize({ spec, target, tables }: PlanContext): PlanStep {
  const { name, snapshotSize, steadySize } = spec.materialize.cluster;
  const object = `cluster ${name}`;
  const found = target.cluster;
  const before = sizeForSnapshot(spec, target, tables);
  if (found !== null && isLeftAlone(found)) {
    return planStep('right-size', 'keep', object, `${object} is left at ${found.size}: ${sizedByWords(found)}`);
  }
  const underWay = found !== null && isUnderWay(found.reconfiguration) && found.size !== steadySize;
  if (before === steadySize && underWay) {
    const sentence = `wait for the resize of ${object} from ${found.size} to ${steadySize}, which is under way`;
    return planStep('right-size', 'change', object, sentence, { changes: [`size: ${found.size} → ${steadySize}`] });
  }
  if (before === steadySize || found?.managed === false) {
    return planStep('right-size', 'keep', object, `${object} is at its steady size ${steadySize}`);
  }
  const when = tables.some((table) => table.fresh) ? ' once everything is copied' : '';
  const back = `the way back to ${before === snapshotSize ? snapshotSize : before} stays open until it keeps up`;
  const pause = needsPause(target, before, steadySize);
  const how = pause ? ', its replicas gone meanwhile, as the region has no credits for both' : '';
  const sentence = `resize ${object} from ${before} to ${steadySize}${when}${how}; ${back}`;
  return planStep('right-size', 'change', object, sentence, {
    changes: [`size: ${before} → ${steadySize}`],
    interrupts: pause
      ? `nothing runs on ${object} from the moment its replicas go until those of ${steadySize} are there; upstream keeps the WAL`
      : found === null
        ? null
        : resizeInterrupts(target, found, steadySize),
    approval: pause ? PAUSE_KEY : found === null ? null : resizeApproval(spec, found),
  });
}

/** The pipeline moved: what it ran on before goes once it runs where the file says. Null where nothing is left. */
export function dropCluster({ target }: PlanContext): PlanStep | null {
  const left = leftClusters(target.orphans).map(orphanName);
  if (left.length === 0) return null;
  const object = left.join(', ');
  return planStep(
    'drop-cluster',
    'drop',
    object,
    `drop ${object}: the file does not name it any more, and it is billed`,
    {
      interrupts: 'who queries on it has to choose another',
      approval: 'drop-cluster',
    },
  );
}

/** Both sizes side by side would be refused, as far as anybody can tell before the copy. */
function needsPause(target: TargetFacts, before: string, size: string): boolean {
  const credits = target.resizesInBackground ? sideBySide(target, before, size) : null;
  return credits !== null && credits.needed > credits.limit;
}

export function sizedByWords({ sizedBy }: Pick<ClusterFacts, 'sizedBy'>): string {
  if (sizedBy?.kind === 'schedule') return 'a SCHEDULE switches it on and off';
  return `it has an AUTO SCALING STRATEGY${sizedBy?.hydrationSize == null ? '' : ` (${sizedBy.hydrationSize} while something hydrates)`}`;
}

function resizeInterrupts({ resizesInBackground }: TargetFacts, found: ClusterFacts, size: string): string {
  const others = found.otherObjects.map((other) => other.name);
  const pause = resizesInBackground
    ? `old and new replicas run side by side, both billed, until the cut-over to ${size}: what runs on it stands still for seconds then`
    : `its replicas are replaced by ${size}: what runs on it stands still for ${formatDuration(30_000)} or more`;
  return others.length > 0 ? `${pause}, also ${others.slice(0, 5).join(', ')} of others` : pause;
}

/** A cluster that is not ours, or hosts what is not ours, is resized only after somebody agreed. */
export function resizeApproval(spec: PipelineSpec, found: ClusterFacts): string | null {
  return isOurs(found.comment, spec.name) && found.otherObjects.length === 0 ? null : 'resize-shared-cluster';
}
