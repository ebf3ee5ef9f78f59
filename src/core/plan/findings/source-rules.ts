import { formatBytes } from '../../text/size';
import { formatDuration } from '../../text/duration';
import { dropPublication, noIdleInTransactionTimeout, rollbackPrepared, terminateBackend } from '../../sql/postgres';
import type { ManagedServer, OpenTransaction } from '../facts';
import { amount, estimateSeconds } from '../../objects/cluster/estimate';
import { enableLogical, whereSettingsAre } from '../../objects/role/managed';
import { isManaged } from '../context';
import { neverIdlesOut } from '../source-steps';
import { blocking, info, isCopying, isCreating, statements, warning, type Rule } from './rule';

/** Materialize supports 11 and later; from 14 on a table is copied by several workers at once. */
const OLDEST_SERVER = 110_000;
const PARALLEL_SERVER = 140_000;
/** The permanent slot and the temporary one of the snapshot, both checked by Materialize. */
const SLOTS_NEEDED = 2;

/** How a setting that needs a restart is made on this server. */
function setting(name: string, value: string, managed: ManagedServer | null): string {
  const where = whereSettingsAre(managed);
  if (where !== null) return `${name} = ${value} ${where}`;
  return `${statements(`ALTER SYSTEM SET ${name} = '${value}'`)} -- then restart the server`;
}

const major = (versionNum: number): string => String(Math.floor(versionNum / 10_000));

