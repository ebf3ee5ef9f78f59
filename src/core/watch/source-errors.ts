import { COLUMN_CHANGED, KEY_CHANGED, NOT_NULL_DROPPED } from './rules/schema-changes';

/**
 * What Materialize's error texts mean. Its codes do not tell; its texts do, and "permanent" in them is not always what
 * it says: an overcompacted slot is labelled transient and never recovers. Texts as recorded from v26.
 */
export interface SourceError {
  rule: 'slot-lost' | 'publication-missing' | 'source-restored' | 'table-error' | 'not-running';
  pattern: RegExp;
  /** It cannot get well by itself: what was copied has to be dropped and copied again. */
  permanent: boolean;
  meaning: string;
  /** `{pipeline}` and `{table}` are filled in; null where the rule's own next step is right. */
  next: string | null;
  example: string;
}

const REPAIR = 'n2m repair {pipeline}';

/** Of a value that Materialize cannot hold: the table's status keeps it after the row is gone. */
const VALUE = /invalid UTF8 string|failed to cast raw column/;

/** Why a value cannot be held, in Materialize's words, and the value where it is quoted; null for any other text. */
export function valueRefused(text: string | null): { why: string; value: string | null } | null {
  if (text === null || !VALUE.test(text)) return null;
  const why = text.slice(text.search(VALUE)).replace('failed to cast raw column: ', '');
  const value = /"([^"]{1,200})"/.exec(why)?.[1] ?? null;
  return { why, value };
}

/** Errors of the whole source; each table shows them, too. */
export const SOURCE_ERRORS: readonly SourceError[] = [
  {
    rule: 'slot-lost',
    pattern: /slot overcompacted/,
    permanent: true,
    meaning:
      'the replication slot was lost and made anew: changes in between are gone, and the source retries for ever',
    next: REPAIR,
    example: 'postgres: slot overcompacted. Requested LSN 22667552 but only LSNs >= 22667840 are available',
  },
  {
    rule: 'slot-lost',
    pattern: /replication slot has been invalidated/,
    permanent: true,
    meaning: 'the server threw the replication slot away, because it held more WAL than max_slot_wal_keep_size allows',
    next: REPAIR,
    example: 'postgres: replication slot has been invalidated because it exceeded the maximum reserved size',
  },
  {
    rule: 'slot-lost',
    pattern: /can no longer access replication slot/,
    permanent: true,
    meaning: 'the server invalidated the replication slot, as nobody read it for too long or it held too much WAL',
    next: REPAIR,
    example: 'postgres: db error: ERROR: can no longer access replication slot "materialize_0123"',
  },
  {
    rule: 'slot-lost',
    pattern: /slot compacted past snapshot point/,
    permanent: true,
    meaning: 'the replication slot moved past the point the copy was taken at',
    next: REPAIR,
    example: 'postgres: slot compacted past snapshot point. snapshot consistent point=12 resume_lsn=11',
  },
  {
    rule: 'source-restored',
    pattern: /restored from point-in-time backup/,
    permanent: true,
    meaning: 'the upstream database was restored from a backup: what Materialize has is another history',
    next: REPAIR,
    example:
      'postgres: unsupported action: database restored from point-in-time backup. Expected timeline ID 1 but got 2',
  },
  {
    rule: 'source-restored',
    pattern: /invalid timeline ID from PostgreSQL server/,
    permanent: true,
    meaning: 'the upstream database was restored or failed over: what Materialize has is another history',
    next: REPAIR,
    example: 'postgres: invalid timeline ID from PostgreSQL server. Expected 1 but got 2',
  },
  {
    rule: 'source-restored',
    pattern: /Expected pg_is_in_recovery\(\)=false but got true/,
    permanent: true,
    meaning:
      'the host leads to a standby, perhaps the primary of before a failover: Materialize wrote that into every table, for good',
    next: 'let the host lead to the primary; then n2m repair {pipeline}',
    example:
      'postgres: unsupported action: upstream physical replica status changed (e.g. a physical replica was promoted to a primary). Expected pg_is_in_recovery()=false but got true',
  },
  {
    rule: 'source-restored',
    pattern: /physical replica status changed/,
    permanent: true,
    meaning: 'the standby that was copied from was made a primary: what Materialize has ends there',
    next: REPAIR,
    example:
      'postgres: unsupported action: upstream physical replica status changed (e.g. a physical replica was promoted to a primary). Expected pg_is_in_recovery()=true but got false',
  },
  {
    rule: 'publication-missing',
    pattern: /publication .{0,300} does not exist/,
    permanent: true,
    meaning: 'the publication was dropped: every table of the source is dead, also after it is made again',
    next: REPAIR,
    example: 'postgres: publication "n2m_shop" does not exist',
  },
  {
    rule: 'not-running',
    pattern: /password authentication failed/,
    permanent: false,
    meaning: 'the password of the replication role was changed upstream',
    next: 'n2m rotate {pipeline}',
    example: 'postgres: db error: FATAL: password authentication failed for user "materialize"',
  },
  {
    rule: 'not-running',
    pattern: /requires BYPASSRLS/,
    permanent: false,
    meaning: 'row level security hides rows from the replication role',
    next: 'give the role BYPASSRLS; the source goes on by itself',
    example: 'postgres: one or more tables requires BYPASSRLS',
  },
  {
    rule: 'not-running',
    pattern: /is not allowed to connect to this endpoint|from a blocked network/,
    permanent: false,
    meaning: "Neon refuses Materialize's address",
    next: 'n2m plan shows which addresses the IP Allow list lacks; n2m apply adds them',
    example: 'postgres: db error: ERROR: This IP address 203.0.113.5 is not allowed to connect to this endpoint.',
  },
  {
    rule: 'not-running',
    pattern: /exceeded the .{1,40} quota/,
    permanent: false,
    meaning: 'a quota of the Neon plan is used up; the slot is kept for about 40 h without a consumer',
    next: 'upgrade the plan in the Neon console; the source goes on by itself while its slot is there',
    example:
      'postgres: db error: ERROR: Your account or project has exceeded the compute time quota. Upgrade your plan to increase limits.',
  },
  {
    rule: 'not-running',
    pattern: /endpoint (has been|is) disabled/,
    permanent: false,
    meaning: 'the compute is disabled at Neon; the slot is kept for about 40 h without a consumer',
    next: 'enable the compute in the Neon console; the source goes on by itself while its slot is there',
    example: 'postgres: db error: ERROR: The endpoint has been disabled. Enable it using Neon API and retry.',
  },
  {
    rule: 'not-running',
    pattern: /endpoint (cannot|could not) be found/,
    permanent: false,
    meaning: 'Neon knows no such compute any more',
    next: 'look at the branch and its compute in the Neon console; n2m apply points Materialize to another one',
    example: "postgres: db error: ERROR: The requested endpoint could not be found, or you don't have access to it.",
  },
  {
    rule: 'not-running',
    pattern: /all replication slots are in use/,
    permanent: false,
    meaning: 'no replication slot is free upstream',
    next: 'drop slots nobody uses, or raise max_replication_slots',
    example: 'postgres: db error: ERROR: all replication slots are in use',
  },
];

