import { setTimeout as wait } from 'node:timers/promises';
import { missingEntries } from '../../core/ip';
import { poolerByName } from '../../core/objects/connection/poolers';
import { systemError } from '../errors';
import { parsePostgresUrl } from '../postgres-url';
import { ask, createApi, inBranch, inProject, ofRole, operation, type Answer, type Schemas } from './api';
import { createLooks, settingsOf } from './looks';
import { waitForOperations } from './operations';
import type { NeonClient, NeonOperation, NeonOptions, NeonRole } from './types';

/** How often a list that somebody else changed at the same moment is written again. */
const WRITES = 3;

/** A client of the Neon API v2, for the calls this tool makes. */
export function createNeon(options: NeonOptions): NeonClient {
  const api = createApi(options);
  const looks = createLooks(api);
  const { listProjects, listBranches, listDatabases, resolveBranch, databaseOwner } = looks;
  const { getProject, readWriteEndpoint, listComputes, roleNames, openOperations } = looks;
  const now = options.now ?? Date.now;
  const sleep = options.sleep ?? ((ms: number) => wait(ms, undefined, { signal: options.signal }));
  const remember = options.remember ?? (() => undefined);

  async function changeSettings(
    project: string,
    what: string,
    settings: Schemas['ProjectSettingsData'],
  ): Promise<NeonOperation[]> {
    const call = api.PATCH('/projects/{project_id}', { params: inProject(project), body: { project: { settings } } });
    return (await ask(what, call)).operations.map(operation);
  }

  function withPassword(answer: { role: Schemas['Role']; operations: Schemas['Operation'][] }) {
    const password = answer.role.password ?? null;
    if (password !== null) remember(password);
    return { password, operations: answer.operations.map(operation) };
  }

  async function allowedIps(project: string): Promise<{ ips: string[]; protectedOnly: boolean }> {
    const allowed = settingsOf(await getProject(project)).allowed_ips;
    return { ips: allowed?.ips ?? [], protectedOnly: allowed?.protected_branches_only ?? false };
  }

  /** Writes the list that `change` makes of the current one until it reads back so; null: nothing to write. */
  async function writeAllowedIps(project: string, change: (ips: string[]) => string[] | null): Promise<void> {
    for (let attempt = 0; attempt < WRITES; attempt += 1) {
      const { ips, protectedOnly } = await allowedIps(project);
      const wanted = change(ips);
      if (wanted === null) return;
      // The API replaces the whole list and knows no versions: both keys are sent, and the result is read again.
      const settings = { allowed_ips: { ips: wanted, protected_branches_only: protectedOnly } };
      const operations = await changeSettings(project, `changing the IP allow list of project ${project}`, settings);
      await self.waitForOperations(project, operations, { deadlineMs: 120_000 });
    }
    if (change((await allowedIps(project)).ips) === null) return;
    throw systemError('Conflict', 'neon', `the IP allow list of project ${project} is being changed by somebody else`, {
      retryable: true,
    });
  }

  const self: NeonClient = {
    listProjects,
    listBranches,
    listDatabases,
    listComputes,
    resolveBranch,
    databaseOwner,
    openOperations,

    async readFacts({ project: id, branch: wanted, database }) {
      const project = await getProject(id);
      const branch = await resolveBranch(id, wanted);
      const endpoint = await readWriteEndpoint(id, branch.id);
      const ownerRole = await databaseOwner(id, branch.id, database);
      const settings = settingsOf(project);
      return {
        project: id,
        branchId: branch.id,
        branchName: branch.name,
        branchProtected: branch.protected,
        pgVersion: project.pg_version,
        logicalReplication: settings.enable_logical_replication ?? false,
        storesPasswords: project.store_passwords,
        allowedIps: settings.allowed_ips?.ips ?? [],
        allowedIpsProtectedBranchesOnly: settings.allowed_ips?.protected_branches_only ?? false,
        blocksPublicConnections: settings.block_public_connections ?? false,
        endpointId: endpoint.id,
        endpointHost: endpoint.host,
        ownerRole,
        roleNames: await roleNames(id, branch.id),
      };
    },

    async enableLogicalReplication(project) {
      const settings = settingsOf(await getProject(project));
      // On already, perhaps by a request whose answer was lost: its operations may still run.
      if (settings.enable_logical_replication === true) return openOperations(project);
      return changeSettings(project, `enabling logical replication of project ${project}`, {
        enable_logical_replication: true,
      });
    },

    async findRole(project, branchId, role): Promise<NeonRole | null> {
      const call = api.GET('/projects/{project_id}/branches/{branch_id}/roles/{role_name}', {
        params: ofRole(project, branchId, role),
      });
      const answer = await call;
      if (answer.response.status !== 404) {
        return { name: (await ask(`reading role ${role}`, Promise.resolve(answer))).role.name };
      }
      // 404 also hides what the key may not see: only a list without the role says that there is none.
      return (await roleNames(project, branchId)).includes(role) ? { name: role } : null;
    },

    async createRole(project, branchId, role) {
      const call = api.POST('/projects/{project_id}/branches/{branch_id}/roles', {
        params: inBranch(project, branchId),
        body: { role: { name: role } },
      });
      return withPassword(await ask(`creating role ${role}`, call));
    },

    async resetPassword(project, branchId, role) {
      const call = api.POST('/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reset_password', {
        params: ofRole(project, branchId, role),
      });
      return withPassword(await ask(`resetting the password of role ${role}`, call));
    },

    async revealPassword(project, branchId, role) {
      const call = api.GET('/projects/{project_id}/branches/{branch_id}/roles/{role_name}/reveal_password', {
        params: ofRole(project, branchId, role),
      });
      const answer = (await call) as Answer<Schemas['RolePasswordResponse']>;
      if (answer.response.status === 412) return null;
      const { password } = await ask(`reading the password of role ${role}`, Promise.resolve(answer));
      remember(password);
      return password;
    },

    async connectionUri({ project, branchId, endpointId, database, role }) {
      const query = {
        ...{ branch_id: branchId, database_name: database, role_name: role, pooled: false },
        ...(endpointId === undefined ? {} : { endpoint_id: endpointId }),
      };
      const call = api.GET('/projects/{project_id}/connection_uri', { params: { ...inProject(project), query } });
      const { uri } = await ask(`reading the connection URI of database ${database} as ${role}`, call);
      remember(uri);
      const { host, port, password } = parsePostgresUrl(uri, 'neon');
      if (poolerByName(host, port) !== null) {
        throw systemError(
          'PreconditionFailed',
          'neon',
          `Neon answered with the pooled host ${host}, through which replication cannot go`,
        );
      }
      if (password === null) {
        throw systemError('PreconditionFailed', 'neon', `Neon does not hand out the password of role ${role}`, {
          hint: 'password storage is off in this project: use `source.kind: postgres` with a URL of your own',
        });
      }
      return { url: uri, host, port };
    },

    async addAllowedIps(project, cidrs) {
      const added = new Set<string>();
      await writeAllowedIps(project, (ips) => {
        // An empty list allows everybody; adding to it would lock out everybody else.
        const missing = ips.length === 0 ? [] : missingEntries(ips, cidrs);
        missing.forEach((entry) => added.add(entry));
        return missing.length === 0 ? null : [...ips, ...missing];
      });
      return [...added];
    },

    async removeAllowedIps(project, entries) {
      await writeAllowedIps(project, (ips) => {
        const kept = ips.filter((entry) => !entries.includes(entry));
        if (kept.length === ips.length) return null;
        if (kept.length > 0) return kept;
        throw systemError(
          'PreconditionFailed',
          'neon',
          `without ${entries.join(', ')} the IP allow list would be empty and allow everybody`,
          {
            hint: 'add the addresses that shall be allowed, or clear the list yourself',
          },
        );
      });
    },

    async deleteRole(project, branchId, role) {
      const call = api.DELETE('/projects/{project_id}/branches/{branch_id}/roles/{role_name}', {
        params: ofRole(project, branchId, role),
      });
      const answer = await call;
      if (answer.response.status === 204) return [];
      return (await ask(`deleting role ${role}`, Promise.resolve(answer))).operations.map(operation);
    },

    async waitForOperations(project, operations, { deadlineMs, onPoll }) {
      const look = async (id: string) => {
        const params = { path: { project_id: project, operation_id: id } };
        const call = api.GET('/projects/{project_id}/operations/{operation_id}', { params });
        return (await ask(`reading operation ${id}`, call)).operation;
      };
      await waitForOperations(operations, look, { deadlineMs, onPoll, now, sleep });
    },
  };
  return self;
}
