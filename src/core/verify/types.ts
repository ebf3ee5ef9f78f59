import type { ItemName } from '../sql/items';
import type { TableName } from '../sql/upstream';
import type { Form } from './forms';

/** A column as it is compared. */
export interface ComparedColumn {
  name: string;
  form: Form;
}

/** One column of a key; `type` is the bare name of the type that its text is cast to. */
export interface KeyColumn {
  name: string;
  type: string;
}

/** One table on both sides. */
export interface ComparedTable {
  upstream: TableName;
  /** Its rows are in its partitions. */
  partitioned: boolean;
  /** It or a partition has an owner upstream who could not act as n2m's login. */
  foreign: boolean;
  target: ItemName;
  columns: ComparedColumn[];
  /** Finds one row on both sides, and both put it into the same order; null where there is none. */
  key: KeyColumn[] | null;
  /** Columns that name a row to a person, in whatever order the systems put them; empty where none does. */
  names: string[];
}

/** Key values as texts, in the order of the key's columns. */
export type KeyValues = string[];

/** Rows behind `after` up to and with `upTo`; null is where the table begins or ends. */
export interface KeyRange {
  after: KeyValues | null;
  upTo: KeyValues | null;
}

/** How many rows, and sums over their hashes: the same rows in whatever order have the same. */
export interface Digest {
  rows: string;
  high: string;
  low: string;
}

/** One column of a row that differs. Values are hashed unless they were asked for; null is NULL, or no row. */
export interface DifferentColumn {
  column: string;
  upstream: string | null;
  materialize: string | null;
}

/** One row that is not the same on both sides. */
export interface Difference {
  table: string;
  /** Null where nothing names the rows of the table. */
  key: Record<string, string> | null;
  /** Of the whole row, where nothing names it. */
  hash: string | null;
  what: 'missing' | 'extra' | 'changed';
  columns: DifferentColumn[];
}

/** Something that was not compared, by name, and why. */
export interface NotCompared {
  what: string;
  why: string;
}

/** What came of one table. */
export interface TableResult {
  table: string;
  how: 'key' | 'groups';
  /** Rows upstream that were compared. */
  rows: number;
  differing: number;
  /** Looking ended there: more may differ. */
  more: boolean;
  /** Rows that changed at every look, so that no moment compared them. */
  unsettled: number;
  /** Not all of it was read. */
  partial: boolean;
  differences: Difference[];
  notCompared: NotCompared[];
}

/** How much of the tables is read: all of it, or this share. */
export type Amount = 'full' | { sample: number };

/** Input of `verifyReplication`. */
export interface VerifyOptions {
  /** As upstream calls them, `schema.name`; all of the pipeline's when empty. */
  tables: string[];
  amount: Amount;
  /** Runs the queries in Materialize; the login's own when null. */
  cluster: string | null;
  showValues: boolean;
}

/** What `n2m verify` prints, and the schedule keeps. Bounded, however many tables there are. */
export interface VerifyResult {
  pipeline: string;
  verdict: 'equal' | 'differs' | 'incomplete';
  startedAt: string;
  seconds: number;
  amount: Amount;
  /** All tables of the pipeline were asked for. */
  whole: boolean;
  tables: number;
  rows: number;
  differing: number;
  more: boolean;
  unsettled: number;
  /** Tables with rows that differ, the first of them. */
  differingTables: { table: string; rows: number; more: boolean }[];
  differences: Difference[];
  notCompared: NotCompared[];
  /** How many there are; `notCompared` names the first of them. */
  notComparedCount: number;
  /** Tables that could not be read, or not to their end. */
  failedTables: number;
  /** Tables of which not every row was compared, the first of them; absent in results of older builds. */
  openTables?: string[];
  /** The copy that was compared, by its source's slot; absent in results of older builds. */
  slot?: string | null;
}

/** A comparison as the watch keeps it: no key and no value of a row is in it. */
export interface Comparison {
  /** When it began: which one it is. */
  at: string;
  /** About when it ended; absent in what older builds kept. */
  endedAt?: string;
  verdict: VerifyResult['verdict'];
  amount: Amount;
  /** Of all tables of the pipeline. */
  whole: boolean;
  sentence: string;
  /** The first tables that differ, with columns. */
  where: string[];
  /** All tables that differ, and all of which not every row was compared; null where they are too many to name. */
  tables?: { differ: string[] | null; open: string[] | null };
  /** The slot of the copy that was compared; absent in what older builds kept. */
  slot?: string | null;
}

/** What comparisons found, from check to check. */
export interface Verified {
  lookedAt: string;
  last: Comparison | null;
  /** The newest that found a difference, until one of all tables compared every row of those that differed and finds none. */
  differs: Comparison | null;
  /** The slot of the copy that `differs` is of. */
  slot: string | null;
  /** The last ones by when they began, so that none counts twice; absent in what older builds kept. */
  seen?: string[] | undefined;
  /** The newest of the schedule's that ended without having compared, until one has; absent in what older builds kept. */
  failed?: FailedComparison | null | undefined;
}

/** `at`: ISO time of its end. */
export interface FailedComparison {
  at: string;
  message: string;
}
