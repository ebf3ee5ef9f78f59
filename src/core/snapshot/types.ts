/** Progress of the first copy, and what it is made from. */

/** Progress of the first copy, as heartbeats, the run's query and the CLI carry it. Small on purpose. */
export interface TableProgress {
  /** Name in Materialize. */
  table: string;
  upstream: { schema: string; name: string };
  /** Rows copied so far, from upstream's pg_stat_progress_copy; never falls within one attempt. */
  rowsCopied: number;
  /** Planner estimate or the previous count; null when unknown. */
  rowsExpected: number | null;
  /** Rows of copies that ended, and the copies that run: a table may be copied in several ranges at once. */
  rowsEnded: number;
  running: { pid: number; rows: number }[];
  /** What a live replica's statistics said; they are late, and fall to zero with a new replica. */
  rowsStaged: number;
  state: TableState;
  error: string | null;
}

export type TableState = 'waiting' | 'copying' | 'copied' | 'committed' | 'failed';

/** All tables of a copy, where only the first of them are named. */
export interface AllTables {
  count: number;
  /** How many stand where. */
  states: Partial<Record<TableState, number>>;
  rowsCopied: number;
  /** Null where that of one is unknown. */
  rowsExpected: number | null;
  /** What is done, 0 to 1. */
  share: number;
  /** Which are committed for good, in the plan's order: a bit each. */
  committed: string;
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
  /** Every table; with `all` only the first of interest. */
  tables: TableProgress[];
  all?: AllTables;
  /** Put together from `all`: what a first look finds otherwise is no movement. */
  partial?: true;
  /** Smoothed over about a minute. */
  rowsPerSecond: number | null;
  etaSeconds: number | null;
  sourceStatus: string;
  sourceError: string | null;
  /** Looks that saw the source stalled, minus looks that did not (it flaps), from 0 to `STALLED_LOOKS`. */
  stalledLooks: number;
  /** The temporary slot of this attempt and the replicas it runs on: another of either is a new attempt. */
  attempt: { slots: string[]; replicas: string[] };
  /** Sum of the statistics' counters, to see movement where upstream shows none. */
  counters: number;
  /** When anything last moved on either side. */
  lastMovementAt: string;
  stuck: { since: string; cause: string; blockers: Blocker[] } | null;
}

/**
 * One look at both sides. A side that could not be read is null as a whole: nothing is concluded from it, neither
 * movement nor standstill.
 */
export interface SnapshotLook {
  target: {
    source: { status: string; error: string | null };
    /** Ids of the cluster's live replicas. */
    replicas: string[];
    tables: TableLook[];
  } | null;
  upstream: {
    /** Rows of pg_stat_progress_copy on tables of this pipeline. */
    copies: { schema: string; name: string; pid: number; rows: number }[];
    /** Names of the temporary `mzsnapshot_…` slots. */
    snapshotSlots: string[];
    blockers: Blocker[];
  } | null;
}

/** One expected table as Materialize shows it. */
export interface TableLook {
  /** Name in Materialize. */
  table: string;
  upstream: { schema: string; name: string };
  rowsExpected: number | null;
  /** `created` when there is no row yet. */
  status: string;
  error: string | null;
  /** The write frontier has left zero; null when there is no row. */
  frontierMoved: boolean | null;
  /** Of live replicas only; null while there is no row. */
  statistics: { committed: boolean; recordsKnown: number; recordsStaged: number } | null;
}

/** Why one attempt window of the wait ended. */
export type WindowEnd = 'committed' | 'milestone' | 'stuck' | 'unstuck' | 'stalled' | 'time';

export interface AttemptWindow {
  end: WindowEnd;
  progress: SnapshotProgress;
}
