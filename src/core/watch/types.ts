/** What the watch reads, says and remembers. */
import type { Definition } from '../plan/definition';
import type { SecretRef } from '../spec/types';
import type { Verified } from '../verify/types';
import type { Unreplayed } from './readings/standby';
import type { KeptReading, RefusedIn } from './readings/types';

export type * from './readings/types';
export type { StandbyReading } from './readings/standby';

export const VERDICTS = ['healthy', 'snapshotting', 'changing', 'lagging', 'stuck', 'broken', 'unknown'] as const;
export type VerdictName = (typeof VERDICTS)[number];
export type Severity = 'ok' | 'warn' | 'critical' | 'terminal';

/** One rule of the table that fired. */
export interface Symptom {
  /** Rule id: `slot-lost`, `freshness` …; `n2m explain` knows it. */
  rule: string;
  severity: Exclude<Severity, 'ok'>;
  /** Null for the whole pipeline. */
  table: string | null;
  /** One sentence with numbers. */
  cause: string;
  next: string;
}

export interface Verdict {
  name: VerdictName;
  severity: Severity;
  cause: string;
  next: string;
  symptoms: Symptom[];
  /** Rules that could not be judged this time (side not readable, change under way): neither fired nor calm. */
  notJudged: string[];
}

/** The last value of an LSN, since when it stands there, and where the server's WAL was at that moment. */
export interface LsnAnchor {
  value: string;
  current: string;
  at: string;
}

/** What one check hands to the next: bounded, whatever happens. */
export interface WatchMemory {
  version: 1;
  lastCheckAt: string;
  /** Events of Materialize's history up to here were seen; absent in states of before it was kept. */
  eventsSeenTo?: string;
  /** When each condition began: rule (and table) to ISO time. */
  since: Record<string, string>;
  /** Consecutive checks for which a condition held. */
  streaks: Record<string, number>;
  /** The slot all of this is about; another name (after a repair) starts afresh. */
  slot: string | null;
  slotSeen: boolean;
  restartLsn: LsnAnchor | null;
  confirmedLsn: LsnAnchor | null;
  /** The server that the copy is of; absent in states of before it was kept. */
  server?: { history: string | null; flushedLsn: string | null; at: string } | null;
  /** Of a standby: where its primary was at the earliest check whose WAL it has not replayed; absent where a primary is read. */
  unreplayed?: Unreplayed;
  /** When the slot was last known to be consumed; absent in states of before it was kept. */
  consumedAt?: string | null;
  /** Tables by id of which the last read failed, with its words; bounded. */
  unreadable?: { id: string; error: string }[];
  /** More of them than are kept with their words: one of the words of each kind, without values, and the ids. */
  unreadableMore?: { error: string; ids: string }[];
  /** Columns of values that Materialize cannot hold, so that they are looked for once; bounded. */
  refusedIn?: RefusedIn[];
  /** Where the next check goes on reading, a table id. */
  readTo?: string;
  /** Partitioned tables that are replicated as one; absent where there are none. */
  partitions?: PartitionMemory;
  /** Columns that came upstream, where the file lets the watch bring them; absent where none did. */
  follow?: FollowMemory;
  /** What cannot get well by itself: rule, or rule and object id, with its sentence. Never cleared by a calm reading. */
  latched: { key: string; symptom: Symptom }[];
  /** More tables than are kept with their sentences; absent where there are none. */
  latchedMore?: LatchedMore[];
  alerts: AlertMemory[];
  /** What comparisons found; absent where nobody asks for them. */
  verified?: Verified | null;
  /** Alerts that one sink took and another did not: tried again there at every check. Bounded. */
  undelivered?: { sink: SecretRef; alert: Alert }[];
}

/** How far the watch is with columns that came upstream; see readings/follow.ts. */
export interface FollowMemory {
  /**
   * `due`: this check looks whether it may begin a run. `waits`: something else is the matter. `declined`: it may not, and looks
   * again later. `failed`: not tried again. `brought`: kept for a while, for people.
   */
  state: 'due' | 'waits' | 'declined' | 'started' | 'failed' | 'brought';
  /** Tables that lacked them, packed by readings/id-runs.ts. */
  ids: string;
  at: string;
  /** `public.orders.note`; absent until a plan named them. */
  columns?: string;
  /** Why it waits, was declined or failed. */
  why?: string;
  /** The first execution of the run that was begun. */
  run?: string;
  /** Copied; null where nobody counted. */
  rows?: number | null;
}

/** What partitions were like at the check before; see partitions.ts. */
export interface PartitionMemory {
  /** Transactions upstream from here on were not all over. */
  xid: string;
  parents: {
    /** Upstream. */
    oid: number;
    /** Of the copy. */
    id: string;
    /** A fingerprint of its partitions. */
    leaves: string;
    /** Above zero while rows of no partition are still to be looked for, once the copy is as far as `lsn`. */
    due: number;
    lsn: string;
  }[];
}

/** Latched tables of one rule that are counted: `ids` as packed by readings/id-runs.ts, `cause` of one of them. */
export interface LatchedMore extends Pick<Symptom, 'rule' | 'severity' | 'cause' | 'next'> {
  count: number;
  ids: string;
}

/** What was told, per rule and table. */
export interface AlertMemory {
  key: string;
  severity: Exclude<Severity, 'ok'>;
  /** The highest severity that was delivered; null until a delivery succeeded. */
  told: Exclude<Severity, 'ok'> | null;
  /** As it was last seen, so that it can be told although it is over or cannot be seen any more. */
  cause: string;
  next: string;
  openedAt: string;
  /** Null until a delivery succeeded. */
  deliveredAt: string | null;
  /** Consecutive checks that did not see it; from two on it is over. */
  calmChecks: number;
}

export interface Alert {
  pipeline: string;
  kind: 'raised' | 'escalated' | 'repeated' | 'recovered' | 'followed';
  severity: Severity;
  verdict: VerdictName;
  cause: string;
  next: string;
  at: string;
  /** What this alert tells: new, worse or due again; for a recovery, what is over. */
  symptoms: Symptom[];
  /** Symptoms that were told before and are still there. */
  alsoOpen: number;
}

/** The result of a check workflow; the schedule hands it to the next one as lastResult. */
export interface CheckResult {
  pipeline: string;
  checkedAt: string;
  verdict: Verdict;
  reading: KeptReading;
  alertsSent: Alert[];
  alertsFailed: number;
  memory: WatchMemory;
  /** Of a look by hand: what a run dropped and is not there; absent where nobody looked, or it could not be told. */
  owed?: Definition[];
}
