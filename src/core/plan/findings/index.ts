import type { PipelineSpec } from '../../spec/types';
import type { SourceFacts, TargetFacts, WatchFacts } from '../facts';
import { setScene, type Scene } from '../context';
import type { Finding } from '../types';
import type { Rule } from './rule';
import { costRules } from '../../objects/replica-identity/cost-findings';
import { harmRules } from '../../objects/replica-identity/findings';
import { loginRules } from './login-rules';
import { publicationRules } from '../../objects/publication/findings';
import { sourceRules } from './source-rules';
import { tableRules } from './table-rules';
import { targetRules } from './target-rules';

/** Every rule by its code, in the order a person would check them. */
export const FINDING_RULES: Record<string, Rule> = {
  ...sourceRules,
  ...loginRules,
  ...publicationRules,
  ...tableRules,
  ...harmRules,
  ...costRules,
  ...targetRules,
};

export const FINDING_CODES: string[] = Object.keys(FINDING_RULES);

const ORDER = { blocking: 0, warning: 1, info: 2 } as const;

export function sceneFindings(scene: Scene): Finding[] {
  return Object.entries(FINDING_RULES)
    .flatMap(([code, rule]) => rule(scene).map((found) => ({ code, ...found })))
    .sort((a, b) => ORDER[a.severity] - ORDER[b.severity]);
}

/** Everything wrong or noteworthy on both sides, all at once, blocking first. */
export function findings(
  spec: PipelineSpec,
  source: SourceFacts,
  target: TargetFacts,
  watch: WatchFacts = { exists: false, paused: false, current: false },
): Finding[] {
  return sceneFindings(setScene(spec, source, target, watch));
}