export const sourceRules: Record<string, Rule> = {
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
    const sentence = `wal_level is ${source.walLevel}, logical replication needs logical`;
    if (spec.source.kind === 'neon') {
      return [info('wal_level', `${sentence}; the run enables it after approval, which restarts every compute`)];
    }
    const { managed } = source;
    return [blocking('wal_level', sentence, enableLogical(managed) ?? setting('wal_level', 'logical', managed))];
  },

  'unknown-host': ({ source }) =>
    source.unknownHost
      ? [
          blocking(
            `${source.host}:${source.port}`,
            `only the file says that Materialize reaches the server at ${source.host}:${source.port}, and the password goes there`,
            `add ${source.host}:${source.port} to N2M_REACHABLE_ALLOW of the worker, or take reachableAt out of the file`,
          ),
        ]
      : [],

  'pooled-host': ({ source }) =>
    source.pooledHost
      ? [
          blocking(
            source.host,
            `${source.host} is a connection pooler, through which nothing can be replicated`,
            `use the direct host: ${source.host.replace('-pooler', '')}`,
          ),
        ]
      : [],

  'replication-slots': (scene) => {
    const { maxReplicationSlots: max, usedReplicationSlots: used } = scene.source;
    if (!isCopying(scene) || max - used >= SLOTS_NEEDED) return [];
    const sentence = `${used} of ${max} replication slots are taken; the copy needs ${SLOTS_NEEDED} free ones`;
    const look = "SELECT slot_name, active, restart_lsn FROM pg_replication_slots WHERE slot_type = 'logical'";
    const raise = setting('max_replication_slots', String(max + SLOTS_NEEDED), scene.source.managed);
    const fix = `${statements(look)} -- drop what nobody uses, or: ${raise}`;
    return [blocking('max_replication_slots', sentence, fix)];
  },

  'wal-senders': (scene) => {
    const { maxWalSenders: max, usedWalSenders: used } = scene.source;
    const free = max - used;
    if (!isCopying(scene) || free >= SLOTS_NEEDED) return [];
    const sentence = `${used} of ${max} wal senders are taken; the copy uses ${SLOTS_NEEDED}, and Materialize does not check`;
    const fix = setting('max_wal_senders', '20', scene.source.managed);
    return [free < 1 ? blocking('max_wal_senders', sentence, fix) : warning('max_wal_senders', sentence, fix)];
  },

  'wal-cap': (scene) => {
    const cap = scene.source.maxSlotWalKeepSize;
    if (cap === null || !isCopying(scene)) return [];
    const { bytes, rows } = amount(scene.tables);
    const seconds = estimateSeconds(scene.spec.materialize.cluster.snapshotSize, bytes, rows) ?? 0;
    if (seconds < 60) return [];
    const sentence = `the server keeps at most ${formatBytes(cap)} of WAL for a slot: if more is written during the copy (roughly ${formatDuration(seconds * 1000)}), the slot is lost`;
    return [info('max_slot_wal_keep_size', sentence, 'copy when little is written, or take a larger snapshotSize')];
  },

  'open-transactions': (scene) =>
    isCopying(scene)
      ? scene.source.openTransactions
          .filter((open) => open.writing || open.kind === 'prepared')
          .map((open) =>
            warning(
              who(open),
              `${who(open)} is open for ${formatDuration(open.ageSeconds * 1000)}: the slot cannot be made before it ends`,
              remedy(open),
            ),
          )
      : [],

  'idle-in-transaction': (scene) => {
    const { role, idleInTransactionTimeoutMs: limit } = scene.source;
    if (!isCopying(scene) || limit === 0 || role === null) return [];
    if (neverIdlesOut(role.config)) return [];
    const given = scene.spec.source.role.via === 'given';
    if (!given && isManaged(scene, role.comment)) return [];
    const sentence = `sessions idle in a transaction end after ${formatDuration(limit)}, also the one that holds the copy together: a long copy starts over`;
    return [warning(`role ${role.name}`, sentence, statements(noIdleInTransactionTimeout(role.name)))];
  },

  'tls-unverified': ({ spec, source }) => {
    const { mode } = spec.source.tls;
    if (mode === 'verify-full' || mode === 'verify-ca') return [];
    const what = mode === 'require' ? 'encrypted, but nobody checks who answers' : 'not encrypted';
    return [warning(source.host, `the connection to ${source.host} is ${what}`, 'source.tls: {mode: verify-full}')];
  },

  'public-connections-blocked': ({ source: { neon } }) =>
    neon?.blocksPublicConnections
      ? [
          blocking(
            `project ${neon.project}`,
            `project ${neon.project} blocks public connections: Materialize cannot reach it over the internet`,
            'allow public connections in the project settings, or use private networking',
          ),
        ]
      : [],

  'ip-allow-unknown': ({ source: { neon }, target }) => {
    if (neon === null || neon.allowedIps.length === 0 || target.egressCidrs.length > 0) return [];
    const applies = !neon.allowedIpsProtectedBranchesOnly || neon.branchProtected;
    if (!applies) return [];
    const sentence = 'the IP Allow list is in use and Materialize does not say which addresses it comes from';
    return [warning('IP Allow list', sentence, 'add them by hand in the project settings')];
  },

  'slot-life': (scene) => {
    if (scene.source.neon === null || !isCopying(scene)) return [];
    const { bytes, rows } = amount(scene.tables);
    const seconds = estimateSeconds(scene.spec.materialize.cluster.snapshotSize, bytes, rows) ?? 0;
    if (seconds < 20 * 3600) return [];
    const sentence = `Neon removes a slot without progress after about 40 hours, and this copy takes roughly ${formatDuration(seconds * 1000)}`;
    return [warning('replication slot', sentence, 'take a larger snapshotSize, or start with fewer tables')];
  },

  'compute-stays-awake': (scene) =>
    scene.source.neon !== null && isCreating(scene)
      ? [
          info(
            `compute ${scene.source.neon.endpointId}`,
            'a connected subscriber keeps the compute awake: it is billed around the clock',
          ),
        ]
      : [],

  'upstream-moved': ({ rebuild, elsewhere, target, source, spec }) => {
    if (elsewhere && target.source?.slot === null) {
      const object = `source ${spec.materialize.names.source}`;
      const sentence = `Materialize names no slot of ${object}: nothing tells whether it can go on at ${source.host}:${source.port}`;
      return [blocking(object, sentence, 'put the old address back into the file, or drop the source by hand')];
    }
    if (!rebuild?.moved || target.connection === null) return [];
    const { host, port, database } = target.connection;
    const sentence = `what this pipeline made on ${host}:${port} stays there; its slot goes with the source, as long as Materialize still reaches that server`;
    const fix = `on ${host}:${port}, database ${database}, see that slot ${rebuild.slot} is gone, then: ${dropPublication(spec.source.publication)};`;
    return [warning(`${host}:${port}`, sentence, fix)];
  },
};

function who(open: OpenTransaction): string {
  if (open.kind === 'prepared') return `prepared transaction ${open.gid ?? '?'} of ${open.user}`;
  const application = open.application === '' ? '' : ` (${open.application})`;
  return `transaction of ${open.user}${application}, pid ${open.pid ?? '?'}, database ${open.database}`;
}

function remedy(open: OpenTransaction): string | null {
  if (open.kind === 'prepared') return open.gid === null ? null : statements(rollbackPrepared(open.gid));
  return open.pid === null ? null : statements(terminateBackend(open.pid));
}
