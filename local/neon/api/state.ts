import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { Compute, ComputeOptions } from '../compute';
import { locked, notFound, notSupported } from './errors';
import type { Operations } from './operations';
import type { Branch, Database, Endpoint, Project, ProjectSettings, Role } from './types';

/** A role as the control plane remembers it; a password it was not told, as of a role made by SQL, is null. */
export interface KnownRole {
  role: Role;
  password: string | null;
}

/** One branch with its read-write endpoint and its copies of roles and databases. */
export interface BranchState {
  branch: Branch;
  /** Null for a branch that was made without one: it can be listed, but not be connected to. */
  endpoint: Endpoint | null;
  /** Where the endpoint's Postgres listens; 5432 on Neon. */
  port: number;
  roles: Map<string, KnownRole>;
  databases: Database[];
  /** The Postgres behind it; null without an endpoint and while the branch is being made. */
  compute: Compute | null;
}

/** A branch that can be connected to. */
export interface ServedBranch extends BranchState {
  endpoint: Endpoint;
  compute: Compute;
}

export interface ProjectState {
  project: Project;
  settings: ProjectSettings;
  branches: BranchState[];
  operations: Operations;
  /** Whose key it is: a person's of these organizations, who has to name one to list projects; none: the organization's own. */
  organizations: { id: string; name: string }[];
  /** What every compute of the project is started with beside Neon's own, and where it logs. */
  computes: Pick<ComputeOptions, 'version' | 'settings' | 'log'>;
}

/** What a compute reads from the project's settings when it starts. */
export const walLevel = ({ settings }: Pick<ProjectState, 'settings'>): Record<string, string> => ({
  wal_level: settings.enable_logical_replication ? 'logical' : 'replica',
});

const WORDS = ['shiny', 'quiet', 'wispy', 'damp', 'bold', 'wind', 'meadow', 'forest', 'river', 'dawn'];
const word = (): string => WORDS[randomInt(WORDS.length)] ?? 'calm';

/** An id in Neon's manner, e.g. `br-wispy-meadow-118737`. */
export const newId = (prefix = ''): string => `${prefix}${word()}-${word()}-${randomInt(100_000, 1_000_000)}`;

export const now = (): string => new Date().toISOString();

const noUsage = {
  cpu_used_sec: 0,
  active_time_seconds: 0,
  compute_time_seconds: 0,
  written_data_bytes: 0,
  data_transfer_bytes: 0,
};

export interface ProjectOptions {
  id: string;
  pgVersion: number;
  storePasswords: boolean;
  /** e.g. `scale_v3`; IP Allow is of the Scale plan. */
  plan: NonNullable<Project['owner']>['subscription_type'];
}

export function newProject(options: ProjectOptions): Project {
  const at = now();
  return {
    ...noUsage,
    data_storage_bytes_hour: 0,
    consumption_period_start: at,
    consumption_period_end: new Date(Date.now() + 30 * 86_400_000).toISOString(),
    id: options.id,
    platform_id: 'aws',
    region_id: 'aws-us-east-2',
    name: options.id,
    provisioner: 'k8s-neonvm',
    pg_version: options.pgVersion,
    proxy_host: 'us-east-2.aws.neon.tech',
    branch_logical_size_limit: 204_800,
    branch_logical_size_limit_bytes: 214_748_364_800,
    store_passwords: options.storePasswords,
    creation_source: 'console',
    history_retention_seconds: 86_400,
    created_at: at,
    updated_at: at,
    owner_id: randomUUID(),
    owner: { email: 'owner@example.com', name: 'Owner', branches_limit: 10, subscription_type: options.plan },
    effective_project_permission: 'CAN_MANAGE',
  };
}

/** What a fresh project's settings look like; every field is optional in the specification. */
export const newSettings = (): ProjectSettings => ({
  allowed_ips: { ips: [], protected_branches_only: false },
  enable_logical_replication: false,
  maintenance_window: { weekdays: [7], start_time: '06:00', end_time: '07:00' },
  block_public_connections: false,
  block_vpc_connections: false,
  hipaa: false,
});

export interface BranchOptions {
  name: string;
  default: boolean;
  protected?: boolean;
  parentId?: string;
  state?: Branch['current_state'];
}

export function newBranch(project: string, options: BranchOptions): Branch {
  const at = now();
  return {
    ...noUsage,
    id: newId('br-'),
    project_id: project,
    ...(options.parentId === undefined ? {} : { parent_id: options.parentId, parent_lsn: '0/1E19478' }),
    name: options.name,
    current_state: options.state ?? 'ready',
    state_changed_at: at,
    creation_source: 'console',
    primary: options.default,
    default: options.default,
    protected: options.protected ?? false,
    created_at: at,
    updated_at: at,
    created_by: { name: 'Owner', image: '' },
    init_source: 'parent-data',
  };
}

export function newEndpoint(project: string, branch: string, host: string, state: Endpoint['current_state']): Endpoint {
  const at = now();
  return {
    host,
    id: newId('ep-'),
    project_id: project,
    branch_id: branch,
    autoscaling_limit_min_cu: 0.25,
    autoscaling_limit_max_cu: 2,
    region_id: 'aws-us-east-2',
    type: 'read_write',
    current_state: state,
    settings: {},
    pooler_enabled: false,
    pooler_mode: 'transaction',
    disabled: false,
    passwordless_access: true,
    last_active: at,
    creation_source: 'console',
    created_at: at,
    updated_at: at,
    ...(state === 'active' ? { started_at: at } : {}),
    proxy_host: 'us-east-2.aws.neon.tech',
    suspend_timeout_seconds: 0,
    provisioner: 'k8s-neonvm',
  };
}

export const newRole = (branch: string, name: string, login: boolean): Role => ({
  branch_id: branch,
  name,
  protected: false,
  authentication_method: login ? 'password' : 'no_login',
  created_at: now(),
  updated_at: now(),
});

export const newApiKey = (): string => `napi_${randomBytes(32).toString('hex')}`;

export function branchOf(state: ProjectState, id: string): BranchState {
  const found = state.branches.find(({ branch }) => branch.id === id);
  if (found === undefined) throw notFound('branch');
  return found;
}

export function defaultBranch(state: ProjectState): BranchState {
  const found = state.branches.find(({ branch }) => branch.default);
  if (found === undefined) throw notFound('branch');
  return found;
}

export const withEndpoint = (branch: BranchState): branch is BranchState & { endpoint: Endpoint } =>
  branch.endpoint !== null;

export function endpointOf(state: ProjectState, id: string): BranchState & { endpoint: Endpoint } {
  const found = state.branches.filter(withEndpoint).find(({ endpoint }) => endpoint.id === id);
  if (found === undefined) throw notFound('endpoint');
  return found;
}

export const isServed = (branch: BranchState): branch is ServedBranch =>
  branch.endpoint !== null && branch.compute !== null;

/** For what is done on a compute. One that is being made is busy, and so is its project. */
export function served(branch: BranchState): ServedBranch {
  if (branch.endpoint === null) throw notSupported(`working on branch "${branch.branch.name}", which has no compute`);
  if (!isServed(branch)) throw locked();
  return branch;
}
