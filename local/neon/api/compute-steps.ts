import { computeOf, now, type BranchState, type ProjectState } from './state';
import type { Step } from './operations';

/** What a suspended or restarted compute reads from the project's settings when it starts. */
const startSettings = (state: ProjectState): Record<string, string> => ({
  wal_level: state.settings.enable_logical_replication ? 'logical' : 'replica',
});

const place = (target: BranchState) => ({ branchId: target.branch.id, endpointId: target.endpoint.id });

/** Starts the compute with what the project's settings say now. */
async function resume(state: ProjectState, target: BranchState): Promise<void> {
  await computeOf(target).resume(startSettings(state));
  const at = now();
  Object.assign(target.endpoint, { current_state: 'active', started_at: at, last_active: at, updated_at: at });
}

/** Every session is dropped; the next connection wakes the compute without an operation of its own being listed. */
export const suspendStep = (state: ProjectState, target: BranchState): Step => ({
  ...place(target),
  action: 'suspend_compute',
  async work() {
    await computeOf(target).suspend(() => resume(state, target));
    Object.assign(target.endpoint, { current_state: 'idle', suspended_at: now(), updated_at: now() });
  },
});

export const startStep = (state: ProjectState, target: BranchState): Step => ({
  ...place(target),
  action: 'start_compute',
  work: () => resume(state, target),
});

/**
 * Changes something in the running Postgres and drops its sessions, as creating a role and resetting a password do. An
 * idle compute is started for it and suspended again.
 */
export function applySteps(state: ProjectState, target: BranchState, work: () => Promise<void>): Step[] {
  const apply: Step = {
    ...place(target),
    action: 'apply_config',
    async work() {
      await work();
      await computeOf(target).dropSessions();
    },
  };
  if (target.endpoint.current_state === 'active') return [apply];
  return [startStep(state, target), apply, suspendStep(state, target)];
}
