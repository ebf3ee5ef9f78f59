import type { CheckResult } from '../watch/types';
import type { RunView } from './types';

/** Markdown for Temporal's current details of a run: steps, progress, what it waits for and how to answer. */
export function renderRunDetails(_view: RunView): string {
  throw new Error('not built yet');
}

/** Markdown for Temporal's current details of a check. */
export function renderCheckDetails(_result: CheckResult): string {
  throw new Error('not built yet');
}
