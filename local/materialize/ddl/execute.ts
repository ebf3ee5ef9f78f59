import { MzError, notSupported } from '../contract';
import type { DdlContext } from '../environment';
import type { Ddl } from '../sql/ast';
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

/** The tag a definition is answered with, known before it is carried out. */
export function tagOf(ddl: Ddl): string {
  switch (ddl.kind) {
    case 'createCluster':
      return 'CREATE CLUSTER';
    case 'createSecret':
      return 'CREATE SECRET';
    case 'createConnection':
      return 'CREATE CONNECTION';
    case 'createSource':
      return 'CREATE SOURCE';
    case 'createTable':
    case 'createPlainTable':
      return 'CREATE TABLE';
    case 'createSchema':
      return 'CREATE SCHEMA';
    case 'createRole':
      return 'CREATE ROLE';
    case 'createView':
      return ddl.materialized ? 'CREATE MATERIALIZED VIEW' : 'CREATE VIEW';
    case 'createIndex':
      return 'CREATE INDEX';
    case 'alter':
      return `ALTER ${ddl.object}`;
    case 'alterSystem':
      return 'ALTER SYSTEM';
    case 'drop':
      return `DROP ${ddl.object}`;
    case 'comment':
      return 'COMMENT';
    case 'validateConnection':
      return 'VALIDATE CONNECTION';
    case 'grant':
    case 'grantRole':
      return 'GRANT';
    case 'revoke':
    case 'revokeRole':
      return 'REVOKE';
  }
}

/** Carries out one definition statement; throws MzError in Materialize's words. */
export async function executeDdl(context: DdlContext, ddl: Ddl): Promise<void> {
  switch (ddl.kind) {
    case 'createCluster':
      return createCluster(context, ddl);
    case 'createSecret':
      return createSecret(context, ddl);
    case 'createConnection':
      return createConnection(context, ddl);
    case 'createSource':
      return createSource(context, ddl);
    case 'createTable':
      return createTableFromSource(context, ddl);
    case 'createPlainTable':
      return createPlainTable(context, ddl);
    case 'createSchema':
      return createSchema(context, ddl);
    case 'createRole':
      return createRole(context, ddl);
    case 'createView':
      return createView(context, ddl);
    case 'createIndex':
      return createIndex(context, ddl);
    case 'alter':
      return alter(context, ddl);
    case 'alterSystem':
      return alterSystem(context, ddl);
    case 'drop':
      return drop(context, ddl);
    case 'comment':
      return comment(context, ddl);
    case 'validateConnection':
      return validateStored(context, ddl.name);
    case 'grant':
    case 'revoke':
      return grantOrRevoke(context, ddl);
    case 'grantRole':
    case 'revokeRole':
      throw notSupported('membership of roles in roles');
  }
}

async function createSchema(context: DdlContext, ddl: Extract<Ddl, { kind: 'createSchema' }>): Promise<void> {
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

async function createRole(context: DdlContext, ddl: Extract<Ddl, { kind: 'createRole' }>): Promise<void> {
  const { catalog, environment } = context;
  await requirePrivilege(context, system, 'CREATEROLE');
  await environment.definitions.run(async () => {
    if ((await catalog.findRole(ddl.name)) !== null) throw new MzError('XX000', `role '${ddl.name}' already exists`);
    const superuser = ddl.options.includes('SUPERUSER');
    await catalog.addRole(ddl.name, { superuser });
    if (!superuser) await withoutSuperuser(environment.store, ddl.name);
  });
}

async function alter(context: DdlContext, ddl: Extract<Ddl, { kind: 'alter' }>): Promise<void> {
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
      const defaults = action.names.includes('REPLICATION FACTOR')
        ? [{ name: 'REPLICATION FACTOR', value: { type: 'number', text: '1' } as const }]
        : [];
      return changeCluster(context, cluster, defaults, []);
    }
    case 'swap':
    case 'refreshReferences':
    case 'rotateKeys':
      await catalog.findItem(ddl.name, session);
      throw notSupported(`this form of ALTER ${ddl.object}`);
  }
}

async function exists(context: DdlContext, ddl: Extract<Ddl, { kind: 'alter' }>): Promise<boolean> {
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
async function alterSystem(context: DdlContext, ddl: Extract<Ddl, { kind: 'alterSystem' }>): Promise<void> {
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

async function comment(context: DdlContext, ddl: Extract<Ddl, { kind: 'comment' }>): Promise<void> {
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
