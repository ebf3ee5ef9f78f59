/** What the watch reads of both sides, and what it keeps of it. */
import type { Verified } from '../../verify/types';
import type { StandbyReading } from './standby';
import type { FailureInfo } from '../../failures/types';
import type { Blocker } from '../../snapshot/types';
import type { RefusedColumns } from '../../objects/tables/columns/values';
import type { WritesProof } from '../../objects/replica-identity/harm/refused';

/** A value, or why it could not be read: unreachable, refused and timed out are data, never "absent". */
export type Reading<T> = { ok: true; value: T } | { ok: false; failure: FailureInfo };

export interface SlotReading {
  slot: string;
  /** False only when pg_replication_slots was read and has no such row. */
  exists: boolean;
  active: boolean;
  walStatus: string | null;
  restartLsn: string | null;
  confirmedFlushLsn: string | null;
  retainedBytes: string | null;
  unconfirmedBytes: string | null;
  safeWalSize: string | null;
  inactiveSince: string | null;
  invalidationReason: string | null;
}

export interface SourceReading {
  currentLsn: string;
  /** Absent in readings of before it was asked. */
  server?: ServerReading;
  maxSlotWalKeepSize: string | null;
  /** How long nobody may read a slot, from 18 on; null: no limit. Absent in readings of before it was asked. */
  idleSlotTimeoutMs?: number | null;
  slot: SlotReading;
  walSenders: { pid: number; state: string; application: string }[];
  /** Who holds locks that sessions of the replication role wait for. */
  blockers: Blocker[];
  /** The oldest transactions that have written, in any database: the server keeps a slot's WAL from their begin on. */
  writers: Blocker[];
  publication: PublicationReading;
  /** Of every replicated table that still exists; `missing` tables are not listed. */
  tables: {
    schema: string;
    name: string;
    replicaIdentity: string;
    /** Policies hide rows of it from the role; absent in readings of before it was asked. */
    rowSecurity?: boolean;
    /** How many columns a copy would have; absent in readings of before it was asked. */
    columns?: number;
    weak?: WeakPartitions;
  }[];
  /** Absent where no table is partitioned, and in readings of before it was asked. */
  partitions?: PartitionsReading;
  /** Of a standby that Materialize reads, and its primary; absent where it reads a primary. */
  pair?: StandbyReading;
  /** Whether the application may write to them and to what inherits from them; absent in readings of before it was asked. */
  writes?: WritesProof;
}

/** Partitions of a table that log no whole old rows: how many, and one of them, of those with rows if there are such. */
export interface WeakPartitions {
  count: number;
  first: { schema: string; name: string };
  filled: boolean;
}

/** The partitioned tables that are replicated as one. */
export interface PartitionsReading {
  /** Transactions from here on were not all over, as a number that never falls. */
  xid: string;
  lsn: string;
  parents: {
    oid: number;
    schema: string;
    name: string;
    /** Changes when a partition comes or goes, and when its rows are put elsewhere. */
    leaves: string;
    /** Partitions that came since the check before with rows that were never sent. */
    cameFilled: { schema: string; name: string }[];
    /** Where the copy is to be looked at: what its partitions with rows may hold; null: anything. */
    filled?: string[] | null;
  }[];
}

/** Whether a copy has a row that belongs to no partition; null: nobody can tell; `late`: no answer in time. */
export interface Leftover {
  id: string;
  oid: number;
  found: boolean | null | 'late';
}

export interface PublicationReading {
  exists: boolean;
  tables: { schema: string; name: string }[];
  /** Operations it does not publish; absent, as `narrowed`, in readings of before it was asked. */
  leavesOut?: string[];
  /** Replicated tables of which it does not publish all rows and columns. */
  narrowed?: { schema: string; name: string }[];
}

/** Which server answers, and how far its history goes. */
export interface ServerReading {
  /** It replays another server's WAL and feeds nobody. */
  standby: boolean;
  /** What stays the same as long as it is the same history: null where the server does not tell. */
  history: string | null;
  /** WAL that no crash takes back; null where that is not known, as on Neon and on a standby. */
  flushedLsn: string | null;
}

