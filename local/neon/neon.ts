import type { PostgresServer } from '../postgres/server';
import { Faults } from './api/faults';
import { serveApi } from './api/http';
import { Operations } from './api/operations';
import { newApiKey, newBranch, newEndpoint, newId, newProject, newRole, newSettings } from './api/state';
import type { BranchState, ProjectState } from './api/state';
import { databasesOf } from './api/sync';
import type { Operation, ProjectSettings } from './api/types';
import { generatePassword, startCompute, type Compute } from './compute';

export interface NeonOptions {
  /** The API's port; a free one when absent. */
  port?: number;
  postgresPort?: number;
  /** The first database's name. */
  database?: string;
  /** Rows in the sample's `orders`; 0 leaves the database empty. */
  sampleOrders?: number;
  /** How long one operation takes, in milliseconds. */
  operationMs?: number;
  storePasswords?: boolean;
  /** The default branch is protected. */
  protected?: boolean;
  /** Starts with logical replication on. */
  logicalReplication?: boolean;
  /** More branches, children of the default one: they can be listed, but have no compute. */
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
  /** Resolves when no operation runs. */
  idle(): Promise<void>;
  /** Direct URL of the database as its owner, with the password the project stores (else the first one). */
  ownerUrl(): string;
  stop(): Promise<void>;
}

const OWNER = 'neondb_owner';

function describe(options: NeonOptions, compute: Compute, password: string, faults: Faults, version: number) {
  const storePasswords = options.storePasswords ?? true;
  const project = newProject({ id: newId(), pgVersion: version, storePasswords, plan: 'scale_v3' });
  const branchWith = (name: string, more: { parentId?: string; protected?: boolean }): BranchState => {
    const isDefault = more.parentId === undefined;
    const branch = newBranch(project.id, { name, default: isDefault, ...more });
    const host = isDefault ? compute.postgres.host : `${newId('ep-')}.us-east-2.aws.neon.tech`;
    return {
      branch,
      endpoint: newEndpoint(project.id, branch.id, host, isDefault),
      roles: new Map([[OWNER, { role: newRole(branch.id, OWNER, true), password: storePasswords ? password : null }]]),
      databases: [],
      compute: isDefault ? compute : null,
    };
  };
  const main = branchWith('main', { protected: options.protected });
  const others = (options.branches ?? []).map((branch) =>
    branchWith(branch.name, { parentId: main.branch.id, protected: branch.protected }),
  );
  const state: ProjectState = {
    project,
    settings: { ...newSettings(), enable_logical_replication: options.logicalReplication ?? false },
    branches: [main, ...others],
    operations: new Operations(project.id, options.operationMs ?? 300, faults),
  };
  return { state, main };
}

/** Starts the Postgres and the API of a fresh project. `stop` ends both. */
export async function startNeon(options: NeonOptions = {}): Promise<Neon> {
  const database = options.database ?? 'shop';
  const password = generatePassword();
  const walLevel: Record<string, string> = options.logicalReplication ? { wal_level: 'logical' } : {};
  const compute = await startCompute({
    port: options.postgresPort,
    database,
    owner: OWNER,
    ownerPassword: password,
    sampleOrders: options.sampleOrders ?? 200_000,
    settings: { ...options.postgresSettings, ...walLevel },
    log: options.log,
  });
  const { postgres } = compute;
  const apiKey = newApiKey();
  const faults = new Faults();
  try {
    const { state, main } = describe(options, compute, password, faults, await compute.majorVersion());
    const databases = await databasesOf(main);
    for (const other of state.branches) {
      other.databases = databases.map((each) => ({ ...each, branch_id: other.branch.id }));
    }
    const server = await serveApi({ state, apiKey, faults, port: options.port ?? 0 });
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
      ownerUrl: () =>
        `postgresql://${OWNER}:${main.roles.get(OWNER)?.password ?? password}@127.0.0.1:${postgres.port}/${database}?sslmode=require`,
      async stop() {
        await server.stop();
        await state.operations.stop();
        await compute.stop();
      },
    };
  } catch (error) {
    await postgres.stop('immediate');
    throw error;
  }
}
