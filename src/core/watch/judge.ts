/** From one reading to one verdict, by the table of rules. */
import { latch, latchedSymptoms } from './latched';
import { remember } from './memory';
import { type Occurrence, grouped, occurrence, symptomOf } from './occurrence';
import { plural } from '../text/count';
import { cut } from '../text/cut';
import type { PipelineSpec } from '../spec/types';
import type { WatchRule } from './rules/rule';
import { WATCH_RULES } from './rules';
import { watchContext, type WatchContext } from './context';
import { rememberFollow } from './readings/follow';
import type { PipelineReading, Severity, Symptom, Verdict, VerdictName, WatchMemory } from './types';

const RANK: Record<Severity, number> = { ok: 0, warn: 1, critical: 2, terminal: 3 };
export const worse = (a: Severity, b: Severity): boolean => RANK[a] > RANK[b];

/** One verdict out of one reading and what is remembered. `now` is an ISO time. */
export function judge(
  reading: PipelineReading,
  memory: WatchMemory | null,
  spec: PipelineSpec,
  now: string,
): { verdict: Verdict; memory: WatchMemory } {
  const context = watchContext(reading, memory, spec, now);
  const judged = WATCH_RULES.filter((rule) => isJudged(rule, context));
  const notJudged = WATCH_RULES.filter((rule) => !judged.includes(rule)).map((rule) => rule.id);
  const occurrences = judged.flatMap((rule) =>
    grouped(rule.look(context)).map((seen) => occurrence(rule, seen, context)),
  );
  const latched = latch(context, occurrences);
  const symptoms = allSymptoms(occurrences, reading.changeUnderWay === null ? latchedSymptoms(latched) : []);
  return {
    verdict: { ...verdictOf(context, symptoms, occurrences), symptoms, notJudged },
    memory: { ...remember(context, occurrences, latched, notJudged), ...rememberFollow(context, symptoms) },
  };
}

function isJudged(rule: WatchRule, { source, target, copying, reading }: WatchContext): boolean {
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

/**
 * One symptom per rule and table, the worst, those latched among them; while a run changes things it may be mending
 * just that, so what is latched is neither said nor forgotten. First by severity, then in the order of the
 * rules.
 */
function allSymptoms(occurrences: Occurrence[], before: Symptom[]): Symptom[] {
  const now = occurrences.filter((seen) => seen.severity !== 'ok').map(symptomOf);
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

function verdictOf(
  context: WatchContext,
  symptoms: Symptom[],
  occurrences: Occurrence[],
): Pick<Verdict, 'name' | 'severity' | 'cause' | 'next'> {
  const { reading, spec, target } = context;
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
  const visible = occurrences.find((seen) => seen.condition.visible === true);
  if (visible) {
    const { rule, condition, held } = visible;
    const name = blind ? 'unknown' : rule.verdict;
    return { name, severity: 'ok', cause: cut(condition.cause(held)), next: condition.next };
  }
  if (target && context.copying) return snapshotting(context);
  const tables = target?.tables ?? [];
  const late = Math.max(0, ...tables.map((table) => table.freshnessMs ?? 0));
  const cause = `${plural(tables.length, 'table')} at most ${(late / 1000).toFixed(1)} s behind, the slot moves`;
  return { name: 'healthy', severity: 'ok', cause, next: `n2m status ${spec.name}` };
}

function snapshotting({ target, spec }: WatchContext): Pick<Verdict, 'name' | 'severity' | 'cause' | 'next'> {
  const tables = target?.tables ?? [];
  const open = tables.filter((table) => table.committed !== true).length;
  const cause = `${open} of ${plural(tables.length, 'table')} are being copied`;
  return { name: 'snapshotting', severity: 'ok', cause, next: `n2m status ${spec.name}` };
}