export interface TargetTableReading {
  /** Object id: changes when the table is dropped and added again, which is what ends a table's permanent error. */
  id: string;
  /** Name in Materialize, as qualified in the target schema. */
  table: string;
  upstream: { schema: string; name: string };
  status: string;
  error: string | null;
  committed: boolean | null;
  /** Milliseconds behind now, from the write frontier; null before the commit. */
  freshnessMs: number | null;
  /** How many columns it has; absent in readings of before it was asked. */
  columns?: number;
  /** What a read of one row said; absent where none was made, or none answered. */
  read?: ReadProof;
}

/** A reader can read the table, or the server's words why not. */
export type ReadProof = { ok: true } | { ok: false; error: string };

export interface TargetReading {
  source: {
    exists: boolean;
    id: string | null;
    slot: string | null;
    status: string;
    error: string | null;
    stalledSince: { at: string; error: string }[];
  };
  tables: TargetTableReading[];
  /** Id of the table that was read last in turn; absent where none was. */
  readTo?: string;
  offsetKnown: string | null;
  offsetCommitted: string | null;
  cluster: {
    exists: boolean;
    name: string;
    size: string | null;
    replicationFactor: number;
    replicas: { id: string; name: string; size: string; status: string; reason: string | null; since: string | null }[];
    memory: number | null;
    disk: number | null;
  };
}

/** One look at both sides, each with its own deadline. */
export interface PipelineReading {
  takenAt: string;
  durationMs: number;
  source: Reading<SourceReading>;
  target: Reading<TargetReading>;
  /** A run (apply, repair, rotate, destroy) holds the pipeline's lock. */
  changeUnderWay: string | null;
  /** Asked only when a check is late: a pause is no lateness. */
  watch: WatchSwitch | null;
  /** Of copies of partitioned tables that were looked at. */
  leftovers?: Leftover[];
  /** Where values are that Materialize cannot hold; absent where none are. */
  refusedIn?: RefusedIn[];
  /** Absent where no table lacks any. */
  behind?: ColumnsBehind;
  /** How the run that the watch began ended; absent while it has not, and where it began none. */
  followed?: FollowedRun;
  /** What comparisons found; absent where nobody asks for them. */
  verified?: Verified | null;
}

/** What a look upstream said of the value that ends a table; null: it could not tell, and is not asked again for this value. */
export interface RefusedIn {
  /** Of the table in Materialize. */
  id: string;
  value: string;
  found: RefusedColumns | null;
}

/** Tables that lack columns which upstream has: how many, and the first few of them with the first few columns. */
export interface ColumnsBehind {
  count: number;
  /** `columns` empty where nobody could say which. */
  first: { schema: string; name: string; columns: string[] }[];
}

/** `untouched`: it ended before it changed anything, as more was to do than the file lets it. */
export type FollowedRun = ({ ok: true } & Followed) | { ok: false; why: string; untouched: boolean };

/** Columns that a run brought, and how many rows it copied for them; null where nobody counted. */
export interface Followed {
  columns: string;
  rows: number | null;
}

/** What the schedule says of itself. */
export interface WatchSwitch {
  paused: boolean;
  /** Of who paused or resumed it last. */
  note: string | null;
  /** When an apply last changed it; null: never, or unknown. */
  changedAt: string | null;
}

/** Upstream as a check keeps it: tables are counted. */
export type KeptSource = Omit<SourceReading, 'publication' | 'tables' | 'writes' | 'partitions'> & {
  publication: Omit<PublicationReading, 'tables' | 'narrowed'> & { tables: number; narrowed: number };
  writes: { refused: number; untold: number };
};

/** Materialize as a check keeps it. */
export type KeptTarget = Omit<TargetReading, 'tables'> & { tables: KeptTables };

export interface KeptTables {
  count: number;
  /** How many say what: `{"running": 998, "stalled": 2}`. */
  statuses: Record<string, number>;
  committed: number;
  failing: number;
  /** Of the one that is furthest behind. */
  freshnessMs: number | null;
  /** Worst first: as many as were asked for. */
  named: TargetTableReading[];
}

/** Which tables a check names: those that are not well, those and the first others, or every one. */
export type TablesNamed = 'unwell' | 'first' | 'all';

/** What of a reading is kept, however many tables there are. */
export type KeptReading = Omit<PipelineReading, 'source' | 'target' | 'behind'> & {
  source: Reading<KeptSource>;
  target: Reading<KeptTarget>;
};
