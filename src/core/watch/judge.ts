import { plural } from '../text/count';
import type { PipelineSpec } from '../spec/types';
import type { WatchRule } from './rules/rule';
import { WATCH_RULES } from './rules';
import { setWatchScene, type Condition, type Held, type WatchScene } from './context';
import type { PipelineReading, Severity, Symptom, Verdict, VerdictName, WatchMemory } from './types';

/** More tables than this with one and the same trouble are told as one. */
const MOST_TABLES = 20;
/** What is remembered is bounded, whatever the systems say. */
const MOST_LATCHED = 100;
const LONGEST_SENTENCE = 400;
/** By so much an event may show up later than it happened. */
const EVENT_LAG_MS = 5_000;

const RANK: Record<Severity, number> = { ok: 0, warn: 1, critical: 2, terminal: 3 };
export const worse = (a: Severity, b: Severity): boolean => RANK[a] > RANK[b];

/** Conditions of one rule with how long they have held. */
interface Sighting {
  rule: WatchRule;
  key: string;
  condition: Condition;
  held: Held;
  since: string;
  severity: Severity;
}

/** One verdict out of one reading and what is remembered. `now` is an ISO time. */
export function judge(
  reading: PipelineReading,
  memory: WatchMemory | null,
  spec: PipelineSpec,
  now: string,
): { verdict: Verdict; memory: WatchMemory } {
  const scene = setWatchScene(reading, memory, spec, now);
  const judged = WATCH_RULES.filter((rule) => isJudged(rule, scene));
  const notJudged = WATCH_RULES.filter((rule) => !judged.includes(rule)).map((rule) => rule.id);
  const sightings = judged.flatMap((rule) => gathered(rule.look(scene)).map((seen) => sighting(rule, seen, scene)));
  const latched = latch(scene, sightings);
  const symptoms = allSymptoms(sightings, reading.changeUnderWay === null ? latched : []);
  return {
    verdict: { ...verdictOf(scene, symptoms, sightings), symptoms, notJudged },
    memory: remember(scene, sightings, latched, notJudged),
  };
}

function isJudged(rule: WatchRule, { source, target, copying, reading }: WatchScene): boolean {
  if (reading.changeUnderWay !== null && !rule.during.includes('changing')) return false;
  if (copying && !rule.during.includes('copying')) return false;
  switch (rule.needs) {
    case 'source':
      return source !== null;
    case 'target':
      return target !== null;
    case 'both':
      return source !== null && target !== null;
    case 'either':
      return source !== null || target !== null;
    case 'nothing':
      return true;
  }
}

