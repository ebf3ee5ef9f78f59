import { SQLSTATE } from './sqlstate';
import type { FailureType } from '../types';
import type { Rule } from './rule';

export interface TextRule extends Rule {
  /** Named for tests and for people. */
  name: string;
  codes: readonly string[];
  pattern: RegExp;
  /** An answer as recorded from a real server, or quoted from its source. */
  example: string;
}

export const PLAN: readonly string[] = [SQLSTATE.INTERNAL_ERROR];
/** The same upstream checks answer 58000 for connections and XX000 for sources and tables. */
export const UPSTREAM: readonly string[] = [SQLSTATE.SYSTEM_ERROR, SQLSTATE.INTERNAL_ERROR];

export const text = (
  name: string,
  codes: readonly string[],
  pattern: RegExp,
  type: FailureType,
  retryable: TextRule['retryable'],
  example: string,
  hint: string | null = null,
): TextRule => ({ name, codes, pattern, type, retryable, hint, example });
