import { generatePassword } from '../../compute';
import { applySteps } from '../compute-steps';
import { ApiError, badRequest, notFound } from '../errors';
import { boolean, object, ok, param, type Call, type Reply, type Route } from '../request';
import { branchOf, newRole, now, served, type BranchState, type KnownRole } from '../state';
import { databasesOf, syncRoles } from '../sync';

const RESERVED = /^(pg_.*|neon_superuser|cloud_admin|zenith_admin|public|none|postgres)$/;
const MOST_BYTES = 63;

async function branchWithRoles(call: Call): Promise<BranchState> {
  const target = branchOf(call.state, param(call, 'branch_id'));
  await syncRoles(target, call.state.operations);
  return target;
}

function roleOf(target: BranchState, name: string): KnownRole {
  const known = target.roles.get(name);
  if (known === undefined) throw notFound('role');
  return known;
}

async function createRole(call: Call): Promise<Reply> {
  const given = object(object(call.body, 'the body').role, 'role');
  const { name } = given;
  if (typeof name !== 'string' || name === '') throw badRequest('role.name must be a text');
  if (Buffer.byteLength(name) > MOST_BYTES) throw badRequest(`role.name must not exceed ${MOST_BYTES} bytes`);
  if (RESERVED.test(name)) throw badRequest(`role name "${name}" is reserved`);
  const login = !boolean(given.no_login ?? false, 'role.no_login');
  const target = served(await branchWithRoles(call));
  call.state.operations.mustBeIdle();
  // Neon does not document the status of a duplicate; 409 is what a client should be ready for.
  if (target.roles.has(name)) throw new ApiError(409, 'role already exists');
  const password = login ? generatePassword() : null;
  const role = newRole(target.branch.id, name, login);
  const steps = applySteps(call.state, target, () => target.compute.createRole(name, password));
  const operations = call.state.operations.schedule(steps);
  target.roles.set(name, { role, password: call.state.project.store_passwords ? password : null });
  return { status: 201, body: { role: { ...role, ...(password === null ? {} : { password }) }, operations } };
}

async function revealPassword(call: Call): Promise<Reply> {
  const known = roleOf(await branchWithRoles(call), param(call, 'role_name'));
  if (!call.state.project.store_passwords) throw new ApiError(412, 'password storage is disabled for the project');
  if (known.password === null) throw notFound('role password');
  return ok({ password: known.password });
}

/** The new password is set in the last operation, so the old one is valid until then. */
async function resetPassword(call: Call): Promise<Reply> {
  const target = served(await branchWithRoles(call));
  const known = roleOf(target, param(call, 'role_name'));
  call.state.operations.mustBeIdle();
  if (known.role.authentication_method === 'no_login') throw badRequest('the role cannot log in');
  const password = generatePassword();
  const steps = applySteps(call.state, target, () => target.compute.setPassword(known.role.name, password));
  const operations = call.state.operations.schedule(steps);
  known.password = call.state.project.store_passwords ? password : null;
  known.role.updated_at = now();
  return ok({ role: { ...known.role, password }, operations });
}

async function deleteRole(call: Call): Promise<Reply> {
  const target = served(await branchWithRoles(call));
  call.state.operations.mustBeIdle();
  const known = target.roles.get(param(call, 'role_name'));
  if (known === undefined) return { status: 204 };
  const { name } = known.role;
  const owned = (await databasesOf(target)).filter(({ owner_name }) => owner_name === name);
  if (owned.length > 0) {
    throw new ApiError(
      422,
      `cannot delete role "${name}": it owns database "${owned.map((d) => d.name).join('", "')}"`,
    );
  }
  // Asked again: another call may have come in while the databases were read.
  call.state.operations.mustBeIdle();
  const operations = call.state.operations.schedule(
    applySteps(call.state, target, () => target.compute.dropRole(name)),
  );
  target.roles.delete(name);
  return ok({ role: known.role, operations });
}

const ROLES = '/projects/{project_id}/branches/{branch_id}/roles';

export const roleRoutes: Route[] = [
  {
    method: 'GET',
    path: ROLES,
    handle: async (call) => ok({ roles: [...(await branchWithRoles(call)).roles.values()].map(({ role }) => role) }),
  },
  { method: 'POST', path: ROLES, handle: createRole },
  {
    method: 'GET',
    path: `${ROLES}/{role_name}`,
    handle: async (call) => ok({ role: roleOf(await branchWithRoles(call), param(call, 'role_name')).role }),
  },
  { method: 'DELETE', path: `${ROLES}/{role_name}`, handle: deleteRole },
  { method: 'GET', path: `${ROLES}/{role_name}/reveal_password`, handle: revealPassword },
  { method: 'POST', path: `${ROLES}/{role_name}/reset_password`, handle: resetPassword },
];
