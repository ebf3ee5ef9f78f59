import { computeOf, now, type BranchState, type ProjectState } from './state';
import type { Step } from './operations';

/** What a suspended or restarted compute reads from the project's settings when it starts. */
const startSettings = (state: ProjectState): Record<string, string> => ({
  wal_level: state.settings.enable_logical_replication ? 'logical' : 'replica',
});

const place = (target: BranchState) => ({ branchId: target.branch.id, endpointId: target.endpoint.id });

/** Ends the Postgres in order; every session is dropped. */
export const suspendStep = (target: BranchState): Step => ({
  ...place(target),
  action: 'suspend_compute',
  async work() {
    await computeOf(target).postgres.halt();
    Object.assign(target.endpoint, { current_state: 'idle', suspended_at: now(), updated_at: now() });
  },
});

export const startStep = (state: ProjectState, target: BranchState): Step => ({
  ...place(target),
  action: 'start_compute',
  async work() {
    await computeOf(target).postgres.start(startSettings(state));
    Object.assign(target.endpoint, { current_state: 'active', started_at: now(), last_active: now() });
    Object.assign(target.endpoint, { updated_at: now() });
  },
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
  return [startStep(state, target), apply, suspendStep(target)];
}