/** Many tables with one trouble become the first ones by name and one that counts the rest. */
function gathered(conditions: Condition[]): Condition[] {
  const sorted = [...conditions].sort((a, b) => compare(a.table ?? '', b.table ?? ''));
  const [last] = sorted.slice(MOST_TABLES - 1);
  if (sorted.length <= MOST_TABLES || !last) return sorted;
  const rest = sorted.length - MOST_TABLES + 1;
  const counted: Condition = {
    ...last,
    latch: undefined,
    table: null,
    cause: (held) => `${plural(rest, 'more table')}, one of them: ${last.cause(held)}`,
  };
  return [...sorted.slice(0, MOST_TABLES - 1), counted];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function sighting(rule: WatchRule, condition: Condition, { memory, now }: WatchScene): Sighting {
  const key = [rule.id, ...(condition.key ? [condition.key] : []), ...(condition.table ? [condition.table] : [])].join(
    ':',
  );
  const since = condition.since ?? memory?.since[key] ?? now;
  const held: Held = {
    ms: Math.max(Date.parse(now) - Date.parse(since), 0),
    checks: (memory?.streaks[key] ?? 0) + 1,
  };
  return { rule, key, condition, held, since, severity: condition.severity(held) };
}

/** What cannot get well by itself, from before and from now; dropped when its slot or table is replaced. */
function latch({ memory, slot, target }: WatchScene, sightings: Sighting[]): WatchMemory['latched'] {
  const sameSlot = memory !== null && (memory.slot === null || memory.slot === slot);
  const kept = (memory?.latched ?? []).filter(({ key }) => {
    if (!key.startsWith('table-error:')) return sameSlot;
    return target === null || target.tables.some((table) => key === `table-error:${table.id}`);
  });
  const fresh = sightings.flatMap((seen) =>
    seen.condition.latch === undefined ? [] : [{ key: seen.condition.latch, symptom: symptomOf(seen) }],
  );
  const all = [...kept.filter(({ key }) => !fresh.some((entry) => entry.key === key)), ...fresh];
  return all.slice(0, MOST_LATCHED);
}

/**
 * One symptom per rule and table, the worst, those latched among them; while a run changes things it may be mending
 * just that, so what is latched is neither said nor forgotten. First by severity, then in the order of the
 * rules.
 */
function allSymptoms(sightings: Sighting[], latched: WatchMemory['latched']): Symptom[] {
  const now = sightings.filter((seen) => seen.severity !== 'ok').map(symptomOf);
  const before = latched.map(({ symptom }) => symptom);
  const best = new Map<string, Symptom>();
  for (const symptom of [...now, ...before]) {
    const known = best.get(symptomKey(symptom));
    if (!known || worse(symptom.severity, known.severity)) best.set(symptomKey(symptom), symptom);
  }
  const order = (symptom: Symptom) => WATCH_RULES.findIndex((rule) => rule.id === symptom.rule);
  return [...best.values()].sort((a, b) => RANK[b.severity] - RANK[a.severity] || order(a) - order(b));
}

/** The key under which a symptom is told and remembered. */
export const symptomKey = ({ rule, table }: Pick<Symptom, 'rule' | 'table'>): string =>
  table === null ? rule : `${rule}:${table}`;

function symptomOf({ rule, condition, held, severity }: Sighting): Symptom {
  return {
    rule: rule.id,
    severity: severity === 'ok' ? 'warn' : severity,
    table: condition.table,
    cause: cut(condition.cause(held)),
    next: cut(condition.next),
  };
}

const cut = (text: string): string =>
  text.length > LONGEST_SENTENCE ? `${text.slice(0, LONGEST_SENTENCE - 1)}…` : text;

function verdictOf(
  scene: WatchScene,
  symptoms: Symptom[],
  sightings: Sighting[],
): Pick<Verdict, 'name' | 'severity' | 'cause' | 'next'> {
  const { reading, spec, target } = scene;
  const [top] = symptoms;
  const blind = !reading.source.ok || !reading.target.ok;
  const severity = top?.severity ?? 'ok';
  const more = symptoms.length > 1 ? ` (and ${plural(symptoms.length - 1, 'more symptom')})` : '';
  if (reading.changeUnderWay !== null) {
    const cause = `${reading.changeUnderWay} is under way`;
    return {
      name: 'changing',
      severity,
      cause: top ? `${cause}; ${top.cause}${more}` : cause,
      next: top?.next ?? `n2m status ${spec.name}`,
    };
  }
  if (top) {
    const rule = WATCH_RULES.find(({ id }) => id === top.rule);
    const name: VerdictName = blind && severity === 'warn' ? 'unknown' : (rule?.verdict ?? 'unknown');
    return { name, severity, cause: top.cause + more, next: top.next };
  }
  const visible = sightings.find((seen) => seen.condition.visible === true);
  if (visible) {
    const { rule, condition, held } = visible;
    const name = blind ? 'unknown' : rule.verdict;
    return { name, severity: 'ok', cause: cut(condition.cause(held)), next: condition.next };
  }
  if (target && scene.copying) return snapshotting(scene);
  const tables = target?.tables ?? [];
  const late = Math.max(0, ...tables.map((table) => table.freshnessMs ?? 0));
  const cause = `${plural(tables.length, 'table')} at most ${(late / 1000).toFixed(1)} s behind, the slot moves`;
  return { name: 'healthy', severity: 'ok', cause, next: `n2m status ${spec.name}` };
}

function snapshotting({ target, spec }: WatchScene): Pick<Verdict, 'name' | 'severity' | 'cause' | 'next'> {
  const tables = target?.tables ?? [];
  const open = tables.filter((table) => table.committed !== true).length;
  const cause = `${open} of ${plural(tables.length, 'table')} are being copied`;
  return { name: 'snapshotting', severity: 'ok', cause, next: `n2m status ${spec.name}` };
}

/**
 * From here on the next check asks for events: the newest it saw, or a little before this reading began, because history
 * and clocks lag. A side that was not read moves nothing, and no event is seen twice.
 */
function eventsSeenTo({ reading, target, memory }: WatchScene): string | undefined {
  const before = memory === null ? undefined : (memory.eventsSeenTo ?? memory.lastCheckAt);
  const began = Date.parse(reading.takenAt) - reading.durationMs;
  if (target === null) return before ?? new Date(began - EVENT_LAG_MS).toISOString();
  const seen = [began - EVENT_LAG_MS, ...target.source.stalledSince.map(({ at }) => Date.parse(at))];
  return new Date(Math.max(...seen, before === undefined ? 0 : Date.parse(before))).toISOString();
}

/** Bounded by the number of rules and MOST_TABLES: what was not judged is kept as it was, what is over is forgotten. */
function remember(
  scene: WatchScene,
  sightings: Sighting[],
  latched: WatchMemory['latched'],
  notJudged: string[],
): WatchMemory {
  const { memory, now } = scene;
  const waits = (key: string): boolean => notJudged.includes(key.split(':')[0] ?? '');
  const kept = <T>(values: Record<string, T> | undefined): [string, T][] =>
    Object.entries(values ?? {}).filter(([key]) => waits(key));
  return {
    version: 1,
    lastCheckAt: now,
    eventsSeenTo: eventsSeenTo(scene),
    since: Object.fromEntries([...kept(memory?.since), ...sightings.map(({ key, since }) => [key, since] as const)]),
    streaks: Object.fromEntries([
      ...kept(memory?.streaks),
      ...sightings.map(({ key, held }) => [key, Math.min(held.checks, 1000)] as const),
    ]),
    slot: scene.slot,
    slotSeen: scene.slotSeen,
    restartLsn: scene.restartLsn,
    confirmedLsn: scene.confirmedLsn,
    consumedAt: scene.consumedAt,
    latched,
    alerts: memory?.alerts ?? [],
  };
}
