import { NEEDS_ORGANIZATION } from '../../core/failures/rules/neon';
import { SystemError, systemError } from '../errors';
import { ask, inBranch, inProject, operation, type Api, type Schemas } from './api';
import { isOpen } from './operations';
import type { NeonBranch, NeonCompute, NeonDatabase, NeonOperation, NeonProject } from './types';

const PAGE = 400;
/** Somebody waits for the list, and Neon limits calls. */
const MOST_ORGANIZATIONS = 20;

/** Every field of the settings is optional in the specification. */
export const settingsOf = (project: Schemas['Project']): Schemas['ProjectSettingsData'] => project.settings ?? {};

/** What is only read. Names that do not exist are NotFound, with what there is instead. */
export function createLooks(api: Api) {
  async function getProject(project: string): Promise<Schemas['Project']> {
    const call = api.GET('/projects/{project_id}', { params: inProject(project) });
    return (await ask(`reading project ${project}`, call)).project;
  }

  async function projectsOf(organization: { id: string; name: string } | null): Promise<NeonProject[]> {
    const projects: NeonProject[] = [];
    for (let cursor: string | undefined; ;) {
      const more = cursor === undefined ? {} : { cursor };
      const query = { limit: PAGE, ...more, ...(organization === null ? {} : { org_id: organization.id }) };
      const page = await ask('listing projects', api.GET('/projects', { params: { query } }));
      projects.push(...page.projects.map(({ id, name }) => ({ id, name, organization: organization?.name ?? null })));
      cursor = page.projects.length < PAGE ? undefined : page.pagination?.cursor;
      if (cursor === undefined) return projects;
    }
  }

  /** A person's key has to say of which organization, the only call that does: of each that the person belongs to. */
  async function listProjects(): Promise<NeonProject[]> {
    try {
      return await projectsOf(null);
    } catch (error) {
      if (!(error instanceof SystemError) || !NEEDS_ORGANIZATION.test(error.info.message)) throw error;
      const { organizations } = await ask('listing organizations', api.GET('/users/me/organizations'));
      if (organizations.length === 0) throw error;
      const all = await Promise.all(organizations.slice(0, MOST_ORGANIZATIONS).map(projectsOf));
      return all.flat();
    }
  }

  async function listBranches(project: string): Promise<NeonBranch[]> {
    const branches: NeonBranch[] = [];
    for (let cursor: string | undefined; ;) {
      const params = { ...inProject(project), query: { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) } };
      const page = await ask(
        `listing branches of project ${project}`,
        api.GET('/projects/{project_id}/branches', { params }),
      );
      branches.push(
        ...page.branches.map(({ id, name, default: isDefault, protected: isProtected }) => ({
          id,
          name,
          default: isDefault,
          protected: isProtected,
        })),
      );
      cursor = page.branches.length === 0 ? undefined : page.pagination?.next;
      if (cursor === undefined) return branches;
    }
  }

  async function resolveBranch(project: string, wanted: string | null): Promise<NeonBranch> {
    const branches = await listBranches(project);
    const found =
      wanted === null
        ? branches.find((branch) => branch.default)
        : (branches.find((branch) => branch.id === wanted) ?? branches.find((branch) => branch.name === wanted));
    if (found !== undefined) return found;
    const some = branches.slice(0, 5).map((branch) => branch.name);
    throw systemError(
      'NotFound',
      'neon',
      `project ${project} has no ${wanted === null ? 'default branch' : `branch ${wanted}`}`,
      {
        hint: `its branches are ${some.join(', ')}${branches.length > some.length ? ', …' : ''}`,
      },
    );
  }

  async function listDatabases(project: string, branchId: string): Promise<NeonDatabase[]> {
    const call = api.GET('/projects/{project_id}/branches/{branch_id}/databases', {
      params: inBranch(project, branchId),
    });
    const { databases } = await ask(`listing databases of branch ${branchId}`, call);
    return databases.map(({ name, owner_name: owner }) => ({ name, owner }));
  }

  async function databaseOwner(project: string, branchId: string, database: string): Promise<string> {
    const databases = await listDatabases(project, branchId);
    const found = databases.find((one) => one.name === database);
    if (found !== undefined) return found.owner;
    throw systemError('NotFound', 'neon', `branch ${branchId} of project ${project} has no database ${database}`, {
      hint: `its databases are ${databases.map((one) => one.name).join(', ')}`,
    });
  }

  async function readWriteEndpoint(project: string, branchId: string): Promise<{ id: string; host: string }> {
    const call = api.GET('/projects/{project_id}/branches/{branch_id}/endpoints', {
      params: inBranch(project, branchId),
    });
    const { endpoints } = await ask(`listing endpoints of branch ${branchId}`, call);
    const found = endpoints.find((endpoint) => endpoint.type === 'read_write');
    if (found !== undefined) return { id: found.id, host: found.host };
    throw systemError('NotFound', 'neon', `branch ${branchId} of project ${project} has no read-write endpoint`, {
      hint: 'add a primary compute to the branch: replicas cannot publish',
    });
  }

  async function listComputes(project: string): Promise<NeonCompute[]> {
    const call = api.GET('/projects/{project_id}/endpoints', { params: inProject(project) });
    const { endpoints } = await ask(`listing endpoints of project ${project}`, call);
    return endpoints.map(({ host, branch_id: branchId, type, disabled }) => ({
      ...{ host, branchId, disabled },
      writes: type === 'read_write',
    }));
  }

  async function roleNames(project: string, branchId: string): Promise<string[]> {
    const call = api.GET('/projects/{project_id}/branches/{branch_id}/roles', { params: inBranch(project, branchId) });
    return (await ask(`listing roles of branch ${branchId}`, call)).roles.map((role) => role.name);
  }

  async function openOperations(project: string): Promise<NeonOperation[]> {
    const params = { ...inProject(project), query: { limit: PAGE } };
    const call = api.GET('/projects/{project_id}/operations', { params });
    const { operations } = await ask(`listing operations of project ${project}`, call);
    // A failed one of last week is not under way.
    return operations.map(operation).filter((one) => isOpen(one) && one.status !== 'failed');
  }

  return {
    ...{ getProject, listProjects, listBranches, resolveBranch, listDatabases, databaseOwner },
    ...{ readWriteEndpoint, listComputes, roleNames, openOperations },
  };
}
