import { notFound } from '../errors';
import { ok, param, type Call, type Reply, type Route } from '../request';
import { branchOf } from '../state';
import { databasesOf } from '../sync';

async function listDatabases(call: Call): Promise<Reply> {
  return ok({ databases: await databasesOf(branchOf(call.state, param(call, 'branch_id'))) });
}

async function getDatabase(call: Call): Promise<Reply> {
  const databases = await databasesOf(branchOf(call.state, param(call, 'branch_id')));
  const database = databases.find(({ name }) => name === param(call, 'database_name'));
  if (database === undefined) throw notFound('database');
  return ok({ database });
}

export const databaseRoutes: Route[] = [
  { method: 'GET', path: '/projects/{project_id}/branches/{branch_id}/databases', handle: listDatabases },
  {
    method: 'GET',
    path: '/projects/{project_id}/branches/{branch_id}/databases/{database_name}',
    handle: getDatabase,
  },
];
