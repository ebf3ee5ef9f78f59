import { ApiError, badRequest, notSupported } from '../errors';
import { planBranch, type NewBranch } from '../new-branch';
import { boolean, choice, limit, object, ok, param, type Call, type Reply, type Route } from '../request';
import { branchOf, defaultBranch, newId } from '../state';
import { databasesOf, syncRoles } from '../sync';
import type { Branch } from '../types';

const cursorOf = (branch: Branch): string => Buffer.from(branch.id).toString('base64url');

function listBranches({ state, query }: Call): Reply {
  const sortBy = choice(query, 'sort_by', ['name', 'created_at', 'updated_at'], 'updated_at');
  const order = choice(query, 'sort_order', ['asc', 'desc'], 'desc');
  const search = query.get('search') ?? '';
  const size = limit(query, 10_000, 10_000);
  const sorted = state.branches
    .map(({ branch }) => branch)
    .filter((branch) => branch.name.includes(search) || branch.id.includes(search))
    .sort((a, b) => (a[sortBy] === b[sortBy] ? (a.id < b.id ? -1 : 1) : a[sortBy] < b[sortBy] ? -1 : 1));
  if (order === 'desc') sorted.reverse();
  const cursor = query.get('cursor');
  const last = cursor === null ? -1 : sorted.findIndex((branch) => cursorOf(branch) === cursor);
  if (cursor !== null && last < 0) throw badRequest('invalid cursor');
  const branches = sorted.slice(last + 1, last + 1 + size);
  const end = branches.at(-1);
  const more = last + 1 + size < sorted.length && end !== undefined;
  const pagination = { ...(more ? { next: cursorOf(end) } : {}), sort_by: sortBy, sort_order: order.toUpperCase() };
  return ok({ branches, annotations: {}, pagination });
}

function getBranch(call: Call): Reply {
  const { branch } = branchOf(call.state, param(call, 'branch_id'));
  const annotation = { object: { type: 'console/branch', id: branch.id }, value: {} };
  return ok({ branch, annotation });
}

const CANNOT = ['parent_lsn', 'parent_timestamp', 'archived', 'init_source', 'expires_at'];

/** Reads the body of a POST, which may be missing: a branch of the default one, without an endpoint, is meant then. */
function parseNewBranch(body: unknown): NewBranch & { parent: string | null } {
  const { branch = {}, endpoints = [] } = object(body ?? {}, 'the body');
  const given = object(branch, 'branch');
  for (const key of CANNOT) if (key in given) throw notSupported(`${key} of a new branch`);
  const { name = newId('br-'), parent_id: parent = null } = given;
  if (typeof name !== 'string' || name === '') throw badRequest('branch.name must be a text');
  if (typeof parent !== 'string' && parent !== null) throw badRequest('branch.parent_id must be a text');
  if (!Array.isArray(endpoints)) throw badRequest('endpoints must be a list');
  const types = endpoints.map((endpoint: unknown) => object(endpoint, 'an endpoint').type);
  if (types.includes('read_only')) throw notSupported('read replicas');
  if (types.length > 1 || types.some((type) => type !== 'read_write')) {
    throw badRequest('a branch takes one endpoint of type read_write');
  }
  return { name, parent, protected: boolean(given.protected ?? false, 'protected'), endpoint: types.length === 1 };
}

/** Without `connection_uris`, which are left out in Neon, too, when the parent has several roles or databases. */
async function createBranch({ state, body }: Call): Promise<Reply> {
  const { parent: parentId, ...wanted } = parseNewBranch(body);
  const parent = parentId === null || parentId === '' ? defaultBranch(state) : branchOf(state, parentId);
  state.operations.mustBeIdle();
  if (state.branches.some(({ branch }) => branch.name === wanted.name)) {
    throw new ApiError(409, `branch with name "${wanted.name}" already exists`);
  }
  await databasesOf(parent);
  await syncRoles(parent, state.operations);
  const { child, steps } = await planBranch(state, parent, wanted);
  const operations = state.operations.schedule(steps);
  state.branches.push(child);
  const { branch, endpoint, databases, roles } = child;
  return {
    status: 201,
    body: {
      branch: { ...branch },
      endpoints: endpoint === null ? [] : [{ ...endpoint }],
      operations,
      roles: [...roles.values()].map(({ role }) => role),
      databases,
    },
  };
}

export const branchRoutes: Route[] = [
  { method: 'POST', path: '/projects/{project_id}/branches', handle: createBranch },
  { method: 'GET', path: '/projects/{project_id}/branches', handle: listBranches },
  { method: 'GET', path: '/projects/{project_id}/branches/{branch_id}', handle: getBranch },
];
