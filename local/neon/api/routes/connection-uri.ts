import { badRequest, notFound } from '../errors';
import { choice, ok, type Call, type Reply, type Route } from '../request';
import { branchOf, defaultBranch, endpointOf, withEndpoint } from '../state';
import { databasesOf, syncRoles } from '../sync';

/** `-pooler` goes at the end of the first label. Nobody listens there: a pooled address must not be used. */
const pooledHost = (host: string): string => host.replace(/^[^.]+/, (label) => `${label}-pooler`);

/**
 * The URI carries the port, because locally it is not 5432, and the password when the project stores passwords (what
 * Neon answers when it does not is undocumented).
 */
async function connectionUri({ state, query }: Call): Promise<Reply> {
  const [database, role] = [query.get('database_name'), query.get('role_name')];
  if (!database || !role) throw badRequest('database_name and role_name are required');
  const pooled = choice(query, 'pooled', ['true', 'false'], 'false') === 'true';
  const [branchId, endpointId] = [query.get('branch_id'), query.get('endpoint_id')];
  const branch = branchId === null ? null : branchOf(state, branchId);
  const target = endpointId === null ? (branch ?? defaultBranch(state)) : endpointOf(state, endpointId);
  if (branch !== null && branch !== target) throw notFound('endpoint');
  if (!withEndpoint(target)) throw notFound('endpoint');
  await syncRoles(target, state.operations);
  const known = target.roles.get(role);
  if (known === undefined) throw notFound('role');
  if (!(await databasesOf(target)).some(({ name }) => name === database)) throw notFound('database');
  const host = pooled ? pooledHost(target.endpoint.host) : target.endpoint.host;
  const password = known.password === null ? '' : `:${encodeURIComponent(known.password)}`;
  const address = `${host}:${target.port}/${encodeURIComponent(database)}`;
  const uri = `postgresql://${encodeURIComponent(role)}${password}@${address}?sslmode=require&channel_binding=require`;
  return ok({ uri });
}

export const connectionUriRoutes: Route[] = [
  { method: 'GET', path: '/projects/{project_id}/connection_uri', handle: connectionUri },
];
