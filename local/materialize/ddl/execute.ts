import { MzError, notSupported } from '../contract';
import type { DdlContext } from '../environment';
import type { Ddl, Of, Option } from '../sql/ast';
import { withoutSuperuser } from '../store-rights';
import { changeCluster, createCluster, requireClusterOwner } from './clusters';
import { alterConnection, createConnection, validateStored } from './connections';
import { drop, skipNotice } from './drop';
import { grantOrRevoke } from './grants';
import { requireOwner, requirePrivilege, system } from './privileges';
import { resolveColumn, resolveObject } from './resolve';
import { alterSecret, createSecret } from './secrets';
import { addSubsources, alterSourceOptions, createSource, resolvePostgresSource } from './sources';
import { createPlainTable, createTableFromSource } from './tables';
import { createIndex, createView } from './views';

/** How each kind of definition is carried out, and the tag it is answered with. */
type Definitions = {
  [Kind in Ddl['kind']]: {
    tag: string | ((ddl: Of<Kind>) => string);
    run: (context: DdlContext, ddl: Of<Kind>) => Promise<void>;
  };
};

const noMembership = (): never => {
  throw notSupported('membership of roles in roles');
};

const definitions: Definitions = {
  createCluster: { tag: 'CREATE CLUSTER', run: createCluster },
  createSecret: { tag: 'CREATE SECRET', run: createSecret },
  createConnection: { tag: 'CREATE CONNECTION', run: createConnection },
  createSource: { tag: 'CREATE SOURCE', run: createSource },
  createTable: { tag: 'CREATE TABLE', run: createTableFromSource },
  createPlainTable: { tag: 'CREATE TABLE', run: createPlainTable },
  createSchema: { tag: 'CREATE SCHEMA', run: createSchema },
  createRole: { tag: 'CREATE ROLE', run: createRole },
  createView: {
    tag: ({ materialized }) => (materialized ? 'CREATE MATERIALIZED VIEW' : 'CREATE VIEW'),
    run: createView,
  },
  createIndex: { tag: 'CREATE INDEX', run: createIndex },
  alter: { tag: ({ object }) => `ALTER ${object}`, run: alter },
  alterSystem: { tag: 'ALTER SYSTEM', run: alterSystem },
  drop: { tag: ({ object }) => `DROP ${object}`, run: drop },
  comment: { tag: 'COMMENT', run: comment },
  validateConnection: { tag: 'VALIDATE CONNECTION', run: (context, { name }) => validateStored(context, name) },
  grant: { tag: 'GRANT', run: grantOrRevoke },
  revoke: { tag: 'REVOKE', run: grantOrRevoke },
  grantRole: { tag: 'GRANT', run: noMembership },
  revokeRole: { tag: 'REVOKE', run: noMembership },
};

/** The compiler cannot tell that an entry is of its statement's own kind; the table's type does. */
const definitionOf = (ddl: Ddl) => definitions[ddl.kind] as Definitions['drop'];

/** Known before the definition is carried out. */
export function tagOf(ddl: Ddl): string {
  const { tag } = definitionOf(ddl);
  return typeof tag === 'string' ? tag : tag(ddl as Of<'drop'>);
}

/** Carries out one definition statement; throws MzError in Materialize's words. */
export async function executeDdl(context: DdlContext, ddl: Ddl): Promise<void> {
  return definitionOf(ddl).run(context, ddl as Of<'drop'>);
}

async function createSchema(context: DdlContext, ddl: Of<'createSchema'>): Promise<void> {
  const { catalog, session, role } = context;
  const [database, name] =
    ddl.name.length > 1 ? [ddl.name[0] ?? '', ddl.name[1] ?? ''] : [session.database, ddl.name[0] ?? ''];
  const databaseId = await catalog.databaseId(database);
  const label = `DATABASE "${database}"`;
  await requirePrivilege(context, { ref: { kind: 'database', id: databaseId }, label }, 'CREATE');
  if (/^(mz|pg)_/.test(name)) {
    throw new MzError('XX000', `unacceptable schema name '${name}'`, {
      detail: 'The prefixes "mz_" and "pg_" are reserved for system schemas.',
    });
  }
  await context.environment.definitions.run(async () => {
    if ((await catalog.findSchema(database, name)) !== null) {
      if (!ddl.ifNotExists) throw new MzError('XX000', `schema '${name}' already exists`);
      return context.notice({ code: '42710', message: `schema "${name}" already exists, skipping` });
    }
    await catalog.addSchema(database, name, role.id);
  });
}

async function createRole(context: DdlContext, ddl: Of<'createRole'>): Promise<void> {
  const { catalog, environment } = context;
  await requirePrivilege(context, system, 'CREATEROLE');
  await environment.definitions.run(async () => {
    if ((await catalog.findRole(ddl.name)) !== null) throw new MzError('XX000', `role '${ddl.name}' already exists`);
    const superuser = ddl.options.includes('SUPERUSER');
    await catalog.addRole(ddl.name, { superuser });
    if (!superuser) await withoutSuperuser(environment.store, ddl.name);
  });
}

