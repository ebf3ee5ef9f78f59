/** What every rule looks at. */
import type { PipelineSpec } from '../spec/types';
import { lsnDistance } from './lsn';
import { standing } from './readings/columns';
import { unreplayedSince, type Unreplayed } from './readings/standby';
import { asRead } from './reads';
import { consumedAt } from './slot-hours';
import type { LsnAnchor, PipelineReading, SourceReading, TargetReading, WatchMemory } from './types';

/** WAL that an idle server writes by itself between two moves of a slot; less than this is no growth. */
const IDLE_WAL_BYTES = 16_384n;

/** What the rules look at: one reading, joined with what is remembered. */
export interface WatchContext {
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
  /** The server that was copied from, and the furthest its history was seen to go. */
  server: NonNullable<WatchMemory['server']> | null;
  /** When the slot was last known to be consumed; null while that was never seen. */
  consumedAt: string | null;
  /** Where the primary of a standby was at the earliest check whose WAL the standby has not replayed; null: reads a primary. */
  unreplayed: Unreplayed | null;
  /** Tables are copied for the first time: the slot legitimately stands still. */
  copying: boolean;
}

/** A source that lost its slot says so every 5 s, and runs in between. */
const FIRST_LOOK_BACK_MS = 60_000;

/** Stalled events that no check has seen: since the check before; at the first, of the last minute, as older ones may be over. */
export function newStalls({ target, memory, now }: WatchContext): TargetReading['source']['stalledSince'] {
  const events = target?.source.stalledSince ?? [];
  if (memory !== null) return events;
  return events.filter(({ at }) => Date.parse(now) - Date.parse(at) <= FIRST_LOOK_BACK_MS);
}

export function watchContext(
  reading: PipelineReading,
  memory: WatchMemory | null,
  spec: PipelineSpec,
  now: string,
): WatchContext {
  const source = reading.source.ok ? reading.source.value : null;
  const read = reading.target.ok ? asRead(reading.target.value, memory) : null;
  const target = read && { ...read, tables: standing(read.tables) };
  const slot = target?.source.slot ?? memory?.slot ?? (source?.slot.slot || null);
  const same = memory !== null && (memory.slot === null || memory.slot === slot);
  const copying = read?.tables.some((table) => table.committed !== true && table.error === null) ?? false;
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
    server: serverOf(mine, (same ? memory.server : null) ?? null, now),
    consumedAt: consumedAt({ source: mine, target, stillSince, before, spec, now }),
    unreplayed: unreplayedSince(source, memory?.unreplayed ?? null, now),
    copying,
  };
}

/** What is known stays known: another server, or one that went back in time, does not become the one that was copied from. */
function serverOf(source: SourceReading | null, before: WatchContext['server'], now: string): WatchContext['server'] {
  if (!source?.server || source.server.standby) return before;
  const { history, flushedLsn } = source.server;
  if (before === null) return { history, flushedLsn, at: now };
  const behind = before.flushedLsn !== null && (lsnDistance(before.flushedLsn, flushedLsn ?? '') ?? -1n) < 0n;
  return {
    history: before.history ?? history,
    ...(behind ? { flushedLsn: before.flushedLsn, at: before.at } : { flushedLsn, at: now }),
  };
}

/** WAL written since an LSN last moved; 0 when it moves or the server is idle. */
export function grownSince(anchor: LsnAnchor | null, source: SourceReading): bigint {
  if (anchor === null) return 0n;
  const grown = lsnDistance(anchor.current, source.currentLsn);
  return grown !== null && grown > IDLE_WAL_BYTES ? grown : 0n;
}
