import { startStep, suspendStep } from '../compute-steps';
import type { Step } from '../operations';
import { ok, param, type Call, type Reply, type Route } from '../request';
import { branchOf, endpointOf, served, withEndpoint, type ProjectState, type ServedBranch } from '../state';

/** Schedules what brings the compute there, and answers the endpoint as it is now. */
const change =
  (steps: (state: ProjectState, target: ServedBranch) => Step[]) =>
  (call: Call): Reply => {
    const target = served(endpointOf(call.state, param(call, 'endpoint_id')));
    call.state.operations.mustBeIdle();
    const operations = call.state.operations.schedule(steps(call.state, target));
    return ok({ endpoint: target.endpoint, operations });
  };

const isActive = (target: ServedBranch): boolean => target.endpoint.current_state === 'active';

export const endpointRoutes: Route[] = [
  {
    method: 'GET',
    path: '/projects/{project_id}/branches/{branch_id}/endpoints',
    handle: (call) => {
      const branch = branchOf(call.state, param(call, 'branch_id'));
      return ok({ endpoints: branch.endpoint === null ? [] : [branch.endpoint] });
    },
  },
  {
    method: 'GET',
    path: '/projects/{project_id}/endpoints',
    handle: ({ state }) => ok({ endpoints: state.branches.filter(withEndpoint).map(({ endpoint }) => endpoint) }),
  },
  {
    method: 'GET',
    path: '/projects/{project_id}/endpoints/{endpoint_id}',
    handle: (call) => ok({ endpoint: endpointOf(call.state, param(call, 'endpoint_id')).endpoint }),
  },
  {
    method: 'POST',
    path: '/projects/{project_id}/endpoints/{endpoint_id}/start',
    handle: change((state, target) => (isActive(target) ? [] : [startStep(state, target)])),
  },
  {
    method: 'POST',
    path: '/projects/{project_id}/endpoints/{endpoint_id}/suspend',
    handle: change((state, target) => (isActive(target) ? [suspendStep(state, target)] : [])),
  },
  {
    method: 'POST',
    path: '/projects/{project_id}/endpoints/{endpoint_id}/restart',
    handle: change((state, target) => [
      ...(isActive(target) ? [suspendStep(state, target)] : []),
      startStep(state, target),
    ]),
  },
];
