/** Progress of the first copy, as heartbeats, the run's query and the CLI carry it. Small on purpose. */
export interface TableProgress {
  /** Name in Materialize. */
  table: string;
  upstream: { schema: string; name: string };
  /** Rows copied so far, from upstream's pg_stat_progress_copy; never falls within one attempt. */
  rowsCopied: number;
  /** Planner estimate or the previous count; null when unknown. */
  rowsExpected: number | null;
  state: 'waiting' | 'copying' | 'copied' | 'committed' | 'failed';
  error: string | null;
}

/** Why nothing moves, when a cause is seen. */
export interface Blocker {
  kind: 'session' | 'prepared';
  pid: number | null;
  gid: string | null;
  user: string;
  application: string;
  ageSeconds: number;
  /** What ends it: `SELECT pg_terminate_backend(123);`. */
  remedy: string;
}

export interface SnapshotProgress {
  startedAt: string;
  observedAt: string;
  /** A replica replaced in the middle starts the copy over; counted here. */
  restarts: number;
  tables: TableProgress[];
  rowsPerSecond: number | null;
  etaSeconds: number | null;
  sourceStatus: string;
  sourceError: string | null;
  /** When anything last moved on either side. */
  lastMovementAt: string;
  stuck: { since: string; cause: string; blockers: Blocker[] } | null;
}

/** Why one stint of the wait returned. */
export type StintEnd = 'committed' | 'milestone' | 'stuck' | 'unstuck' | 'stalled' | 'time';

export interface SnapshotStint {
  end: StintEnd;
  progress: SnapshotProgress;
}
