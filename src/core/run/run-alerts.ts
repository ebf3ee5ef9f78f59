/** What people are told of a run while nobody looks at it: that it waits for them, or that it failed. */
import type { Entry } from '../explain/types';
import type { FailureInfo } from '../failures/types';
import { listed } from '../plan/context';
import type { Approval } from '../plan/types';
import { followedWords } from '../watch/readings/follow';
import type { Alert, Followed, Symptom } from '../watch/types';

/** What a run has to tell. */
export type RunNews =
  | { about: 'waiting'; approvals: Approval[]; again: boolean }
  | { about: 'failed'; failure: FailureInfo; follows?: boolean }
  | ({ about: 'followed' } & Followed);

export type RunRule = 'run-waiting' | 'run-failed';

/** How a person calls the workflows that hold a pipeline's lock. */
const COMMANDS: Record<string, string> = {
  replicate: 'apply',
  repairReplication: 'repair',
  rotateReplication: 'rotate',
  destroyReplication: 'destroy',
};

/** `apply` of a run of the workflow `replicate`. */
export const commandOf = (workflowType: string): string => COMMANDS[workflowType] ?? workflowType;

/** A run that waits is told again after so long, in milliseconds. */
export const WAITING_AGAIN = 4 * 3_600_000;

/** As many as a message carries. */
const MOST_KEYS = 10;

/** The alert as sinks get it. `workflowType`: of the run; `at`: ISO time. */
export function runAlert(pipeline: string, workflowType: string, news: RunNews, at: string): Alert {
  if (news.about === 'followed') return followedAlert(pipeline, news, at);
  const symptom = symptomOf(pipeline, commandOf(workflowType), news);
  const { severity, cause, next } = symptom;
  const kind = news.about === 'waiting' && news.again ? 'repeated' : 'raised';
  return { pipeline, kind, severity, verdict: 'changing', cause, next, at, symptoms: [symptom], alsoOpen: 0 };
}

/** No trouble, and none that is over: what the watch did unasked. */
const followedAlert = (pipeline: string, followed: Followed, at: string): Alert => ({
  ...{ pipeline, kind: 'followed', severity: 'ok', verdict: 'changing', cause: followedWords(followed) },
  ...{ next: `n2m status ${pipeline}`, at, symptoms: [], alsoOpen: 0 },
});

function symptomOf(pipeline: string, command: string, news: Exclude<RunNews, { about: 'followed' }>): Symptom {
  if (news.about === 'waiting') {
    const [first] = news.approvals;
    const keys = listed(
      news.approvals.map(({ key }) => key),
      MOST_KEYS,
    );
    const cause = `${command} waits for approval of ${keys}${first ? `: ${first.reason}` : ''}`;
    const next = `n2m approve ${pipeline}, or n2m reject ${pipeline}`;
    return { rule: 'run-waiting', severity: 'warn', table: null, cause, next };
  }
  const { message, hint } = news.failure;
  const rest = { rule: 'run-failed', severity: 'critical', table: null } as const;
  if (news.follows) {
    const cause = `following columns failed and is not tried again: ${message}`;
    return { ...rest, cause, next: hint ?? 'n2m apply FILE' };
  }
  return { ...rest, cause: `${command} failed: ${message}`, next: hint ?? `n2m status ${pipeline}` };
}

export const isRunRule = (rule: string | undefined): rule is RunRule => rule === 'run-waiting' || rule === 'run-failed';

/** For `n2m explain` and the runbook. */
export const RUN_ENTRIES: Record<RunRule, Entry> = {
  'run-waiting': [
    'An apply, repair, rotate or destroy waits until somebody agrees to what it asks for; told at once and every four hours. Nothing is changed meanwhile.',
    'n2m status NAME shows what it asks for, and why.',
    'n2m approve NAME, or n2m reject NAME, which ends it.',
  ],
  'run-failed': [
    'An apply, repair, rotate or destroy ended without having done its work. What it did stays, and the next one goes on from there.',
    'n2m status NAME shows the step and the message.',
    'What the alert names; then the same command again.',
  ],
};
