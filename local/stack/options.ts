import type { MaterializeOptions, MaterializeServer } from '../materialize/standin';
import type { Neon, NeonOptions } from '../neon/neon';
import type { TemporalOptions, TemporalServer } from '../temporal/server';
import type { StackFile } from './files';
import type { ServerProcess } from './process';

export interface StackOptions {
  /** Where `stack.json`, `pipeline.yaml` and `env.sh` go; a temporary folder by default. One stack per folder. */
  dir?: string;
  /** A server that runs already and stays, or how to start one. */
  temporal?: TemporalServer | TemporalOptions;
  /** URL of a Materialize that runs already, or how to start the stand-in. */
  materialize?: string | MaterializeOptions;
  /** URL of a Postgres that runs already, to be used instead of Neon's stand-in. */
  postgres?: string;
  neon?: NeonOptions;
  /** Whether to start the built worker; true by default. */
  worker?: boolean;
  /** Whether the sample shop is kept changing. */
  traffic?: boolean;
  /** Rows of the sample's largest table; 200,000 by default. */
  rows?: number;
  /** More variables for clients and the worker, e.g. N2M_LOG_LEVEL. */
  env?: Record<string, string>;
  /** Ends the start early: what was started is stopped, and the start rejects. */
  signal?: AbortSignal;
  /** What happens, for people. */
  log?: (line: string) => void;
  /** What the worker prints. */
  workerLog?: (line: string) => void;
}

export interface Stack {
  readonly dir: string;
  /** What `stack.json` says. */
  readonly file: StackFile;
  readonly temporal: TemporalServer;
  /** Undefined where an existing Postgres is used. */
  readonly neon: Neon | undefined;
  /** Undefined where an existing Materialize is used. */
  readonly materialize: MaterializeServer | undefined;
  readonly worker: ServerProcess | undefined;
  /** Stops everything in reverse order and removes every file and folder; safe to call again. */
  stop(): Promise<void>;
}
