import { badRequest, notFound } from '../errors';
import { limit, ok, param, type Call, type Reply, type Route } from '../request';

/** Newest first. A full or part page carries the cursor of its end, so the last page is known by being empty. */
function listOperations({ state, query }: Call): Reply {
  const all = state.operations.list();
  const size = limit(query, 1_000, 100);
  const cursor = query.get('cursor');
  const last = cursor === null ? -1 : all.findIndex(({ id }) => id === cursor);
  if (cursor !== null && last < 0) throw badRequest('invalid cursor');
  const operations = all.slice(last + 1, last + 1 + size);
  const end = operations.at(-1);
  return ok({ operations, ...(end === undefined ? {} : { pagination: { cursor: end.id } }) });
}

function getOperation(call: Call): Reply {
  const operation = call.state.operations.find(param(call, 'operation_id'));
  if (operation === undefined) throw notFound('operation');
  return ok({ operation });
}

export const operationRoutes: Route[] = [
  { method: 'GET', path: '/projects/{project_id}/operations', handle: listOperations },
  { method: 'GET', path: '/projects/{project_id}/operations/{operation_id}', handle: getOperation },
];
