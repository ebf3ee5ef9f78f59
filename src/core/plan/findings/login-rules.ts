import { plural } from '../../text/count';
import { grantUsage } from '../../sql/postgres';
import { quoteIdent } from '../../sql/quote';
import { neededGrants } from '../../objects/grants/needed';
import {
  administersReplication,
  letReplicate,
  mayReplicate,
  operatorName,
  replicatesByGroup,
  replicationAdministrators,
} from '../../objects/role/managed';
import { isManaged, listed } from '../context';
import { addsUpstream } from '../source-steps';
import { tableName } from '../../objects/tables/select';
import { blocking, info, isCreating, statements, type Rule } from './rule';

/** From here on a CREATEROLE role with REPLICATION may give REPLICATION to a role it makes. */
const SQL_ROLE_SERVER = 160_000;

/** What the login of the run may do, and the role that Materialize gets. */
export const loginRules: Record<string, Rule> = {
  'read-only-login': (scene) => {
    const { standby, readOnly, user } = scene.source;
    if (standby && (isCreating(scene) || addsUpstream(scene))) {
      const sentence = 'the server is a standby: it takes no role, grant, replica identity or publication';
      return [blocking('server', sentence, 'name the primary in the file; it hands its changes on to the standby')];
    }
    if (!readOnly || !addsUpstream(scene)) return [];
    const sentence = `sessions of ${user.name} are read-only (default_transaction_read_only): nothing can be set up`;
    const fix = statements(`ALTER ROLE ${quoteIdent(user.name)} SET default_transaction_read_only = off`);
    return [blocking(`role ${user.name}`, sentence, `${fix} -- or a login that may write`)];
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
    const fix = `${statements(`ALTER ROLE ${quoteIdent(user.name)} ${lacks}`)} -- or ${other}`;
    return [blocking(`role ${name}`, `${user.name} lacks ${lacks} and may not make role ${name}`, fix)];
  },

  'role-attributes': (scene) => {
    const { role, managed } = scene.source;
    if (role === null || role.superuser) return [];
    const name = `role ${role.name}`;
    const mends = scene.spec.source.role.via === 'sql' && isManaged(scene, role.comment);
    const administrators = replicationAdministrators(managed);
    const by = administrators === null ? '' : ` -- as a member of ${administrators}`;
    const lacks = replicatesByGroup(managed)
      ? `${name} is no member of rds_replication, which stands for REPLICATION on ${operatorName(managed)}`
      : `${name} lacks REPLICATION`;
    return [
      ...(role.login
        ? []
        : [blocking(name, `${name} may not log in`, statements(`ALTER ROLE ${quoteIdent(role.name)} LOGIN`))]),
      ...(mayReplicate(role, managed) || mends
        ? []
        : [blocking(name, lacks, `${statements(letReplicate(role.name, managed))}${by}`)]),
    ];
  },

  'schema-usage': ({ source, upstream, spec }) => {
    const role = spec.source.role.name;
    const { schemas } = neededGrants(source, upstream);
    // A role that is still to be made gets what everybody has.
    const open = (schema: string) => upstream.some((table) => table.schema === schema && table.schemaOpen);
    const closed = schemas
      .filter((schema) => source.role !== null || !open(schema))
      .filter((schema) =>
        upstream.some((table) => table.schema === schema && !table.schemaUsable && !table.schemaGrantable),
      );
    return closed.map((schema) => {
      const tables = upstream.filter((table) => table.schema === schema).map(tableName);
      const sentence = `${role} may not use schema ${schema}, and ${source.user.name} may not let it: Postgres would only warn, and ${listed(tables)} stay closed`;
      return blocking(
        `schema ${schema}`,
        sentence,
        `${statements(grantUsage(schema, role))} -- by the owner of the schema`,
      );
    });
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
