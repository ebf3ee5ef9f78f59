import { PASSWORD_REFUSED } from '../objects/role/refused';
import { POOLER_ANSWERS } from '../failures/rules/pooler';

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

export const REPAIR = 'n2m repair {pipeline}';

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
    // Before 18; on a standby also where its primary removed rows that it needs.
    pattern: /cannot read from logical replication slot/,
    permanent: true,
    meaning: 'the server invalidated the replication slot: the WAL or the rows that it needs are gone',
    next: REPAIR,
    example: 'postgres: db error: ERROR: cannot read from logical replication slot "materialize_0123"',
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
    next: 'take source.primary out of the file, n2m apply FILE; then n2m repair {pipeline}',
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
    pattern: PASSWORD_REFUSED,
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
    // By what Materialize says since it looks (newer than 26.39), and by what PgBouncer and RDS Proxy say.
    pattern: POOLER_ANSWERS,
    permanent: false,
    meaning: 'its connection leads to a connection pooler, through which nothing can be replicated',
    next: 'let the file’s address lead to the server itself (n2m explain pooled-host); then n2m apply the file',
    example:
      'postgres: PostgreSQL server did not apply session setting extra_float_digits=3 (reports "1"); connection poolers that strip startup options are not supported',
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

export const sourceError = (text: string | null): SourceError | null =>
  (text !== null && SOURCE_ERRORS.find((known) => known.pattern.test(text))) || null;
