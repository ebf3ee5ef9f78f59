/** What a plan says of each table is bounded: Temporal stores a plan, and people read its beginning. */
import { fit } from '../text/fit';
import type { Approval, Finding, PlanStep } from './types';

/** Far more than anybody reads of one kind. */
export const MOST = 500;

/** The first findings of each code and severity; the last of many says how many there are more of. */
export function boundedFindings(findings: readonly Finding[]): Finding[] {
  const counts = new Map<string, number>();
  const kindOf = ({ code, severity }: Finding): string => `${severity} ${code}`;
  const kept = findings.filter((finding) => {
    const count = (counts.get(kindOf(finding)) ?? 0) + 1;
    counts.set(kindOf(finding), count);
    return count <= MOST;
  });
  const seen = new Map<string, number>();
  return kept.map((finding) => {
    const at = (seen.get(kindOf(finding)) ?? 0) + 1;
    seen.set(kindOf(finding), at);
    const more = (counts.get(kindOf(finding)) ?? 0) - MOST;
    return at === MOST && more > 0 ? { ...finding, more } : finding;
  });
}

/** A sentence names the first of many; this is for what nobody thought of. */
const LONGEST = 2_000;

/** The first changes, and how many more there are. */
export function boundedStep<Step extends PlanStep>(step: Step): Step {
  const { object, sentence, interrupts, irreversible, changes } = step;
  const more = changes.length - MOST;
  return {
    ...step,
    object: fit(object, LONGEST),
    sentence: fit(sentence, LONGEST),
    interrupts: interrupts && fit(interrupts, LONGEST),
    irreversible: irreversible && fit(irreversible, LONGEST),
    ...(more > 0 ? { changes: changes.slice(0, MOST), more } : {}),
  };
}

/** One of each key, the first. */
export function boundedApprovals(asked: readonly Approval[]): Approval[] {
  const keys = new Set<string>();
  return asked
    .filter(({ key }) => !keys.has(key) && keys.add(key))
    .map((approval) => ({ ...approval, reason: fit(approval.reason, LONGEST) }));
}
