import { plural } from '../../text/count';
import { formatBytes } from '../../text/size';
import { formatDuration } from '../../text/duration';
import { quoteIdent } from '../../sql/quote';
import {
  alterRoleReplication,
  dropPublication,
  noIdleInTransactionTimeout,
  rollbackPrepared,
  terminateBackend,
} from '../../sql/postgres';
import type { OpenTransaction } from '../facts';
import { amount, estimateSeconds } from '../estimate';
import { isManaged } from '../scene';
import { neverIdlesOut } from '../source-steps';
import { blocking, info, isCopying, isCreating, statements, warning, type Rule } from './rule';

/** Materialize supports 11 and later; from 14 on a table is copied by several workers at once. */
const OLDEST_SERVER = 110_000;
const PARALLEL_SERVER = 140_000;
/** From here on a CREATEROLE role with REPLICATION may give REPLICATION to a role it makes. */
const SQL_ROLE_SERVER = 160_000;
/** The permanent slot and the temporary one of the snapshot, both checked by Materialize. */
const SLOTS_NEEDED = 2;

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
    const fix = statements("ALTER SYSTEM SET wal_level = 'logical'");
    return [blocking('wal_level', sentence, `${fix} -- then restart the server`)];
  },

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
    const fix = `${statements(look)} -- drop what nobody uses, or raise max_replication_slots (Neon: ask its support)`;
    return [blocking('max_replication_slots', sentence, fix)];
  },

  'wal-senders': (scene) => {
    const { maxWalSenders: max, usedWalSenders: used } = scene.source;
    const free = max - used;
    if (!isCopying(scene) || free >= SLOTS_NEEDED) return [];
    const sentence = `${used} of ${max} wal senders are taken; the copy uses ${SLOTS_NEEDED}, and Materialize does not check`;
    const fix = `${statements("ALTER SYSTEM SET max_wal_senders = '20'")} -- then restart the server (Neon: ask its support)`;
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

  'role-missing': ({ source, spec }) => {
    const { name, via } = spec.source.role;
    if (source.role !== null || via !== 'given') return [];
    return [
      blocking(
        `role ${name}`,
        `role ${name} does not exist`,
        `create it, or let the run do so: role: {name: ${name}, via: sql}`,
      ),
    ];
  },

  'role-creation': ({ source, spec }) => {
    const { name, via } = spec.source.role;
    if (source.role !== null || via !== 'sql') return [];
    const { user, versionNum, neon } = source;
    if (user.superuser) return [];
    const other = neon ? 'role: {via: api}' : `role: {name: ${name}, password: env:…} with a role made by a superuser`;
    if (versionNum < SQL_ROLE_SERVER) {
      const sentence = `before Postgres 16 only a superuser may make a role that replicates, and ${user.name} is none`;
      return [blocking(`role ${name}`, sentence, other)];
    }
    if (user.createRole && user.replication) return [];
    const lacks = [...(user.createRole ? [] : ['CREATEROLE']), ...(user.replication ? [] : ['REPLICATION'])].join(' ');
    const fix = `${statements(`ALTER ROLE ${quoteIdent(user.name)} ${lacks}`)} -- or ${other}`;
    return [blocking(`role ${name}`, `${user.name} lacks ${lacks} and may not make role ${name}`, fix)];
  },

  'role-attributes': (scene) => {
    const { role } = scene.source;
    if (role === null || role.superuser) return [];
    const name = `role ${role.name}`;
    const mends = scene.spec.source.role.via === 'sql' && isManaged(scene, role.comment);
    return [
      ...(role.login
        ? []
        : [blocking(name, `${name} may not log in`, statements(`ALTER ROLE ${quoteIdent(role.name)} LOGIN`))]),
      ...(role.replication || mends
        ? []
        : [blocking(name, `${name} lacks REPLICATION`, statements(alterRoleReplication(role.name)))]),
    ];
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

  'admin-role': ({ source, spec, tables }) =>
    spec.source.role.via === 'api' && source.role === null
      ? [
          info(
            `role ${spec.source.role.name}`,
            `a role made through Neon's API is an administrator, for ${plural(tables.length, 'table')} to read`,
            source.versionNum >= SQL_ROLE_SERVER ? 'role: {via: sql} makes one with only what it needs' : null,
          ),
        ]
      : [],
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
