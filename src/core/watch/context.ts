import type { PipelineSpec } from '../spec/types';
import { lsnDistance } from './lsn';
import { consumedAt } from './slot-hours';
import type { LsnAnchor, PipelineReading, Severity, SourceReading, TargetReading, WatchMemory } from './types';

/** WAL that an idle server writes by itself between two moves of a slot; less than this is no growth. */
const IDLE_WAL_BYTES = 16_384n;

/** What the rules look at: one reading, joined with what is remembered. */
export interface WatchScene {
  reading: PipelineReading;
  /** Null when the side could not be read: its rules are not judged. */
  source: SourceReading | null;
  target: TargetReading | null;
  /** The check before; null at the first. */
  memory: WatchMemory | null;
  spec: PipelineSpec;
  now: string;
  /** Name of the slot all of this is about; null until Materialize told it. */
  slot: string | null;
  slotSeen: boolean;
  restartLsn: LsnAnchor | null;
  confirmedLsn: LsnAnchor | null;
  /** When the slot was last known to be consumed; null while that was never seen. */
  consumedAt: string | null;
  /** Tables are copied for the first time: the slot legitimately stands still. */
  copying: boolean;
}

/** A source that lost its slot says so every 5 s, and runs in between. */
const FIRST_LOOK_BACK_MS = 60_000;

/** Stalled events that are news: since the check before; at the first, of the last minute, as older ones may be over. */
export function news({ target, memory, now }: WatchScene): TargetReading['source']['stalledSince'] {
  const events = target?.source.stalledSince ?? [];
  if (memory !== null) return events;
  return events.filter(({ at }) => Date.parse(now) - Date.parse(at) <= FIRST_LOOK_BACK_MS);
}

/** How long a condition has held, when its severity is asked. */
export interface Held {
  ms: number;
  /** Consecutive checks, this one included. */
  checks: number;
}

/** Something a rule sees now; whether it is worth telling depends on how long it has held. */
export interface Condition {
  table: string | null;
  /** Keeps conditions of one rule and table apart whose durations are counted apart. */
  key?: string;
  /** When it began, where the systems themselves say so; else the first check that saw it. */
  since?: string | null;
  severity: (held: Held) => Severity;
  cause: (held: Held) => string;
  next: string;
  /** The verdict names it at once, although nobody is told yet. */
  visible?: boolean;
  /** Cannot get well by itself; kept until the slot or the table of this id is replaced. */
  latch?: string;
}

export function setWatchScene(
  reading: PipelineReading,
  memory: WatchMemory | null,
  spec: PipelineSpec,
  now: string,
): WatchScene {
  const source = reading.source.ok ? reading.source.value : null;
  const target = reading.target.ok ? reading.target.value : null;
  const slot = target?.source.slot ?? memory?.slot ?? (source?.slot.slot || null);
  const same = memory !== null && (memory.slot === null || memory.slot === slot);
  const copying = target?.tables.some((table) => table.committed !== true && table.error === null) ?? false;
  const restless = copying || reading.changeUnderWay !== null;
  const mine = source !== null && slot !== null && source.slot.slot === slot ? source : null;
  const anchor = (before: LsnAnchor | null | undefined, value: string | null | undefined): LsnAnchor | null => {
    const known = same ? (before ?? null) : null;
    if (!mine || !value) return known;
    if (known && known.value === value && !restless) return known;
    return { value, current: mine.currentLsn, at: now };
  };
  const restartLsn = anchor(memory?.restartLsn, mine?.slot.restartLsn);
  const stillSince = mine && grownSince(restartLsn, mine) > 0n ? (restartLsn?.at ?? null) : null;
  const before = (same ? memory.consumedAt : null) ?? null;
  return {
    reading,
    source,
    target,
    memory,
    spec,
    now,
    slot,
    slotSeen: (same && memory.slotSeen) || (mine?.slot.exists ?? false),
    restartLsn,
    confirmedLsn: anchor(memory?.confirmedLsn, mine?.slot.confirmedFlushLsn),
    consumedAt: consumedAt({ source: mine, target, stillSince, before, spec, now }),
    copying,
  };
}

/** WAL written since an LSN last moved; 0 when it moves or the server is idle. */
export function grownSince(anchor: LsnAnchor | null, source: SourceReading): bigint {
  if (anchor === null) return 0n;
  const grown = lsnDistance(anchor.current, source.currentLsn);
  return grown !== null && grown > IDLE_WAL_BYTES ? grown : 0n;
}

export const always = (severity: Severity) => (): Severity => severity;

/** By how long it has held. */
export const lasting =
  ({ warn, critical }: { warn: number; critical: number }) =>
  ({ ms }: Held): Severity =>
    ms >= critical ? 'critical' : ms >= warn ? 'warn' : 'ok';

/** By the number of checks that saw it. */
export const repeated =
  ({ warn, critical }: { warn: number; critical: number }) =>
  ({ checks }: Held): Severity =>
    checks >= critical ? 'critical' : checks >= warn ? 'warn' : 'ok';

/** By a figure, at once. */
export const reaching =
  (value: number, { warn, critical }: { warn: number; critical: number }) =>
  (): Severity =>
    value >= critical ? 'critical' : value >= warn ? 'warn' : 'ok';
