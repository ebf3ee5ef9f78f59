/** Search attributes the product sets; all of type Keyword. */
export const searchAttributes = ['N2mPipeline', 'N2mState', 'N2mVerdict'] as const;

export interface TemporalOptions {
  /** Keeps the server's state; without it a temporary file that `stop` removes. Implies a server of one's own. */
  dbFile?: string;
  /** gRPC port; a free one by default. Implies a server of one's own. */
  port?: number;
  /** Port of the web UI; a free one by default. */
  uiPort?: number;
  namespace?: string;
  /** Names of Keyword search attributes to register; those of the product by default. */
  searchAttributes?: readonly string[];
  /** Settings of the server besides those that make it fast. Implies a server of one's own. */
  dynamicConfig?: Readonly<Record<string, number | boolean | string>>;
  /** Whether a server named by TEMPORAL_ADDRESS is used instead of starting one; true by default. */
  useExisting?: boolean;
  /** Ends a download, a build or the wait for a server that already runs early. */
  signal?: AbortSignal;
  log?: (line: string) => void;
  env?: NodeJS.ProcessEnv;
}

export interface TemporalServer {
  /** host:port of the gRPC frontend. */
  readonly address: string;
  readonly namespace: string;
  /** URL of the web UI; empty where it is not known. */
  readonly ui: string;
  /** Of the running server; undefined while it is down and for one we did not start. */
  readonly pid: number | undefined;
  /** Ends the server and removes its temporary file. A server that ran before is left alone. */
  stop(): Promise<void>;
  /** Ends it as a crash would, keeping its file: `restart` goes on from there. */
  kill(): Promise<void>;
  /** Stops the server if it runs and starts it again on the same ports and file; returns when it answers. */
  restart(): Promise<void>;
}
