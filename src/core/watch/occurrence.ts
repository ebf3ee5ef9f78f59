/** A condition that a rule sees, joined with how long it has held. */
import { plural } from '../text/count';
import { cut } from '../text/cut';
import type { WatchRule } from './rules/rule';
import type { WatchContext } from './context';
import type { Severity, Symptom } from './types';
import type { Condition, Held } from './condition';

/** More tables than this with one and the same trouble are told as one. */
const MOST_TABLES = 20;

/** Conditions of one rule with how long they have held. */
export interface Occurrence {
  rule: WatchRule;
  key: string;
  condition: Condition;
  held: Held;
  since: string;
  severity: Severity;
}

/** Many tables with one trouble become the first ones by name and one that counts the rest. */
export function grouped(conditions: Condition[]): Condition[] {
  const sorted = [...conditions].sort((a, b) => compare(a.table ?? '', b.table ?? ''));
  const [last] = sorted.slice(MOST_TABLES - 1);
  if (sorted.length <= MOST_TABLES || !last) return sorted;
  const rest = sorted.slice(MOST_TABLES - 1);
  const counted: Condition = {
    ...last,
    latch: undefined,
    counted: rest.flatMap(({ latch }) => latch ?? []),
    one: { cause: cut(last.cause({ ms: 0, checks: 1 })), next: cut(last.next) },
    table: null,
    cause: (held) => `${plural(rest.length, 'more table')}, one of them: ${last.cause(held)}`,
  };
  return [...sorted.slice(0, MOST_TABLES - 1), counted];
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A condition with how long it has held, by what the checks before remember. */
export function occurrence(rule: WatchRule, condition: Condition, { memory, now }: WatchContext): Occurrence {
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

/** As people and programs see it. */
export function symptomOf({ rule, condition, held, severity }: Occurrence): Symptom {
  return {
    rule: rule.id,
    severity: severity === 'ok' ? 'warn' : severity,
    table: condition.table,
    cause: cut(condition.cause(held)),
    next: cut(condition.next),
  };
}
