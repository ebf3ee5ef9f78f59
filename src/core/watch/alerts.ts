/** What people are notified of, and when again. */
import { plural } from '../text/count';
import { symptomKey, worse } from './judge';
import { latchedSymptoms } from './latched';
import type { Alert, AlertMemory, Severity, Symptom, Verdict, VerdictName, WatchMemory } from './types';

/** The same trouble is told again after so long, not before. */
export const REPEAT_MS = 4 * 3_600_000;
/** Over is what two checks in a row did not see: the first calm one may be noise. */
const CALM_CHECKS = 2;
/** Only then is everything said to be over: not while a side cannot be read or something new begins. */
const WELL: VerdictName[] = ['healthy', 'snapshotting'];
/** Far above what the rules can raise at once; a limit all the same. */
const MOST_OPEN = 250;

/**
 * What to tell now: at most one alert and one recovery per check. New and worse at once, the same again after four
 * hours, and one recovery when nothing is left; trouble that could not be looked at is neither. The memory counts
 * nothing as told until `alertDelivered`.
 */
export function decideAlerts(
  pipeline: string,
  verdict: Verdict,
  memory: WatchMemory,
  now: string,
): { alerts: Alert[]; memory: WatchMemory } {
  const entries = observe(verdict, memory, now);
  const next = { ...memory, alerts: entries };
  const base = { pipeline, verdict: verdict.name, at: now };
  const open = entries.filter((entry) => !isOver(entry));
  if (entries.length > 0 && open.length === 0 && WELL.includes(verdict.name)) {
    const symptoms = entries.map(toSymptom);
    const cause = `recovered: ${symptoms.map((symptom) => symptom.rule).join(', ')}; ${verdict.cause}`;
    return {
      alerts: [
        { ...base, kind: 'recovered', severity: verdict.severity, cause, next: verdict.next, symptoms, alsoOpen: 0 },
      ],
      memory: next,
    };
  }
  const due = open.filter((entry) => isDue(entry, now)).sort(bySeverity);
  const [first] = due;
  if (!first) return { alerts: [], memory: next };
  const symptoms = due.map(toSymptom);
  const more = symptoms.length > 1 ? ` (and ${plural(symptoms.length - 1, 'more symptom')})` : '';
  const alert: Alert = {
    ...base,
    kind: kindOf(due, open),
    severity: first.severity,
    cause: first.cause + more,
    next: first.next,
    symptoms,
    alsoOpen: open.length - due.length,
  };
  return { alerts: [alert], memory: next };
}

/** Counts alerts as told, after the sinks took them; without it the next check tells them again. */
export function alertDelivered(memory: WatchMemory, alerts: Alert[], now: string): WatchMemory {
  let entries = memory.alerts;
  for (const alert of alerts) {
    const told = new Map(alert.symptoms.map((symptom) => [symptomKey(symptom), symptom]));
    entries = entries.flatMap((entry): AlertMemory[] => {
      const symptom = told.get(entry.key);
      if (!symptom) return [entry];
      if (alert.kind === 'recovered') return [];
      return [{ ...entry, told: worst(entry.told, symptom.severity), deliveredAt: now }];
    });
  }
  return { ...memory, alerts: entries };
}

/** Every trouble that was told or has to be, after this verdict. */
function observe(verdict: Verdict, memory: WatchMemory, now: string): AlertMemory[] {
  const seen = new Map(verdict.symptoms.map((symptom) => [symptomKey(symptom), symptom]));
  const unseen = new Set([...verdict.notJudged]);
  const latched = new Set(latchedSymptoms(memory).map(symptomKey));
  const known = memory.alerts.map((entry): AlertMemory => {
    const symptom = seen.get(entry.key);
    if (symptom) return { ...entry, ...pick(symptom), calmChecks: 0 };
    if (unseen.has(ruleOf(entry.key)) || latched.has(entry.key)) return entry;
    return { ...entry, calmChecks: Math.min(entry.calmChecks + 1, CALM_CHECKS) };
  });
  const fresh = [...seen]
    .filter(([key]) => !memory.alerts.some((entry) => entry.key === key))
    .map(([key, symptom]): AlertMemory => ({
      ...{ key, ...pick(symptom), told: null },
      ...{ openedAt: now, deliveredAt: null, calmChecks: 0 },
    }));
  return [...known, ...fresh]
    .sort((a, b) => Number(isOver(a)) - Number(isOver(b)) || bySeverity(a, b))
    .slice(0, MOST_OPEN);
}

const pick = ({ severity, cause, next }: Symptom): Pick<AlertMemory, 'severity' | 'cause' | 'next'> => ({
  severity,
  cause,
  next,
});

const isOver = (entry: AlertMemory): boolean => entry.calmChecks >= CALM_CHECKS;

/** New, worse than what was told, or told long enough ago. One calm check is waited for before anything is said. */
function isDue(entry: AlertMemory, now: string): boolean {
  if (entry.calmChecks > 0) return false;
  if (entry.told === null || entry.deliveredAt === null) return true;
  return worse(entry.severity, entry.told) || Date.parse(now) - Date.parse(entry.deliveredAt) >= REPEAT_MS;
}

function kindOf(due: AlertMemory[], open: AlertMemory[]): Alert['kind'] {
  const told = open.flatMap((entry) => (entry.told === null ? [] : [entry.told]));
  if (told.length === 0) return 'raised';
  if (due.some((entry) => told.every((severity) => worse(entry.severity, severity)))) return 'escalated';
  if (due.some((entry) => entry.told === null)) return 'raised';
  return due.some((entry) => entry.told !== null && worse(entry.severity, entry.told)) ? 'escalated' : 'repeated';
}

const bySeverity = (a: AlertMemory, b: AlertMemory): number =>
  worse(a.severity, b.severity) ? -1 : worse(b.severity, a.severity) ? 1 : 0;

function worst(a: AlertMemory['told'], b: Exclude<Severity, 'ok'>): Exclude<Severity, 'ok'> {
  return a !== null && worse(a, b) ? a : b;
}

const ruleOf = (key: string): string => key.split(':')[0] ?? key;

function toSymptom({ key, severity, cause, next }: AlertMemory): Symptom {
  const rule = ruleOf(key);
  return { rule, severity, table: key === rule ? null : key.slice(rule.length + 1), cause, next };
}
