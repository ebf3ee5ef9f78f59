import { parseAllowedIps } from '../allowed-ips';
import { startStep, suspendStep } from '../compute-steps';
import { badRequest, notFound, notSupported } from '../errors';
import { boolean, limit, object, ok, type Call, type Reply, type Route } from '../request';
import { isServed, now, type ProjectState } from '../state';
import type { Operation, Project, ProjectListItem, ProjectSettings } from '../types';

const shown = (state: ProjectState): Project => ({ ...state.project, settings: state.settings });

/** Every active compute is suspended and comes back with `wal_level=logical`. The flag in GET flips at once. */
function enableLogicalReplication(state: ProjectState): Operation[] {
  const active = state.branches.filter(isServed).filter(({ endpoint }) => endpoint.current_state === 'active');
  return state.operations.schedule(active.flatMap((target) => [suspendStep(state, target), startStep(state, target)]));
}

const SHOWN_ONLY = ['quota', 'maintenance_window', 'audit_log_level', 'preload_libraries'] as const;

/** Partial by key of `settings`: what is left out stays, what is given replaces that key. */
function updateSettings(state: ProjectState, given: Record<string, unknown>): Operation[] {
  const next: ProjectSettings = { ...state.settings };
  // Kept and shown, without an effect here; unknown keys are passed over.
  for (const key of SHOWN_ONLY) if (key in given) Object.assign(next, { [key]: given[key] });
  if ('allowed_ips' in given) next.allowed_ips = parseAllowedIps(given.allowed_ips);
  for (const key of ['block_public_connections', 'block_vpc_connections', 'hipaa'] as const) {
    if (key in given) next[key] = boolean(given[key], key);
  }
  const wasOn = state.settings.enable_logical_replication === true;
  if ('enable_logical_replication' in given) {
    const on = boolean(given.enable_logical_replication, 'enable_logical_replication');
    if (wasOn && !on) throw badRequest('logical replication cannot be disabled once it was enabled');
    next.enable_logical_replication = on;
  }
  state.settings = next;
  return !wasOn && next.enable_logical_replication ? enableLogicalReplication(state) : [];
}

function updateProject({ state, body }: Call): Reply {
  const given = object(object(body, 'the body').project, 'project');
  for (const key of ['default_endpoint_settings', 'history_retention_seconds']) {
    if (key in given) throw notSupported(`changing ${key}`);
  }
  const { name = state.project.name } = given;
  if (typeof name !== 'string' || name === '') throw badRequest('name must be a text');
  state.operations.mustBeIdle();
  const operations = given.settings === undefined ? [] : updateSettings(state, object(given.settings, 'settings'));
  state.project.name = name;
  state.project.updated_at = now();
  return ok({ project: shown(state), operations });
}

/** The one project of this stand-in, in the shorter form that lists have. */
function listProjects({ state, query }: Call): Reply {
  const search = query.get('search') ?? '';
  const organization = query.get('org_id');
  const [own, ...others] = state.organizations;
  if (own !== undefined && organization === null) {
    throw badRequest('org_id is required, you can find it on your organization settings page');
  }
  const elsewhere = others.some(({ id }) => id === organization);
  if (organization !== null && organization !== own?.id && !elsewhere) throw notFound('organization');
  limit(query, 400, 10);
  // The last page answers with a cursor, too, and what comes after it is empty.
  const cursor = 'end';
  const { project } = state;
  const found =
    !elsewhere && query.get('cursor') !== cursor && (project.id.includes(search) || project.name.includes(search));
  const { active_time_seconds: active_time, ...rest } = project;
  const { created_at, updated_at, creation_source, cpu_used_sec, id, name, owner_id, pg_version, platform_id } = rest;
  const { branch_logical_size_limit, branch_logical_size_limit_bytes, provisioner, proxy_host, region_id } = rest;
  const item: ProjectListItem = {
    ...{ active_time, branch_logical_size_limit, branch_logical_size_limit_bytes, cpu_used_sec, created_at },
    ...{ creation_source, id, name, owner_id, pg_version, platform_id, provisioner, proxy_host, region_id },
    ...{ store_passwords: project.store_passwords, updated_at },
    ...(own === undefined ? {} : { org_id: own.id }),
  };
  return ok({ projects: found ? [item] : [], pagination: { cursor }, applications: {}, integrations: {} });
}

/** In the specification's words: of an organization's key the one that owns it, whose name nothing here needs. */
function listOrganizations({ state }: Call): Reply {
  if (state.organizations.length === 0) throw notSupported('listing organizations with the key of one');
  const at = state.project.created_at;
  const more = { handle: 'org', plan: 'scale_v3', created_at: at, managed_by: 'console', updated_at: at };
  return ok({ organizations: state.organizations.map((organization) => ({ ...organization, ...more })) });
}

export const projectRoutes: Route[] = [
  { method: 'GET', path: '/users/me/organizations', handle: listOrganizations },
  { method: 'GET', path: '/projects', handle: listProjects },
  { method: 'GET', path: '/projects/{project_id}', handle: ({ state }) => ok({ project: shown(state) }) },
  { method: 'PATCH', path: '/projects/{project_id}', handle: updateProject },
];
