import { OBJECTS } from '../objects';
import type { PipelineSpec } from '../spec/types';
import type { Added } from './added';
import type { RecordPlace } from './other';
import { goesOver } from './others';
import type { DestroySource, KnownUpstream } from './types';

/** What one pipeline's record takes over from ours. */
export interface HandOver {
  pipeline: string;
  place: RecordPlace;
  entries: Added[];
}

/** Everything recorded that others still need and that goes over into their records, before ours is dropped. */
export function handOvers(spec: PipelineSpec, found: DestroySource, known: Pick<KnownUpstream, 'added'>): HandOver[] {
  const kept = OBJECTS.flatMap((object) => object.handsOver?.(spec, found, known) ?? []);
  const byPlace = new Map<string, HandOver>();
  for (const one of kept) {
    if (one.to === null || !goesOver(one, true)) continue;
    const { pipeline, record } = one.to;
    const key = JSON.stringify([record.branch, record.database, record.publication]);
    const there = byPlace.get(key) ?? { pipeline: pipeline ?? '', place: record, entries: [] };
    byPlace.set(key, { ...there, entries: [...there.entries, one.entry] });
  }
  return [...byPlace.values()];
}
