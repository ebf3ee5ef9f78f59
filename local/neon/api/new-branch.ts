import { freePort } from '../../postgres/free-port';
import { branchCompute, generatePassword } from '../compute';
import { place, startStep } from './compute-steps';
import type { Step } from './operations';
import { newBranch, newEndpoint, newRole, served, walLevel, withEndpoint } from './state';
import type { BranchState, KnownRole, ProjectState } from './state';

export interface NewBranch {
  name: string;
  protected?: boolean;
  /** Whether it gets a read-write endpoint. */
  endpoint: boolean;
}

/**
 * A child branch and what makes it: it has the parent's data, roles and passwords as they are when the operation runs; below a
 * protected parent the passwords are new.
 */
export async function planBranch(
  state: ProjectState,
  parent: BranchState,
  { name, endpoint, ...more }: NewBranch,
): Promise<{ child: BranchState; steps: Step[] }> {
  const branch = newBranch(state.project.id, {
    ...more,
    name,
    default: false,
    parentId: parent.branch.id,
    state: 'init',
  });
  const fresh = parent.branch.protected;
  const child: BranchState = {
    branch,
    endpoint: endpoint ? newEndpoint(state.project.id, branch.id, '127.0.0.1', 'init') : null,
    port: endpoint ? await freePort() : 0,
    roles: new Map([...parent.roles].map(([role, known]) => [role, copied(branch.id, known, fresh)])),
    databases: parent.databases.map((database) => ({ ...database, branch_id: branch.id })),
    compute: null,
  };
  const steps: Step[] = [
    {
      branchId: branch.id,
      action: 'create_branch',
      async work() {
        if (withEndpoint(child)) await serve(state, parent, child, fresh);
        branch.current_state = 'ready';
      },
    },
  ];
  if (withEndpoint(child)) {
    const start = (): Promise<void> => startStep(state, served(child)).work();
    steps.push({ ...place(child), action: 'start_compute', work: start });
  }
  return { child, steps };
}

function copied(branch: string, { role, password }: KnownRole, fresh: boolean): KnownRole {
  const login = role.authentication_method === 'password';
  return {
    role: newRole(branch, role.name, login),
    // One made by SQL has a password nobody told us, and keeps it.
    password: fresh && login && password !== null ? generatePassword() : password,
  };
}

async function serve(state: ProjectState, parent: BranchState, child: BranchState, fresh: boolean): Promise<void> {
  const { version, settings, log } = state.computes;
  const options = { version, port: child.port, settings: { ...settings, ...walLevel(state) }, log };
  child.compute = await branchCompute(served(parent).compute, options);
  if (!fresh) return;
  for (const [name, { password }] of child.roles) {
    if (password !== null) await child.compute.setPassword(name, password);
  }
}
