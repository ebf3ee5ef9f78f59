/** Who keeps a slot from moving, and what ends that. */
import { idleSlotFix } from '../objects/logical-replication/idle-slots';
import { blockerWords } from '../snapshot/merge';
import type { Blocker } from '../snapshot/types';
import { grownSince, type WatchContext } from './context';

/** Who keeps the slot where it is: locks in the way of its consumer, or writing transactions as old as its standstill. */
function holders({ source, restartLsn, now, spec }: WatchContext): Blocker[] {
  if (source === null || source.blockers.length > 0) return source?.blockers ?? [];
  if (!source.slot.active || restartLsn === null || grownSince(restartLsn, source) === 0n) return [];
  // It stopped somewhere in the period before a check first saw it there.
  const still = Date.parse(now) - Date.parse(restartLsn.at) - spec.watch.every;
  return source.writers.filter(({ ageSeconds }) => ageSeconds * 1000 >= still);
}

/** Half a sentence on who holds the slot up; empty where nobody is seen. */
export function heldBy(context: WatchContext): string {
  const [first, ...others] = holders(context);
  if (!first) return '';
  return `; held up by ${blockerWords(first)}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}

/** What lets the slot move again, as far as it can be seen. */
export function slotRemedy(context: WatchContext): string {
  const { target, spec } = context;
  const [holder] = holders(context);
  if (holder) return holder.remedy;
  if (target?.cluster.exists && target.cluster.replicationFactor === 0)
    return `n2m apply brings cluster ${target.cluster.name} back`;
  if (target?.source.error) return `n2m explain not-running`;
  return `n2m status ${spec.name}`;
}

/** What keeps a slot that nobody reads: its reader, where it can be brought back, or else more time. */
export function idleRemedy(context: WatchContext): string {
  const paused = context.target?.cluster.exists && context.target.cluster.replicationFactor === 0;
  if (paused) return slotRemedy(context);
  return idleSlotFix(context.spec.source.kind === 'neon' ? 'neon' : null).replace('\n', ' ');
}
