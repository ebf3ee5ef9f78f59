/** What cannot get well by itself: kept whatever later readings say, until its slot or its table is replaced. */
import { plural } from '../text/count';
import type { WatchContext } from './context';
import { packIds, unpacked } from './readings/id-runs';
import { type Occurrence, symptomOf } from './occurrence';
import type { LatchedMore, Symptom, WatchMemory } from './types';

/** So many are kept with their sentences; of more tables their ids, and one sentence for each rule. */
const MOST_LATCHED = 100;

export type Latched = Pick<WatchMemory, 'latched' | 'latchedMore'>;

/** What is latched of one table by one rule. */
export const tableLatch = (rule: string, id: string): string => `${rule}:${id}`;

const partsOf = (key: string): { rule: string; id: string } | null => {
  const [, rule, id] = /^(table-[a-z]+):(.*)$/.exec(key) ?? [];
  return rule === undefined || id === undefined ? null : { rule, id };
};

/** From before and from now. A side that was not read forgets nothing. */
export function latch({ memory, slot, target }: WatchContext, occurrences: Occurrence[]): Latched {
  const sameSlot = memory !== null && (memory.slot === null || memory.slot === slot);
  const there = target && new Set(target.tables.map(({ id }) => id));
  const kept = (memory?.latched ?? []).filter(({ key }) => {
    const parts = partsOf(key);
    return parts === null ? sameSlot : (there?.has(parts.id) ?? true);
  });
  const fresh = occurrences.flatMap((seen) =>
    seen.condition.latch === undefined ? [] : [{ key: seen.condition.latch, symptom: symptomOf(seen) }],
  );
  const keys = new Set(fresh.map(({ key }) => key));
  const all = [...kept.filter(({ key }) => !keys.has(key)), ...fresh];
  // What is not of a table is never one too many.
  const sorted = [...all.filter(({ key }) => partsOf(key) === null), ...all.filter(({ key }) => partsOf(key) !== null)];
  const latched = sorted.slice(0, MOST_LATCHED);
  const more = [
    ...sorted.slice(MOST_LATCHED),
    ...occurrences.flatMap((seen) =>
      (seen.condition.counted ?? []).map((key) => ({ key, symptom: { ...symptomOf(seen), ...seen.condition.one } })),
    ),
  ];
  const latchedMore = there === null ? (memory?.latchedMore ?? []) : moreOf(memory, there, latched, more);
  return { latched, ...(latchedMore.length > 0 ? { latchedMore } : {}) };
}

function moreOf(
  memory: WatchMemory | null,
  there: ReadonlySet<string>,
  latched: WatchMemory['latched'],
  more: WatchMemory['latched'],
): LatchedMore[] {
  const named = new Set(latched.map(({ key }) => key));
  const rules = new Map<string, { symptom: Pick<Symptom, 'severity' | 'cause' | 'next'>; ids: Set<string> }>();
  for (const { rule, ids, ...symptom } of memory?.latchedMore ?? []) {
    const has = unpacked(ids);
    rules.set(rule, { symptom, ids: new Set([...there].filter(has)) });
  }
  for (const { key, symptom } of more) {
    const parts = partsOf(key);
    if (parts === null) continue;
    const ids = rules.get(parts.rule)?.ids ?? new Set<string>();
    rules.set(parts.rule, { symptom, ids: ids.add(parts.id) });
  }
  return [...rules].flatMap(([rule, { symptom, ids }]) => {
    const left = [...ids].filter((id) => !named.has(tableLatch(rule, id)));
    const { severity, cause, next } = symptom;
    return left.length === 0 ? [] : [{ rule, severity, cause, next, count: left.length, ids: packIds(left) }];
  });
}

/** Everything latched, as a verdict says it. */
export const latchedSymptoms = ({ latched, latchedMore = [] }: Latched): Symptom[] => [
  ...latched.map(({ symptom }) => symptom),
  ...latchedMore.map(({ rule, severity, cause, next, count }) => ({
    ...{ rule, severity, table: null, next },
    cause: `${plural(count, 'more table')}, one of them: ${cause}`,
  })),
];

const known = new WeakMap<WatchMemory, Map<string, (id: string) => boolean>>();

/** Whether a table is latched by a rule. */
export function isLatched(memory: WatchMemory | null, rule: string, id: string): boolean {
  if (memory === null) return false;
  const rules = known.get(memory) ?? new Map<string, (id: string) => boolean>();
  known.set(memory, rules);
  let has = rules.get(rule);
  if (has === undefined) {
    const keys = new Set(memory.latched.map(({ key }) => key));
    const packed = memory.latchedMore?.find((more) => more.rule === rule)?.ids ?? '';
    const among = unpacked(packed);
    has = (one) => keys.has(tableLatch(rule, one)) || among(one);
    rules.set(rule, has);
  }
  return has(id);
}
