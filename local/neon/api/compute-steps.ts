import { now, walLevel, type ProjectState, type ServedBranch } from './state';
import type { Step } from './operations';

export const place = ({ branch, endpoint }: Pick<ServedBranch, 'branch' | 'endpoint'>) => ({
  branchId: branch.id,
  endpointId: endpoint.id,
});

/** Starts the compute with what the project's settings say now. */
async function resume(state: ProjectState, target: ServedBranch): Promise<void> {
  await target.compute.resume(walLevel(state));
  const at = now();
  Object.assign(target.endpoint, { current_state: 'active', started_at: at, last_active: at, updated_at: at });
}

/** Every session is dropped; the next connection wakes the compute without an operation of its own being listed. */
export const suspendStep = (state: ProjectState, target: ServedBranch): Step => ({
  ...place(target),
  action: 'suspend_compute',
  async work() {
    await target.compute.suspend(() => resume(state, target));
    Object.assign(target.endpoint, { current_state: 'idle', suspended_at: now(), updated_at: now() });
  },
});

export const startStep = (state: ProjectState, target: ServedBranch): Step => ({
  ...place(target),
  action: 'start_compute',
  work: () => resume(state, target),
});

/**
 * Changes something in the running Postgres and drops its sessions, as creating a role and resetting a password do. An
 * idle compute is started for it and suspended again.
 */
export function applySteps(state: ProjectState, target: ServedBranch, work: () => Promise<void>): Step[] {
  const apply: Step = {
    ...place(target),
    action: 'apply_config',
    async work() {
      await work();
      await target.compute.dropSessions();
    },
  };
  if (target.endpoint.current_state === 'active') return [apply];
  return [startStep(state, target), apply, suspendStep(state, target)];
}
