import type { Timeouts } from './objects/object';

/**
 * How long things may take, in one table: each wait inside an activity, and from them how long one attempt of the activity may
 * take, which is always longer. Milliseconds.
 */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Of one connection, statement or wait. What depends on the pipeline is in `WAITS`. */
export const DEADLINE = {
  /** Connecting wakes an idle Neon compute. */
  connect: 20 * SECOND,
  /** Catalog work. */
  statement: 30 * SECOND,
  /** Materialize asks upstream. */
  remote: 90 * SECOND,
  /** Neon suspends and starts every compute of the project: stuck, it is Neon's to mend; then until the compute says so. */
  enabling: 10 * MINUTE,
  enabled: 3 * MINUTE,
  /** Neon's operations for a role. */
  operations: 5 * MINUTE,
  /** Neon's operations after the IP Allow list was written, which is tried three times. */
  allowList: 2 * MINUTE,
  /** Replicas of another size, online: a resize in the background goes on without us, and the next attempt follows it further. */
  online: 10 * MINUTE,
  /** Of a step: tables that are never free keep what they have, and are reported. */
  identity: MINUTE,
  /** Materialize drops a slot after its answer to DROP SOURCE, retries for about a minute, and then gives up silently. */
  slot: MINUTE,
  /** Neon's proxy and a restarting compute take a moment to know a new password, or to forget an old one. */
  login: MINUTE,
  /** A source that has the right password came back within 2 s of ALTER SECRET; past this it kept the old one. */
  reconnect: MINUTE,
  /** A standby that keeps up replays in less than a second what was set up on its primary. */
  replay: MINUTE,
  /** All of the looking around for others, before something shared is taken back. */
  others: 45 * SECOND,
  /** Sessions of a role that goes end a moment after the slot that one of them held. */
  sessions: 15 * SECOND,
  /** A check under way ends by its own deadlines within two minutes; cancelled, at once. */
  checks: 2 * MINUTE,
  /** Of each side of a check; one that is slower is "timed out", and the other side's answer counts all the same. */
  side: 25 * SECOND,
  /** The whole exchange with the receiver of an alert. */
  webhook: 10 * SECOND,
  /** All that one check has to tell one sink; what is left is told by the next. */
  alerts: 25 * SECOND,
} as const;

/** Making, changing and dropping a source asks upstream for each of its tables: minutes, for thousands. */
const REMOTE_PER_TABLE = 300;
/** Of what is done table by table: looked up, changed, proven. */
const EACH_TABLE = 300;

export const remoteDeadline = (tables: number): number => DEADLINE.remote + tables * REMOTE_PER_TABLE;

/** What budgets follow from. */
export interface Size {
  tables: number;
  /** Of the file: how long the source has to come back after a resize. */
  resizeDeadline: number;
}

const times = (count: number, ms: number): number[] => new Array<number>(count).fill(ms);
const remote = ({ tables }: Size): number => remoteDeadline(tables);
const eachTable = ({ tables }: Size): number => tables * EACH_TABLE;

/** The waits of an activity, one after the other; what is not here has only statements. */
const WAITS: Record<string, (size: Size) => number[]> = {
  enableLogicalReplication: () => [DEADLINE.enabling, DEADLINE.enabled],
  ensureRole: (size) => [...times(2, DEADLINE.operations), eachTable(size)],
  ensureReplicaIdentity: (size) => [DEADLINE.identity, eachTable(size)],
  ensureGrants: (size) => [eachTable(size)],
  ensurePublication: (size) => [DEADLINE.others, eachTable(size)],
  allowEgressIps: () => times(3, DEADLINE.allowList),
  // What somebody else began, then ours.
  ensureCluster: () => times(2, DEADLINE.online),
  ensureSecret: () => [DEADLINE.operations, DEADLINE.login],
  ensureConnection: () => [DEADLINE.replay, ...times(3, DEADLINE.remote)],
  ensureSource: (size) => [DEADLINE.replay, ...times(2, remote(size)), eachTable(size)],
  copyBeside: (size) => [DEADLINE.replay, ...times(2, remote(size)), eachTable(size)],
  switchTables: (size) => [remote(size), ...times(2, eachTable(size))],
  dropTables: (size) => [DEADLINE.others, eachTable(size)],
  // Down, standing still there, and back up; where replicas go first, each is followed twice.
  rightSize: ({ resizeDeadline }) => [...times(6, DEADLINE.online), resizeDeadline],
  keepDefinitions: (size) => [eachTable(size)],
  dropDeadTables: (size) => [eachTable(size)],
  dropLostSource: (size) => [remote(size), eachTable(size)],
  recreateDependents: (size) => [remote(size), eachTable(size)],
  rotatePassword: () => [
    ...times(2, DEADLINE.replay),
    DEADLINE.operations,
    ...times(3, DEADLINE.login),
    DEADLINE.remote,
  ],
  reconnectSource: () => [DEADLINE.reconnect],
  removeWatch: () => [DEADLINE.checks],
  removeSource: (size) => [remote(size)],
  removeSlot: () => times(2, DEADLINE.slot),
  unpublish: (size) => [DEADLINE.others, eachTable(size)],
  restoreIdentity: (size) => [DEADLINE.others, DEADLINE.identity, eachTable(size)],
  revokeGrants: (size) => [DEADLINE.others, eachTable(size)],
  removeRole: () => [DEADLINE.others, DEADLINE.sessions, DEADLINE.operations],
  removeIps: () => [DEADLINE.others, ...times(3, DEADLINE.allowList)],
  planDestroy: () => [DEADLINE.others],
  // Upstream waits for Materialize where only that knows the tables, and what is behind is looked at after both.
  check: () => [...times(3, DEADLINE.side), DEADLINE.alerts, DEADLINE.webhook],
  tellRun: () => [DEADLINE.webhook],
};

/** Whole sides are read and compared; every plan has as long. */
const PLAN = 3 * MINUTE;

/** One attempt of what looks or tells, and belongs to no step: as long as its waits, and no longer, as others wait for it. */
export const LOOKS = {
  ...{ makePlan: PLAN, planDestroy: PLAN, planRotate: PLAN, planRepair: PLAN },
  check: 130 * SECOND,
  lookForOwed: 2 * MINUTE,
  tellRun: 30 * SECOND,
} as const;

export const waitsOf = (activity: string, size: Size): number[] => WAITS[activity]?.(size) ?? [];

/** Room for both systems' own deadlines around the waits: to connect, a lost statement, and a look after it. */
const ROOM = 3 * MINUTE;
/** Where no wait asks for more; `wait`: an attempt window ends by itself after half an hour. */
const AT_LEAST: Record<Timeouts, number> = { quick: ROOM, slow: 20 * MINUTE, wait: 45 * MINUTE };

/** How long one attempt of an activity may take. */
export const startToClose = (activity: string, timeouts: Timeouts, size: Size): number =>
  Math.max(
    AT_LEAST[timeouts],
    waitsOf(activity, size).reduce((sum, ms) => sum + ms, ROOM),
  );
