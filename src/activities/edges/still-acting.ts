import { Context } from '@temporalio/activity';

/** How an attempt that changes something asks whether it is still the one that acts: fence.ts. */
const askers = new WeakMap<Context, () => Promise<void>>();

export function fenced(context: Context, ask: () => Promise<void>): void {
  askers.set(context, ask);
}

/**
 * Right before anything is changed: nothing may be waited for in between. Throws where this attempt was given up, and where
 * nobody can say.
 */
export async function stillActing(): Promise<void> {
  await askers.get(Context.current())?.();
}
