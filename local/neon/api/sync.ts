import type { Operations } from './operations';
import { newRole, now, type BranchState } from './state';
import type { Database } from './types';

/** A suspended compute cannot be asked: what was known last stands. */
const isUp = (target: BranchState): boolean => target.compute?.postgres.isRunning() ?? false;

/** The branch's databases, those made by SQL included. */
export async function databasesOf(target: BranchState): Promise<Database[]> {
  if (target.compute === null || !isUp(target)) return target.databases;
  const live = await target.compute.databases();
  target.databases = live.map(({ id, name, owner }) => {
    const known = target.databases.find((database) => database.id === id);
    const at = known?.created_at ?? now();
    return { id, branch_id: target.branch.id, name, owner_name: owner, created_at: at, updated_at: at };
  });
  return target.databases;
}

/** Learns of roles made or dropped by SQL, as the control plane does; those it is about to create stay known. */
export async function syncRoles(target: BranchState, operations: Operations): Promise<void> {
  if (target.compute === null || !isUp(target)) return;
  // A role added while we look is not in what we see: only those known before may be found missing.
  const known = [...target.roles.keys()];
  const busyBefore = operations.isBusy();
  const live = await target.compute.roles();
  for (const { name, canLogin } of live) {
    // While operations run, a role may be on its way out.
    if (!target.roles.has(name) && !busyBefore && !operations.isBusy()) {
      target.roles.set(name, { role: newRole(target.branch.id, name, canLogin), password: null });
    }
  }
  if (busyBefore || operations.isBusy()) return;
  for (const name of known) if (!live.some((role) => role.name === name)) target.roles.delete(name);
}
