/** What a rule returns, and the ways in which its severity follows from time or figures. */
import type { Severity } from './types';

/** How long a condition has held, when its severity is asked. */
export interface Held {
  ms: number;
  /** Consecutive checks, this one included. */
  checks: number;
}

/** Something a rule sees now; whether it is worth telling depends on how long it has held. */
export interface Condition {
  table: string | null;
  /** Keeps conditions of one rule and table apart whose durations are counted apart. */
  key?: string;
  /** When it began, where the systems themselves say so; else the first check that saw it. */
  since?: string | null;
  severity: (held: Held) => Severity;
  cause: (held: Held) => string;
  next: string;
  /** The verdict names it at once, although nobody is told yet. */
  visible?: boolean;
  /** Cannot get well by itself; kept until the slot or the table of this id is replaced. */
  latch?: string;
  /** Of a condition that stands for many tables: the latches of all it counts, and what it says of one of them. */
  counted?: string[];
  one?: { cause: string; next: string };
}

export const always = (severity: Severity) => (): Severity => severity;

/** By how long it has held. */
export const lasting =
  ({ warn, critical }: { warn: number; critical: number }) =>
  ({ ms }: Held): Severity =>
    ms >= critical ? 'critical' : ms >= warn ? 'warn' : 'ok';

/** By the number of checks that saw it. */
export const repeated =
  ({ warn, critical }: { warn: number; critical: number }) =>
  ({ checks }: Held): Severity =>
    checks >= critical ? 'critical' : checks >= warn ? 'warn' : 'ok';

/** By a figure, at once. Below `warn` rules see no condition: nothing has to be remembered of it. */
export const reaching =
  (value: number, { warn, critical }: { warn: number; critical: number }) =>
  (): Severity =>
    value >= critical ? 'critical' : value >= warn ? 'warn' : 'ok';
