/** What a plan says of each table is bounded: Temporal stores a plan, and people read its beginning. */
import type { Finding, PlanStep } from './types';

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

/** The first changes, and how many more there are. */
export function boundedChanges<Step extends PlanStep>(step: Step): Step {
  const more = step.changes.length - MOST;
  if (more <= 0) return step;
  return { ...step, changes: step.changes.slice(0, MOST), more };
}