async function alter(context: DdlContext, ddl: Of<'alter'>): Promise<void> {
  const { catalog, session } = context;
  if (ddl.ifExists && !(await exists(context, ddl))) return context.notice(skipNotice(ddl.object, ddl.name));
  const { action } = ddl;
  switch (action.type) {
    case 'rename':
    case 'owner': {
      const object = await resolveObject(context, ddl.object, ddl.name);
      await requireOwner(context, object.ref, object.owned);
      if (action.type === 'rename')
        return context.environment.definitions.run(() => catalog.rename(object.ref, action.to));
      const owner = await catalog.resolveRole(action.to);
      return context.environment.definitions.run(() => catalog.changeOwner(object.ref, owner.id));
    }
    case 'secret':
      return alterSecret(context, ddl.name, action.value);
    case 'connection':
      return alterConnection(context, ddl.name, action.changes, action.with);
    case 'addSubsource':
      return addSubsources(context, await resolvePostgresSource(context, ddl.name), action.tables, action.with);
    case 'dropSubsource':
      throw new MzError('XX000', 'ALTER SOURCE...DROP SUBSOURCE no longer supported; use DROP SOURCE');
    case 'set':
      if (ddl.object !== 'CLUSTER') return alterSourceOptions();
      return changeCluster(context, await catalog.resolveCluster(ddl.name[0] ?? ''), action.options, action.with);
    case 'reset': {
      if (ddl.object !== 'CLUSTER') return alterSourceOptions();
      const cluster = await catalog.resolveCluster(ddl.name[0] ?? '');
      const defaults: Option[] = action.names.flatMap((name): Option[] => {
        if (name === 'REPLICATION FACTOR') return [{ name, value: { type: 'number', text: '1' } }];
        return ['SCHEDULE', 'AUTO SCALING STRATEGY'].includes(name) ? [{ name, value: undefined }] : [];
      });
      return changeCluster(context, cluster, defaults, []);
    }
    case 'swap':
      if (ddl.object !== 'SCHEMA') throw notSupported(`this form of ALTER ${ddl.object}`);
      return swapSchemas(context, ddl.name, [...ddl.name.slice(0, -1), action.with]);
    case 'refreshReferences':
    case 'rotateKeys':
      await catalog.findItem(ddl.name, session);
      throw notSupported(`this form of ALTER ${ddl.object}`);
  }
}

/** Each takes the other's name; what is in them goes along. */
async function swapSchemas(context: DdlContext, one: string[], other: string[]): Promise<void> {
  const first = await resolveObject(context, 'SCHEMA', one);
  const second = await resolveObject(context, 'SCHEMA', other);
  for (const { ref, owned } of [first, second]) await requireOwner(context, ref, owned);
  const [a = '', b = ''] = [one.at(-1), other.at(-1)];
  await context.environment.definitions.run(async () => {
    await context.catalog.rename(first.ref, `${a} swapped`);
    await context.catalog.rename(second.ref, a);
    await context.catalog.rename(first.ref, b);
  });
}

async function exists(context: DdlContext, ddl: Of<'alter'>): Promise<boolean> {
  const { catalog, session } = context;
  const [first = '', second] = ddl.name;
  if (ddl.object === 'CLUSTER') return (await catalog.findCluster(first)) !== null;
  if (ddl.object === 'ROLE') return (await catalog.findRole(first)) !== null;
  if (ddl.object === 'SCHEMA') {
    return (await catalog.findSchema(second === undefined ? session.database : first, second ?? first)) !== null;
  }
  return (await catalog.findItem(ddl.name, session)) !== null;
}

/** ALTER SYSTEM: for the internal user alone, as in Materialize. */
async function alterSystem(context: DdlContext, ddl: Of<'alterSystem'>): Promise<void> {
  const { catalog, environment, role } = context;
  if (!role.superuser) {
    throw new MzError('42501', 'permission denied to alter system', { detail: `You must be the 'mz_system' role` });
  }
  if (ddl.name === 'all') throw notSupported('ALTER SYSTEM RESET ALL');
  await environment.definitions.run(async () => {
    await catalog.setSystem(ddl.name, ddl.value ?? null);
    await environment.reloadSystem();
  });
  const message = `variable "${ddl.name}" was updated for the system, this will have no effect on the current session`;
  context.notice({ code: '00000', message });
}

async function comment(context: DdlContext, ddl: Of<'comment'>): Promise<void> {
  const { catalog, environment } = context;
  if (ddl.object === 'COLUMN') {
    const { object, position } = await resolveColumn(context, ddl.name);
    await requireOwner(context, object.ref, object.owned);
    return environment.definitions.run(() => catalog.comment(object.ref, position, ddl.text));
  }
  if (ddl.object === 'CLUSTER') {
    const cluster = await catalog.resolveCluster(ddl.name[0] ?? '');
    await requireClusterOwner(context, cluster);
  }
  const object = await resolveObject(context, ddl.object, ddl.name);
  await requireOwner(context, object.ref, object.owned);
  return environment.definitions.run(() => catalog.comment(object.ref, null, ddl.text));
}
