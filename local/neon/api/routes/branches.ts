import { badRequest } from '../errors';
import { choice, limit, ok, param, type Call, type Reply, type Route } from '../request';
import { branchOf } from '../state';
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

export const branchRoutes: Route[] = [
  { method: 'GET', path: '/projects/{project_id}/branches', handle: listBranches },
  { method: 'GET', path: '/projects/{project_id}/branches/{branch_id}', handle: getBranch },
];
