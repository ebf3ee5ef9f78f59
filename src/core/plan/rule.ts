import type { PlanContext } from './context';
import type { Finding } from './types';

/** What a rule says of one object; the code comes from the table. */
export type Found = Omit<Finding, 'code'>;

/** What a rule looks at. */
export interface FindingContext extends PlanContext {
  /** The run adds something upstream that destroy has to take back. */
  addsUpstream: boolean;
}

/** One rule: looks at everything, says nothing when all is well. */
export type Rule = (context: FindingContext) => Found[];

export const blocking = (subject: string, sentence: string, fix: string | null = null): Found => ({
  severity: 'blocking',
  subject,
  sentence,
  fix,
});

export const warning = (subject: string, sentence: string, fix: string | null = null): Found => ({
  severity: 'warning',
  subject,
  sentence,
  fix,
});

export const info = (subject: string, sentence: string, fix: string | null = null): Found => ({
  severity: 'info',
  subject,
  sentence,
  fix,
});

/** Objects as a sentence lists them: `view by_day`. */
export const typed = (objects: readonly { type: string; name: string }[]): string[] =>
  objects.map(({ type, name }) => `${type} ${name}`);

/** Statements one after the other, each ended, as they can be pasted. */
export const statements = (...texts: string[]): string => texts.map((text) => `${text};`).join('\n');

/** What a finding names that only copying again mends; the repair itself is not stopped by it. */
export const repairCommand = (pipeline: string): string => `n2m repair ${pipeline}`;

/** A source has to be made, with its slot. */
export const isCreating = (context: PlanContext): boolean =>
  context.target.source === null || context.recreate.length > 0;

/** Something is copied, which takes a second slot and waits for every writing transaction. */
export const willCopy = (context: PlanContext): boolean => isCreating(context) || context.fresh.length > 0;
