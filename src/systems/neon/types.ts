import type { NeonFacts } from '../../core/plan/facts';
import type { Traced } from '../../core/telemetry/call';

export interface NeonOptions {
  /** From the worker's environment, never from a file. */
  baseUrl: string;
  apiKey: string;
  /** Of one HTTP request, milliseconds. */
  requestTimeoutMs?: number;
  /** How long what is safe to repeat is repeated, milliseconds. */
  retryBudgetMs?: number;
  fetch?: typeof globalThis.fetch;
  now?: () => number;
  sleep?: (ms: number) => Promise<void>;
  random?: () => number;
  signal?: AbortSignal;
  /** Asked right before each request that may change something; what it throws keeps it from being sent. */
  beforeChange?: () => Promise<void>;
  /** Gives each request a span of its own. */
  traced?: Traced;
  /** Takes note of passwords the API handed out, so that they are scrubbed. */
  remember?: (secret: string) => void;
}

export interface NeonBranch {
  id: string;
  name: string;
  default: boolean;
  protected: boolean;
}

export interface NeonProject {
  id: string;
  name: string;
  /** Where the key is a person's: whose it is, by name. */
  organization: string | null;
}

export interface NeonDatabase {
  name: string;
  /** The role that owns it. */
  owner: string;
}

/** What runs a branch; only one that writes can publish. */
export interface NeonCompute {
  host: string;
  branchId: string;
  writes: boolean;
  disabled: boolean;
}

export interface NeonOperation {
  id: string;
  action: string;
  status: string;
}

export interface NeonRole {
  name: string;
}

/** Where a database is reached: the direct host, never the pooled one. */
export interface NeonConnection {
  url: string;
  host: string;
  port: number;
}

/** The Neon calls this tool makes. Every failure is a SystemError; a lost answer of a change is Timeout or Unreachable. */
export interface NeonClient {
  /** What the key may see; with a person's key that of each organization the person belongs to. */
  listProjects(): Promise<NeonProject[]>;
  listBranches(project: string): Promise<NeonBranch[]>;
  listDatabases(project: string, branchId: string): Promise<NeonDatabase[]>;
  /** Of every branch of the project. */
  listComputes(project: string): Promise<NeonCompute[]>;
  /** Id of the branch of that name or id; null: the project's default branch. */
  resolveBranch(project: string, branch: string | null): Promise<NeonBranch>;
  readFacts(input: { project: string; branch: string | null; database: string }): Promise<NeonFacts>;
  databaseOwner(project: string, branchId: string, database: string): Promise<string>;
  /** Irreversible, restarts computes. Answers with the operations to wait for; none when it was on already. */
  enableLogicalReplication(project: string): Promise<NeonOperation[]>;
  findRole(project: string, branchId: string, role: string): Promise<NeonRole | null>;
  createRole(
    project: string,
    branchId: string,
    role: string,
  ): Promise<{ password: string | null; operations: NeonOperation[] }>;
  resetPassword(
    project: string,
    branchId: string,
    role: string,
  ): Promise<{ password: string | null; operations: NeonOperation[] }>;
  /** Null when the project does not store passwords: only a reset gives one then. */
  revealPassword(project: string, branchId: string, role: string): Promise<string | null>;
  connectionUri(input: {
    project: string;
    branchId: string;
    endpointId?: string;
    database: string;
    role: string;
  }): Promise<NeonConnection>;
  /** Adds entries to a list that is in use; answers with what was added. Nothing when the list is empty. */
  addAllowedIps(project: string, cidrs: readonly string[]): Promise<string[]>;
  /** Takes back exactly these entries. */
  removeAllowedIps(project: string, entries: readonly string[]): Promise<void>;
  /** What runs on the project right now, whoever asked for it. */
  openOperations(project: string): Promise<NeonOperation[]>;
  deleteRole(project: string, branchId: string, role: string): Promise<NeonOperation[]>;
  /** Ends when every operation finished; OperationFailed when one did not, Timeout past the deadline. */
  waitForOperations(
    project: string,
    operations: readonly NeonOperation[],
    options: { deadlineMs: number; onPoll?: (open: NeonOperation[]) => void },
  ): Promise<void>;
}
