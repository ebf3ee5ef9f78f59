import type { z } from 'zod';
import type { Deps } from './deps';

/** The workflows that hold a pipeline's lock while they change something. */
type Changer = 'replicate' | 'repairReplication' | 'rotateReplication' | 'destroyReplication';

export const APPLY: readonly Changer[] = ['replicate', 'repairReplication'];
export const ROTATE: readonly Changer[] = ['rotateReplication', 'repairReplication'];
export const DESTROY: readonly Changer[] = ['destroyReplication'];

/**
 * What an activity says of itself, where it is written. Whoever may start workflows can call any activity with anything:
 * `input` is what ours send, `callers` are those of ours that call it, and none but them can. `reads`: it changes nothing
 * in either system, so that nobody has to be its caller, and a cancellation cuts it short.
 */
export interface Declared {
  input: z.ZodType;
  reads: boolean;
  /** Null: whoever wants to. */
  callers: readonly Changer[] | null;
}

/** There is no third way: what changes something has callers. */
type Declaration<Input> = { input: z.ZodType<Input> } & (
  { callers: readonly Changer[] } | { reads: true; callers?: readonly Changer[] }
);

/** An activity under the name it is exported by; `createActivities` gives it what it needs from the outside. */
export interface Activity<Input, Result> {
  (deps: Deps, input: Input): Promise<Result>;
  readonly declared: Declared;
}

export function activity<Input, Result>(
  declaration: Declaration<Input>,
  run: (deps: Deps, input: Input) => Promise<Result>,
): Activity<Input, Result> {
  const { input, callers } = declaration;
  const reads = 'reads' in declaration;
  // What changes something and names nobody is called by nobody.
  const declared: Declared = { input, reads, callers: callers ?? (reads ? null : []) };
  return Object.assign((deps: Deps, given: Input) => run(deps, given), { declared });
}

/** Whether something that a module exports is one; the rest is what modules have from each other. */
export function isActivity(exported: unknown): exported is Activity<never, unknown> {
  return typeof exported === 'function' && 'declared' in exported;
}
