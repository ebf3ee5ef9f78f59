/** Every code that people meet, explained. */
import { failureEntries } from './failures';
import { findingEntries } from './findings';
import { ruleEntries } from './rules';
import type { Entry, Explanation } from './types';
import { verdictEntries } from './verdicts';

export type { Explanation } from './types';

const TABLES: [Explanation['kind'], Record<string, Entry>][] = [
  ['verdict', verdictEntries],
  ['rule', ruleEntries],
  ['finding', findingEntries],
  ['failure', failureEntries],
];

/** The entries of a code, whatever its case. Empty when unknown; `closest` of text/similar finds the one meant. */
export function explain(code: string): Explanation[] {
  return all().filter((entry) => entry.code.toLowerCase() === code.toLowerCase());
}

export function explainedCodes(): string[] {
  return all().map(({ code }) => code);
}

function all(): Explanation[] {
  return TABLES.flatMap(([kind, entries]) =>
    Object.entries(entries).map(([code, [meaning, look, fix]]) => ({ code, kind, meaning, look, fix })),
  );
}
