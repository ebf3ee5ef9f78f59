import type { Alert, Verdict, WatchMemory } from './types';

/** What to tell now: at most one alert and one recovery per check. The memory stays untold until `alertDelivered`. */
export function decideAlerts(
  _pipeline: string,
  _verdict: Verdict,
  _memory: WatchMemory,
  _now: string,
): { alerts: Alert[]; memory: WatchMemory } {
  throw new Error('not built yet');
}

/** Counts alerts as told, after at least one sink took them; without it the next check tells them again. */
export function alertDelivered(_memory: WatchMemory, _alerts: Alert[], _now: string): WatchMemory {
  throw new Error('not built yet');
}
