/** How long a slot lives on without a consumer. */
import type { PipelineSpec } from '../spec/types';
import { formatDuration } from '../text/duration';
import type { SlotReading, SourceReading, TargetReading } from './types';

/** Neon removes a slot whose consumer acknowledged nothing for about so long, whether connected or not. */
const NEON_SLOT_LIFE_MS = 40 * 3_600_000;

/** What is known of a slot now, and what was known before. */
interface Known {
  /** The source's reading, if it was read and is about this slot. */
  source: SourceReading | null;
  target: TargetReading | null;
  /** Since when it stands where it is while WAL grows; null when it does not. */
  stillSince: string | null;
  before: string | null;
  spec: PipelineSpec;
  now: string;
}

/**
 * When the slot was last known to be consumed: the clock after which it is removed runs from there, also while nobody can
 * look. Null while that was never seen.
 */
export function consumedAt({ source, target, stillSince, before, spec, now }: Known): string | null {
  if (source === null) return isFollowing(target, spec) ? now : before;
  if (!source.slot.exists) return before;
  if (!source.slot.active) return source.slot.inactiveSince ?? before ?? now;
  return stillSince ?? now;
}

/** Upstream cannot be reached from here, and yet Materialize gets what is written: it holds the slot. */
function isFollowing(target: TargetReading | null, { watch }: PipelineSpec): boolean {
  if (target?.source.status !== 'running') return false;
  return target.tables.some(
    ({ error, freshnessMs }) => error === null && freshnessMs !== null && freshnessMs < watch.freshness.warn,
  );
}

/** Of a slot that has stood still for so long, what is left on Neon; empty elsewhere. */
export function neonHours({ source }: PipelineSpec, ms: number): string {
  if (source.kind !== 'neon') return '';
  const left = NEON_SLOT_LIFE_MS - ms;
  return left > 0
    ? `; Neon removes it after about 40 h, ${formatDuration(left)} are left`
    : '; Neon may remove it any moment: its about 40 h are over';
}

/** How long nobody reads the slot, and when the server invalidates it for that; null where it does not, or somebody reads. */
export function idleTimeLeft({ source, now }: Pick<Known, 'source' | 'now'>): {
  slot: SlotReading;
  idleMs: number;
  limitMs: number;
  share: number;
  endsAt: string;
} | null {
  const limitMs = source?.idleSlotTimeoutMs ?? 0;
  const slot = source?.slot;
  if (limitMs <= 0 || !slot?.exists || slot.active || slot.inactiveSince === null || slot.walStatus === 'lost')
    return null;
  const since = Date.parse(slot.inactiveSince);
  const idleMs = Math.max(0, Date.parse(now) - since);
  const endsAt = new Date(since + limitMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return { slot, idleMs, limitMs, share: idleMs / limitMs, endsAt };
}

/** Said while upstream cannot be read: how much of the slot's time is gone. Empty while it is hardly any. */
export function slotClock({
  slot,
  consumedAt: at,
  spec,
  now,
}: {
  slot: string | null;
  consumedAt: string | null;
  spec: PipelineSpec;
  now: string;
}): string {
  if (slot === null || at === null || spec.source.kind !== 'neon') return '';
  const ms = Date.parse(now) - Date.parse(at);
  if (ms < spec.watch.slotIdle.warn) return '';
  return `; slot ${slot} was last seen with a consumer ${formatDuration(ms)} ago${neonHours(spec, ms)}`;
}
