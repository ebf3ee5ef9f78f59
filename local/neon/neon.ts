import type { PostgresVersion } from '../postgres/binaries';
import type { PostgresServer } from '../postgres/server';
import { Faults } from './api/faults';
import { serveApi } from './api/http';
import { Operations } from './api/operations';
import { planBranch } from './api/new-branch';
import { isServed, newApiKey, newBranch, newEndpoint, newId, newProject, newRole, newSettings } from './api/state';
import type { BranchState, ProjectState, ServedBranch } from './api/state';
import { databasesOf } from './api/sync';
import type { Operation, ProjectSettings } from './api/types';
import { generatePassword, startCompute, type Compute } from './compute';

export interface NeonOptions {
  /** The API's port; a free one when absent. */
  port?: number;
  postgresPort?: number;
  /** Major version of the Postgres; the newest where none is named. */
  postgresVersion?: PostgresVersion;
  /** The first database's name. */
  database?: string;
  /** Rows in the sample's `orders`; 0 leaves the database empty. */
  sampleOrders?: number;
  /** How long one operation takes, in milliseconds. */
  operationMs?: number;
  storePasswords?: boolean;
  /** The API key is that of a person who belongs to these; the project is of the first. */
  organizations?: { id: string; name: string }[];
  /** The default branch is protected. */
  protected?: boolean;
  /** Starts with logical replication on. */
  logicalReplication?: boolean;
  /** More branches: children of the default one, each with a compute of its own. */
  branches?: { name: string; protected?: boolean }[];
  /** Postgres parameters, added to what Neon sets. */
  postgresSettings?: Record<string, string>;
  log?: (line: string) => void;
}

/** Neon on this machine: one project with a default branch, its Postgres, and the API in front. */
export interface Neon {
  /** e.g. `http://127.0.0.1:20123/api/v2`. */
  readonly api: string;
  readonly faultsUrl: string;
  readonly apiKey: string;
  readonly project: string;
  /** The default branch's id and name. */
  readonly branch: string;
  readonly branchName: string;
  readonly endpoint: string;
  readonly database: string;
  readonly owner: string;
  readonly postgres: PostgresServer;
  /** The authority to trust when connecting to the Postgres. */
  readonly caPem: string;
  readonly faults: Faults;
  /** As GET shows them now. */
  settings(): ProjectSettings;
  /** Changes settings behind everybody's back, as another user of the project would. */
  changeSettings(change: ProjectSettings): void;
  /** Newest first. */
  operations(): Operation[];
  /** The Postgres of a branch, by name or id. */
  postgresOf(branch: string): PostgresServer;
  /** Resolves when no operation runs. */
  idle(): Promise<void>;
  /** Direct URL of the database as its owner, with the password the project stores (else the first one). */
  ownerUrl(): string;
  stop(): Promise<void>;
}

const OWNER = 'neondb_owner';

function describe(options: NeonOptions, compute: Compute, password: string, version: number, faults: Faults) {
  const storePasswords = options.storePasswords ?? true;
  const project = newProject({ id: newId(), pgVersion: version, storePasswords, plan: 'scale_v3' });
  const branch = newBranch(project.id, { name: 'main', default: true, protected: options.protected });
  const main: ServedBranch = {
    branch,
    endpoint: newEndpoint(project.id, branch.id, compute.postgres.host, 'active'),
    port: compute.postgres.port,
    roles: new Map([[OWNER, { role: newRole(branch.id, OWNER, true), password: storePasswords ? password : null }]]),
    databases: [],
    compute,
  };
  const state: ProjectState = {
    project,
    settings: { ...newSettings(), enable_logical_replication: options.logicalReplication ?? false },
    branches: [main],
    organizations: options.organizations ?? [],
    operations: new Operations(project.id, options.operationMs ?? 300, faults),
    computes: { version: options.postgresVersion, settings: options.postgresSettings, log: options.log },
  };
  return { state, main };
}

/** Starts the Postgres and the API of a fresh project. `stop` ends both. */
export async function startNeon(options: NeonOptions = {}): Promise<Neon> {
  const database = options.database ?? 'shop';
  const password = generatePassword();
  const compute = await startCompute({
    version: options.postgresVersion,
    port: options.postgresPort,
    database,
    owner: OWNER,
    ownerPassword: password,
    sampleOrders: options.sampleOrders ?? 200_000,
    settings: { ...options.postgresSettings, ...(options.logicalReplication ? { wal_level: 'logical' } : {}) },
    log: options.log,
  });
  const { postgres } = compute;
  const apiKey = newApiKey();
  const faults = new Faults();
  const computes = (branches: BranchState[]) => branches.filter(isServed).map((branch) => branch.compute);
  let known: ProjectState | null = null;
  try {
    const { state, main } = describe(options, compute, password, await compute.majorVersion(), faults);
    known = state;
    await databasesOf(main);
    const branchOff = async (wanted: Parameters<typeof planBranch>[2]): Promise<BranchState> => {
      const { child, steps } = await planBranch(state, main, wanted);
      for (const { work } of steps) await work();
      state.branches.push(child);
      return child;
    };
    for (const wanted of options.branches ?? []) await branchOff({ ...wanted, endpoint: true });
    const server = await serveApi({ state, apiKey, faults, port: options.port ?? 0 });
    const urlOf = ({ roles, port }: BranchState): string =>
      `postgresql://${OWNER}:${roles.get(OWNER)?.password ?? password}@127.0.0.1:${port}/${database}?sslmode=require`;
    return {
      api: `${server.origin}/api/v2`,
      faultsUrl: `${server.origin}/_faults`,
      apiKey,
      project: state.project.id,
      branch: main.branch.id,
      branchName: main.branch.name,
      endpoint: main.endpoint.id,
      database,
      owner: OWNER,
      postgres,
      caPem: postgres.caPem ?? '',
      faults,
      settings: () => structuredClone(state.settings),
      changeSettings: (change) => void (state.settings = { ...state.settings, ...change }),
      operations: () => structuredClone(state.operations.list()),
      idle: () => state.operations.idle(),
      ownerUrl: () => urlOf(main),
      postgresOf(name) {
        const found = state.branches.find(({ branch }) => branch.name === name || branch.id === name);
        if (!found?.compute) throw new Error(`no branch ${name} with a compute`);
        return found.compute.postgres;
      },
      async stop() {
        await server.stop();
        await state.operations.stop();
        await Promise.all(computes(state.branches).map((each) => each.stop()));
      },
    };
  } catch (error) {
    await Promise.all(computes(known?.branches ?? []).map((each) => each.stop()));
    await postgres.stop('immediate');
    throw error;
  }
}
