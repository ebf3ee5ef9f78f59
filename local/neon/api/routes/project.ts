import { parseAllowedIps } from '../allowed-ips';
import { startStep, suspendStep } from '../compute-steps';
import { badRequest, notSupported } from '../errors';
import { boolean, object, ok, type Call, type Reply, type Route } from '../request';
import { isServed, now, type ProjectState } from '../state';
import type { Operation, Project, ProjectSettings } from '../types';

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

export const projectRoutes: Route[] = [
  { method: 'GET', path: '/projects/{project_id}', handle: ({ state }) => ok({ project: shown(state) }) },
  { method: 'PATCH', path: '/projects/{project_id}', handle: updateProject },
];
