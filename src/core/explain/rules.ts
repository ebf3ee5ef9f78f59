import { WATCH_RULES } from '../watch/rules';
import type { Entry } from './types';

/** One entry per rule of the watch, from the table of rules. */
export const ruleEntries: Record<string, Entry> = Object.fromEntries(
  WATCH_RULES.map(({ id, explanation }) => [id, explanation]),
);
