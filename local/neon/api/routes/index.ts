import type { Call, Route } from '../request';
import { ok } from '../request';
import { branchRoutes } from './branches';
import { connectionUriRoutes } from './connection-uri';
import { databaseRoutes } from './databases';
import { endpointRoutes } from './endpoints';
import { operationRoutes } from './operations';
import { projectRoutes } from './project';
import { roleRoutes } from './roles';

const authRoute: Route = {
  method: 'GET',
  path: '/auth',
  handle: ({ state }: Call) => ok({ account_id: state.project.owner_id, auth_method: 'api_key_org' }),
};

/** Every call the stand-in knows, under the specification's own paths. */
export const routes: readonly Route[] = [
  authRoute,
  ...projectRoutes,
  ...branchRoutes,
  ...endpointRoutes,
  ...databaseRoutes,
  ...roleRoutes,
  ...operationRoutes,
  ...connectionUriRoutes,
];
