import { isManaged, listed } from '../../plan/context';
import type { SessionLimit } from './facts';
import {
  blocking,
  type FindingContext,
  type Found,
  info,
  willCopy,
  type Rule,
  statements,
  warning,
} from '../../plan/rule';
import { roleBy } from '../../plan/fix';
import { plural } from '../../text/count';
import { formatDuration } from '../../text/duration';
import { estimateCopy } from '../cluster/estimate';
import { tableName } from '../tables/select';
import {
  administersReplication,
  letReplicate,
  mayGiveBypassRls,
  mayReplicate,
  operatorName,
  replicatesByGroup,
  replicationAdministrators,
} from './managed';
import { isLifted, limitOf } from './limits';
import { alterRoleAttributes, alterRoleBypassRls, noLimit } from './statements';

/** From here on a CREATEROLE role with REPLICATION may give REPLICATION to a role it makes. */
const SQL_ROLE_SERVER = 160_000;

/** A look at the catalog waits for whoever alters a table, and migrations take some seconds. */
const SHORT_STATEMENT_MS = 30_000;

const roleOf = ({ spec }: FindingContext): string => `role ${spec.source.role.name}`;

/** What is said of a timeout that the role's sessions begin with, where no run lifts it. `fix` lifts it from now on. */
function limited(
  context: FindingContext,
  setting: SessionLimit['setting'],
  say: (limit: SessionLimit, fix: string) => Found[],
): Found[] {
  const { role } = context.source;
  const limit = role && limitOf(role, setting);
  if (!role || !limit || isLifted(context, role)) return [];
  const database = limit.inDatabase ? context.spec.source.database : null;
  return say(limit, statements(noLimit(role.name, limit, database)));
}

/** The role that Materialize logs in as, and whether this login may make or change it. */
export const roleFindings: Record<string, Rule> = {
  'role-missing': ({ source, spec }) => {
    const { name, via } = spec.source.role;
    if (source.role !== null || via !== 'given') return [];
    return [
      blocking(
        `role ${name}`,
        `role ${name} does not exist`,
        `create it, or let the run do so: ${roleBy(name, 'via: sql')}`,
      ),
    ];
  },

  'role-is-login': ({ source, spec }) => {
    const { name, via } = spec.source.role;
    if (name !== source.user.name) return [];
    const other = 'name another role under source.role';
    return via === 'given'
      ? [
          warning(
            `role ${name}`,
            `Materialize would log in as ${name}, who owns what it reads and may change it`,
            other,
          ),
        ]
      : [blocking(`role ${name}`, `n2m itself logs in as ${name}, whose password would go to Materialize`, other)];
  },

  'role-creation': ({ source, spec }) => {
    const { name, via } = spec.source.role;
    if (source.role !== null || via !== 'sql') return [];
    const { user, versionNum, neon, managed } = source;
    if (user.superuser || administersReplication(source)) return [];
    const given = roleBy(name, 'via: given, password: env:N2M_SECRET_ROLE_PASSWORD');
    const other = neon ? roleBy(name, 'via: api') : `have a superuser make the role, and ${given}`;
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
            source.versionNum >= SQL_ROLE_SERVER
              ? `${roleBy(spec.source.role.name, 'via: sql')} -- makes one with only what it needs`
              : null,
          ),
        ]
      : [],

  'idle-in-transaction': (context) =>
    limited(context, 'idle_in_transaction_session_timeout', ({ ms }, fix) => {
      const sentence = `sessions idle in a transaction end after ${formatDuration(ms)}, also the one that holds the copy together: a long copy starts over`;
      return willCopy(context) ? [warning(roleOf(context), sentence, fix)] : [];
    }),

  'transaction-timeout': (context) =>
    limited(context, 'transaction_timeout', ({ ms }, fix) => {
      if (!willCopy(context)) return [];
      const { seconds, words } = estimateCopy(context.spec, context.target, context.tables);
      const fits = seconds !== null && seconds * 1000 < ms;
      const sentence = `transactions of the role end after ${formatDuration(ms)}, and the copy is one`;
      if (fits) return [info(roleOf(context), `${sentence}: if it takes longer (${words}), it starts over`, fix)];
      return [warning(roleOf(context), `${sentence} (${words}): it would start over and over`, fix)];
    }),

  'statement-timeout': (context) =>
    limited(context, 'statement_timeout', ({ ms }, fix) => {
      const short = ms < SHORT_STATEMENT_MS;
      if (!short && !willCopy(context)) return [];
      const sentence = `statements of the role end after ${formatDuration(ms)}: Materialize lifts that for the copy of rows, not for its looks at the catalog; one that waits that long, as for a lock on a table, makes the source or its copy start anew`;
      return [(short ? warning : info)(roleOf(context), sentence, fix)];
    }),

  'row-security': (context) => {
    const { upstream, source, spec } = context;
    const tables = upstream.filter((table) => table.rowSecurity);
    const { role, user } = source;
    if (tables.length === 0 || role?.bypassRls || role?.superuser) return [];
    const { name, via } = spec.source.role;
    const sentence = `policies hide rows of ${listed(tables.map(tableName))} from ${name}: the copy needs BYPASSRLS`;
    const fix = statements(alterRoleBypassRls(name));
    if (role === null) {
      if (via === 'api') return [];
      return [warning(`role ${name}`, `${sentence}; the run creates it so, if ${user.name} may`, fix)];
    }
    const gives = via === 'sql' && isManaged(context, role.comment) && mayGiveBypassRls(source);
    return [
      gives ? warning(`role ${name}`, `${sentence}; the run gives it`, fix) : blocking(`role ${name}`, sentence, fix),
    ];
  },
};
