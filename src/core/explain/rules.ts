import { RUN_ENTRIES } from '../run/run-alerts';
import { WATCH_RULES } from '../watch/rules';
import type { Entry } from './types';

/** One entry per rule of the watch, from the table of rules, and what is told of runs. */
export const ruleEntries: Record<string, Entry> = {
  ...Object.fromEntries(WATCH_RULES.map(({ id, explanation }) => [id, explanation])),
  ...RUN_ENTRIES,
};
