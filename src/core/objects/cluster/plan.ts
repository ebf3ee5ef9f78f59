import { isManaged, keepOrAdopt, ownerWords, type PlanContext, planStep } from '../../plan/context';
import type { ClusterFacts } from '../../plan/facts';
import { isOurs } from '../../plan/ownership';
import type { PlannedTable, PlanStep } from '../../plan/types';
import type { PipelineSpec } from '../../spec/types';
import { formatDuration } from '../../text/duration';
import { amount, estimateSeconds } from './estimate';
import { leftClusters, orphanName } from './orphans';

/** A copy that takes longer than this at the present size is worth two resizes. */
const WORTH_A_RESIZE_SECONDS = 15 * 60;

/**
 * The size the cluster needs before anything is copied: the first copy always runs at snapshotSize; for tables added
 * later the cluster grows only when their copy would take long, because the other tables wait during a resize.
 */
export function sizeForSnapshot(spec: PipelineSpec, cluster: ClusterFacts | null, tables: PlannedTable[]): string {
  const { snapshotSize } = spec.materialize.cluster;
  if (cluster === null) return snapshotSize;
  const size = cluster.size ?? snapshotSize;
  const fresh = tables.filter((table) => table.fresh);
  if (fresh.length === 0 || size === snapshotSize) return size;
  if (fresh.length === tables.length) return snapshotSize;
  const { bytes, rows } = amount(tables);
  const seconds = estimateSeconds(size, bytes, rows) ?? 0;
  return seconds > WORTH_A_RESIZE_SECONDS ? snapshotSize : size;
}

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
  if (foreign && (found.replicationFactor === 0 || ![snapshotSize, steadySize].includes(found.size))) {
    const sentence = `${object} exists, ${ownerWords(context, found.comment)} and differs`;
    return planStep('cluster', 'conflict', object, sentence, { changes: both });
  }
  const size = sizeForSnapshot(spec, found, tables);
  const changes = [
    ...(size === found.size ? [] : [`size: ${found.size} → ${size}`]),
    ...(found.replicationFactor === 0 ? ['replication factor: 0 → 1'] : []),
  ];
  if (changes.length === 0) {
    return planStep('cluster', keepOrAdopt(context, found.comment), object, `${object} is there at ${found.size}`);
  }
  return planStep('cluster', 'change', object, `change ${object}: ${changes.join(', ')}`, {
    changes,
    interrupts: size === found.size ? null : resizeInterrupts(found, size),
    approval: size === found.size ? null : resizeApproval(spec, found),
  });
}

export function rightSize({ spec, target, tables }: PlanContext): PlanStep {
  const { name, snapshotSize, steadySize } = spec.materialize.cluster;
  const object = `cluster ${name}`;
  const found = target.cluster;
  const before = sizeForSnapshot(spec, found, tables);
  if (before === steadySize || found?.managed === false) {
    return planStep('right-size', 'keep', object, `${object} is at its steady size ${steadySize}`);
  }
  const when = tables.some((table) => table.fresh) ? ' once everything is copied' : '';
  const back = `the way back to ${before === snapshotSize ? snapshotSize : before} stays open until it keeps up`;
  return planStep('right-size', 'change', object, `resize ${object} from ${before} to ${steadySize}${when}; ${back}`, {
    changes: [`size: ${before} → ${steadySize}`],
    interrupts: found === null ? null : resizeInterrupts(found, steadySize),
    approval: found === null ? null : resizeApproval(spec, found),
  });
}

/** The pipeline moved: what it ran on before goes once it runs where the file says. Null where nothing is left. */
export function dropCluster({ target }: PlanContext): PlanStep | null {
  const left = leftClusters(target.strays).map(orphanName);
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

function resizeInterrupts(found: ClusterFacts, size: string): string {
  const others = found.otherObjects.map((other) => other.name);
  const pause = `its replicas are replaced by ${size}: what runs on it stands still for ${formatDuration(30_000)} or more`;
  return others.length > 0 ? `${pause}, also ${others.slice(0, 5).join(', ')} of others` : pause;
}

/** A cluster that is not ours, or hosts what is not ours, is resized only after somebody agreed. */
function resizeApproval(spec: PipelineSpec, found: ClusterFacts): string | null {
  return isOurs(found.comment, spec.name) && found.otherObjects.length === 0 ? null : 'resize-shared-cluster';
}