/** Dropped, renamed or not published any more: the text is the same. */
const DROPPED = /table was dropped(?! and recreated)/;

/** Errors of one table, which the rest of the source survives. */
export const TABLE_ERRORS: readonly SourceError[] = [
  // Before all others: these texts hold names, which may read like anything.
  tableError(
    KEY_CHANGED,
    'a constraint that it was copied with is not what it was upstream',
    'incompatible schema change on public.orders: UNIQUE constraint "orders_a_key" (a, b) was dropped and recreated upstream',
  ),
  tableError(
    NOT_NULL_DROPPED,
    'a constraint that it was copied with is gone upstream',
    'incompatible schema change on public.orders: the NOT NULL constraint on column "a" was dropped upstream',
  ),
  tableError(
    COLUMN_CHANGED,
    'a replicated column was dropped or changed upstream',
    'incompatible schema change on public.orders: column "a" was dropped or renamed upstream',
  ),
  tableError(/table was truncated/, 'it was truncated upstream', 'table was truncated'),
  tableError(
    /was renamed or moved upstream/,
    'it was renamed or moved to another schema upstream',
    'incompatible schema change: source table orders with oid 16416 was renamed or moved upstream',
  ),
  tableError(
    /was dropped and recreated upstream/,
    'it was dropped and made again upstream',
    'incompatible schema change: source table orders with oid 16416 was dropped and recreated upstream',
  ),
  tableError(DROPPED, 'it was dropped, renamed, or taken out of the publication upstream', 'table was dropped'),
  tableError(
    /incompatible schema change|has been altered/,
    'a replicated column was dropped or changed upstream, or lost its NOT NULL, primary key or unique constraint',
    'incompatible schema change: source table altered with oid 16416 has been altered',
  ),
  tableError(
    /old row missing from replication stream|TOASTed value missing/,
    'its replica identity was weakened upstream',
    'old row missing from replication stream. Did you forget to set REPLICA IDENTITY to FULL for your table?',
  ),
  {
    rule: 'table-error',
    pattern: VALUE,
    permanent: false,
    meaning: 'a row holds a value that Materialize cannot',
    next: 'correct or delete that row upstream; the table goes on by itself',
    example: 'postgres: invalid UTF8 string: invalid utf-8 sequence of 1 bytes from index 1',
  },
  tableError(
    /saw retractions|[Nn]on-positive multiplicity|negative accumulation/,
    'changes came for rows it never had: something was left out of the stream before',
    'Invalid data in source, saw retractions (1) for row that does not exist',
  ),
  tableError(
    /unexpected number of columns while parsing COPY|failed to parse COPY protocol|unexpected binary data in replication/,
    'what upstream sent could not be read',
    'unexpected number of columns while parsing COPY output',
  ),
  tableError(
    /source must be dropped and recreated/,
    'it cannot go on',
    'Source error: source must be dropped and recreated due to failure',
  ),
];

function tableError(pattern: RegExp, meaning: string, example: string): SourceError {
  return { rule: 'table-error', pattern, permanent: true, meaning, next: REPAIR, example: `postgres: ${example}` };
}

export const sourceError = (text: string | null): SourceError | null =>
  (text !== null && SOURCE_ERRORS.find((known) => known.pattern.test(text))) || null;

export const tableErrorOf = (text: string | null): SourceError | null =>
  (text !== null && TABLE_ERRORS.find((known) => known.pattern.test(text))) || null;

export const isDropped = (text: string | null): boolean => text !== null && DROPPED.test(text);
