import type { OpenTransaction } from '../source/facts';
import type { ManagedServer } from '../../plan/facts';
import { blocking, info, willCopy, isCreating, type Rule, statements, warning } from '../../plan/rule';
import { rollbackPrepared, terminateBackend } from '../../sql/upstream';
import { formatDuration } from '../../text/duration';
import { formatBytes } from '../../text/size';
import { estimateCopy } from '../cluster/estimate';
import { enableLogical, whereSettingsAre } from '../role/managed';
import { idleSlotFix } from './idle-slots';
import { ofStandby, standbyAlone, standbyFindings } from './standby-findings';
import { alterSystem, writeByDefault } from './statements';

/** Materialize supports 11 and later; from 14 on a table is copied by several workers at once. */
const OLDEST_SERVER = 110_000;
const PARALLEL_SERVER = 140_000;

/** An upgrade or an outage of Materialize may take so long. */
const SHORT_PAUSE_MS = 3_600_000;

/** The permanent slot and the temporary one of the snapshot, both checked by Materialize. */
const SLOTS_NEEDED = 2;

/** How a setting that needs a restart is made on this server. */
function setting(name: string, value: string, managed: ManagedServer | null): string {
  const where = whereSettingsAre(managed);
  if (where !== null) return `${name} = ${value} ${where}`;
  return `${statements(alterSystem(name, value))} -- then restart the server`;
}

const major = (versionNum: number): string => String(Math.floor(versionNum / 10_000));

function who(open: OpenTransaction): string {
  if (open.kind === 'prepared') return `prepared transaction ${open.gid ?? '?'} of ${open.user}`;
  const application = open.application === '' ? '' : ` (${open.application})`;
  return `transaction of ${open.user}${application}, pid ${open.pid ?? '?'}, database ${open.database}`;
}

function remedy(open: OpenTransaction): string | null {
  if (open.kind === 'prepared') return open.gid === null ? null : statements(rollbackPrepared(open.gid));
  return open.pid === null ? null : statements(terminateBackend(open.pid));
}

/** What the server must have, and have free, for a slot and the copy through it. */
export const logicalReplicationFindings: Record<string, Rule> = {
  'server-version': ({ source }) => {
    const version = `Postgres ${major(source.versionNum)}`;
    if (source.versionNum < OLDEST_SERVER) {
      return [
        blocking('server', `${version} is too old: Materialize replicates from Postgres 11 on`, 'upgrade the server'),
      ];
    }
    if (source.versionNum >= PARALLEL_SERVER) return [];
    return [info('server', `${version} is copied by one worker per table; from Postgres 14 on by several`)];
  },

  'wal-level': ({ source, spec }) => {
    if (source.walLevel === 'logical') return [];
    const both = source.replica === undefined ? '' : ', on the primary and on the standby';
    const sentence = `wal_level is ${source.walLevel}, logical replication needs logical${both}`;
    if (spec.source.kind === 'neon') {
      return [info('wal_level', `${sentence}; the run enables it after approval, which restarts every compute`)];
    }
    const { managed } = source;
    return [blocking('wal_level', sentence, enableLogical(managed) ?? setting('wal_level', 'logical', managed))];
  },

  'replication-slots': (context) => {
    const { maxReplicationSlots: max, usedReplicationSlots: used } = context.source;
    if (!willCopy(context) || max - used >= SLOTS_NEEDED) return [];
    const sentence = `${used} of ${max} replication slots${ofStandby(context)} are taken; the copy needs ${SLOTS_NEEDED} free ones`;
    const look = "SELECT slot_name, active, restart_lsn FROM pg_replication_slots WHERE slot_type = 'logical'";
    const raise = setting('max_replication_slots', String(max + SLOTS_NEEDED), context.source.managed);
    const fix = `${statements(look)} -- drop what nobody uses, or: ${raise}`;
    return [blocking('max_replication_slots', sentence, fix)];
  },

  'wal-senders': (context) => {
    const { maxWalSenders: max, usedWalSenders: used } = context.source;
    const free = max - used;
    if (!willCopy(context) || free >= SLOTS_NEEDED) return [];
    const sentence = `${used} of ${max} wal senders${ofStandby(context)} are taken; the copy uses ${SLOTS_NEEDED}, and Materialize does not check`;
    const fix = setting('max_wal_senders', '20', context.source.managed);
    return [free < 1 ? blocking('max_wal_senders', sentence, fix) : warning('max_wal_senders', sentence, fix)];
  },

  'wal-cap': (context) => {
    const cap = context.source.maxSlotWalKeepSize;
    if (cap === null || !willCopy(context)) return [];
    const { seconds, words } = estimateCopy(context.spec, context.target, context.tables);
    if (seconds !== null && seconds < 60) return [];
    const sentence = `the server keeps at most ${formatBytes(cap)} of WAL for a slot: if more is written during the copy (${words}), the slot is lost`;
    return [info('max_slot_wal_keep_size', sentence, 'copy when little is written, or take a larger snapshotSize')];
  },

  'open-transactions': (context) =>
    willCopy(context)
      ? context.source.openTransactions
          .filter((open) => open.writing || open.kind === 'prepared')
          .map((open) =>
            warning(
              who(open),
              `${who(open)} is open for ${formatDuration(open.ageSeconds * 1000)}: the slot cannot be made before it ends`,
              remedy(open),
            ),
          )
      : [],

  'slot-life': (context) => {
    if (context.source.neon === null || !willCopy(context)) return [];
    const { seconds, words } = estimateCopy(context.spec, context.target, context.tables);
    if (seconds !== null && seconds < 20 * 3600) return [];
    const sentence = `Neon removes a slot without progress after about 40 hours, and of this copy: ${words}`;
    return [warning('replication slot', sentence, 'take a larger snapshotSize, or start with fewer tables')];
  },

  'idle-slot-timeout': (context) => {
    const { idleSlotTimeoutMs: limit, managed } = context.source;
    if (limit === null || !willCopy(context)) return [];
    const { seconds, words } = estimateCopy(context.spec, context.target, context.tables);
    const sentence = `the server invalidates a slot that nobody reads for ${formatDuration(limit)}`;
    if (seconds === null || seconds * 1000 >= limit) {
      const copy = `${sentence}, and nobody reads it during the copy (${words}): it may be lost before the copy ends`;
      return [warning('idle_replication_slot_timeout', copy, idleSlotFix(managed))];
    }
    const pause = `${sentence}: after a pause as long as that, as of a cluster without replicas, every table is copied again`;
    const severity = limit < SHORT_PAUSE_MS ? warning : info;
    return [severity('idle_replication_slot_timeout', pause, idleSlotFix(managed))];
  },

  'compute-stays-awake': (context) =>
    context.source.neon !== null && isCreating(context)
      ? [
          info(
            `compute ${context.source.neon.endpointId}`,
            'a connected subscriber keeps the compute awake: it is billed around the clock',
          ),
        ]
      : [],

  'read-only-login': (context) => {
    const { standby, readOnly, user, replica } = context.source;
    if (standby && replica === undefined && (isCreating(context) || context.addsUpstream)) {
      const { sentence, fix } = standbyAlone(context);
      return [blocking('server', sentence, fix)];
    }
    if (!readOnly || !context.addsUpstream) return [];
    const sentence = `sessions of ${user.name} are read-only (default_transaction_read_only): nothing can be set up`;
    const fix = statements(writeByDefault(user.name));
    return [blocking(`role ${user.name}`, sentence, `${fix} -- or a login that may write`)];
  },

  ...standbyFindings,
};
