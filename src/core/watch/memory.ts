/** What one check hands to the next, out of what it saw. */
import type { WatchMemory } from './types';
import type { WatchContext } from './context';
import type { Latched } from './latched';
import type { Occurrence } from './occurrence';
import { rememberPartitions } from './readings/partitions';
import { rememberReads } from './reads';

/** By so much an event may show up later than it happened. */
const EVENT_LAG_MS = 5_000;

/**
 * From here on the next check asks for events: the newest it saw, or a little before this reading began, because history
 * and clocks lag. A side that was not read moves nothing, and no event is seen twice.
 */
function eventsSeenTo({ reading, target, memory }: WatchContext): string | undefined {
  const before = memory === null ? undefined : (memory.eventsSeenTo ?? memory.lastCheckAt);
  const began = Date.parse(reading.takenAt) - reading.durationMs;
  if (target === null) return before ?? new Date(began - EVENT_LAG_MS).toISOString();
  const seen = [began - EVENT_LAG_MS, ...target.source.stalledSince.map(({ at }) => Date.parse(at))];
  return new Date(Math.max(...seen, before === undefined ? 0 : Date.parse(before))).toISOString();
}

/** Bounded by the number of rules and MOST_TABLES: what was not judged is kept as it was, what is over is forgotten. */
export function remember(
  context: WatchContext,
  occurrences: Occurrence[],
  latched: Latched,
  notJudged: string[],
): WatchMemory {
  const { memory, now, reading } = context;
  const waits = (key: string): boolean => notJudged.includes(key.split(':')[0] ?? '');
  const kept = <T>(values: Record<string, T> | undefined): [string, T][] =>
    Object.entries(values ?? {}).filter(([key]) => waits(key));
  return {
    version: 1,
    lastCheckAt: now,
    eventsSeenTo: eventsSeenTo(context),
    since: Object.fromEntries([...kept(memory?.since), ...occurrences.map(({ key, since }) => [key, since] as const)]),
    streaks: Object.fromEntries([
      ...kept(memory?.streaks),
      ...occurrences.map(({ key, held }) => [key, Math.min(held.checks, 1000)] as const),
    ]),
    slot: context.slot,
    slotSeen: context.slotSeen,
    restartLsn: context.restartLsn,
    confirmedLsn: context.confirmedLsn,
    consumedAt: context.consumedAt,
    server: context.server,
    ...(context.unreplayed === null ? {} : { unreplayed: context.unreplayed }),
    ...rememberReads(reading.target.ok ? reading.target.value : null, memory),
    ...rememberPartitions(context),
    ...rememberRefused(context),
    ...latched,
    alerts: memory?.alerts ?? [],
    ...(context.reading.verified === undefined ? {} : { verified: context.reading.verified }),
  };
}

/** Kept while their tables are not well; a side that was not read changes nothing. */
function rememberRefused({ reading, memory }: WatchContext): Pick<WatchMemory, 'refusedIn'> {
  const known = reading.refusedIn ?? (reading.target.ok ? [] : (memory?.refusedIn ?? []));
  return known.length === 0 ? {} : { refusedIn: known };
}
