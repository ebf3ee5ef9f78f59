import { isManaged, listed } from '../../plan/context';
import { blocking, info, isCopying, type Rule, statements, warning } from '../../plan/rule';
import { plural } from '../../text/count';
import { formatDuration } from '../../text/duration';
import { tableName } from '../tables/select';
import {
  administersReplication,
  letReplicate,
  mayReplicate,
  operatorName,
  replicatesByGroup,
  replicationAdministrators,
} from './managed';
import { alterRoleAttributes, alterRoleBypassRls, noIdleInTransactionTimeout } from './statements';
import { neverIdlesOut } from './timeout';

/** From here on a CREATEROLE role with REPLICATION may give REPLICATION to a role it makes. */
const SQL_ROLE_SERVER = 160_000;

/** The role that Materialize logs in as, and whether this login may make or change it. */
export const roleFindings: Record<string, Rule> = {
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
    const { user, versionNum, neon, managed } = source;
    if (user.superuser || administersReplication(source)) return [];
    const other = neon ? 'role: {via: api}' : `role: {name: ${name}, password: env:…} with a role made by a superuser`;
    const administrators = replicationAdministrators(managed);
    if (administrators !== null && (versionNum < SQL_ROLE_SERVER || replicatesByGroup(managed))) {
      const sentence = `on ${operatorName(managed)} a role that replicates is made by members of ${administrators} with CREATEROLE, and ${user.name} is none`;
      return [blocking(`role ${name}`, sentence, `connect as a member of ${administrators}, or name a role it made`)];
    }
    if (versionNum < SQL_ROLE_SERVER) {
      const sentence = `before Postgres 16 only a superuser may make a role that replicates, and ${user.name} is none`;
      return [blocking(`role ${name}`, sentence, other)];
    }
    if (user.createRole && user.replication) return [];
    const lacks = [...(user.createRole ? [] : ['CREATEROLE']), ...(user.replication ? [] : ['REPLICATION'])].join(' ');
    const fix = `${statements(alterRoleAttributes(user.name, lacks))} -- or ${other}`;
    return [blocking(`role ${name}`, `${user.name} lacks ${lacks} and may not make role ${name}`, fix)];
  },

  'role-attributes': (context) => {
    const { role, managed } = context.source;
    if (role === null || role.superuser) return [];
    const name = `role ${role.name}`;
    const mends = context.spec.source.role.via === 'sql' && isManaged(context, role.comment);
    const administrators = replicationAdministrators(managed);
    const by = administrators === null ? '' : ` -- as a member of ${administrators}`;
    const lacks = replicatesByGroup(managed)
      ? `${name} is no member of rds_replication, which stands for REPLICATION on ${operatorName(managed)}`
      : `${name} lacks REPLICATION`;
    return [
      ...(role.login
        ? []
        : [blocking(name, `${name} may not log in`, statements(alterRoleAttributes(role.name, 'LOGIN')))]),
      ...(mayReplicate(role, managed) || mends
        ? []
        : [blocking(name, lacks, `${statements(letReplicate(role.name, managed))}${by}`)]),
    ];
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

  'idle-in-transaction': (context) => {
    const { role, idleInTransactionTimeoutMs: limit } = context.source;
    if (!isCopying(context) || limit === 0 || role === null) return [];
    if (neverIdlesOut(role.config)) return [];
    const given = context.spec.source.role.via === 'given';
    if (!given && isManaged(context, role.comment)) return [];
    const sentence = `sessions idle in a transaction end after ${formatDuration(limit)}, also the one that holds the copy together: a long copy starts over`;
    return [warning(`role ${role.name}`, sentence, statements(noIdleInTransactionTimeout(role.name)))];
  },

  'row-security': ({ upstream, source, spec }) => {
    const tables = upstream.filter((table) => table.rowSecurity);
    const { role, user } = source;
    if (tables.length === 0 || role?.bypassRls || role?.superuser) return [];
    const name = spec.source.role.name;
    const sentence = `policies hide rows of ${listed(tables.map(tableName))} from ${name}: the copy needs BYPASSRLS`;
    if (role === null) {
      if (spec.source.role.via === 'api') return [];
      const note = `; the run creates it so, if ${user.name} may`;
      return [warning(`role ${name}`, `${sentence}${note}`, statements(alterRoleBypassRls(name)))];
    }
    return [blocking(`role ${name}`, sentence, statements(alterRoleBypassRls(name)))];
  },
};
