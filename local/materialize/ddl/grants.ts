import { notSupported } from '../contract';
import type { Privilege } from '../catalog';
import type { DdlContext } from '../environment';
import type { GrantTarget, Of } from '../sql/ast';
import { requireOwner, requirePrivilege, system } from './privileges';
import { resolveObject, type Resolved } from './resolve';

const ALL: Record<string, Privilege[]> = {
  system: ['CREATEROLE', 'CREATEDB', 'CREATECLUSTER', 'CREATENETWORKPOLICY'],
  database: ['USAGE', 'CREATE'],
  schema: ['USAGE', 'CREATE'],
  cluster: ['USAGE', 'CREATE'],
  secret: ['USAGE'],
  connection: ['USAGE'],
  table: ['SELECT', 'INSERT', 'UPDATE', 'DELETE'],
  source: ['SELECT'],
  view: ['SELECT'],
  'materialized-view': ['SELECT'],
};

async function targets(context: DdlContext, on: GrantTarget): Promise<Resolved[]> {
  if (on.type === 'system') return [{ ref: system.ref, owned: 'SYSTEM', label: 'SYSTEM', item: null }];
  if (on.type === 'objects') {
    return Promise.all(on.names.map((name) => resolveObject(context, on.kind, name, on.kind === 'TABLE')));
  }
  if (on.schema.length === 0 || on.kind !== 'TABLE') throw notSupported('GRANT ON ALL … but TABLES IN SCHEMA');
  const schema = await context.catalog.resolveSchema(on.schema, context.session);
  const { rows } = await context.environment.store.query<{ name: string }>(
    `SELECT name FROM mz_catalog.mz_objects
     WHERE schema_id = $1 AND type IN ('table', 'source', 'view', 'materialized-view')`,
    [schema.id],
  );
  const names = rows.map(({ name }) => [schema.database, schema.name, name]);
  return Promise.all(names.map((name) => resolveObject(context, 'TABLE', name, true)));
}

export async function grantOrRevoke(context: DdlContext, ddl: Of<'grant' | 'revoke'>): Promise<void> {
  const { catalog } = context;
  const objects = await targets(context, ddl.on);
  const roles = await Promise.all(
    ddl.roles.map((name) => (name === 'public' ? Promise.resolve({ id: 'p' }) : catalog.resolveRole(name))),
  );
  for (const object of objects) {
    if (object.ref.kind === 'system') await requirePrivilege(context, system, 'CREATEROLE');
    else await requireOwner(context, object.ref, object.owned);
  }
  await context.environment.definitions.run(async () => {
    for (const object of objects) {
      const privileges = ddl.privileges.includes('ALL')
        ? (ALL[object.ref.kind] ?? [])
        : (ddl.privileges as Privilege[]);
      for (const role of roles) {
        if (ddl.kind === 'grant') await catalog.grant(object.ref, privileges, role.id, context.role.id);
        else await catalog.revoke(object.ref, privileges, role.id);
      }
    }
  });
}
