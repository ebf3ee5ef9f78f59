import { planError } from '../contract';
import { fullName } from '../catalog/rows';
import type { NewName } from '../catalog';
import { quoteIfNeeded } from '../catalog/definitions/render';
import type { DdlContext } from '../environment';
import type { Of } from '../sql/ast';
import { guardedCluster, requireCreateIn, requireItemOwner, requirePrivilege } from './privileges';
import { isTaken } from './taken';

/** CREATE [MATERIALIZED] VIEW. Both are views of the backing store: always up to date, as Materialize's are. */
export async function createView(context: DdlContext, ddl: Of<'createView'>): Promise<void> {
  const { catalog, session, environment } = context;
  const words = ddl.materialized ? 'materialized view' : 'view';
  const name = await catalog.resolveNewName(ddl.name, session);
  const cluster = ddl.materialized ? await catalog.resolveCluster(ddl.cluster ?? context.activeCluster) : null;
  await requireCreateIn(context, name);
  if (cluster !== null) await requirePrivilege(context, guardedCluster(cluster), 'CREATE');
  await environment.definitions.run(async () => {
    const existing = await catalog.findByName(name);
    if (existing !== null && ddl.replace) {
      const old = await catalog.resolveItem(ddl.name, session, [ddl.materialized ? 'materialized-view' : 'view']);
      await requireItemOwner(context, old);
      await environment.evictingReaders(() => catalog.dropItems([old], { cascade: false, session }));
    } else if (existing !== null) {
      if (!ddl.ifNotExists) throw planError(`${existing.type.replace('-', ' ')} "${fullName(name)}" already exists`);
      return context.notice({ code: '42710', message: `${words} "${name.name}" already exists, skipping` });
    }
    await catalog.addView({
      name,
      ownerId: context.role.id,
      query: ddl.query,
      columns: ddl.columns,
      materializedIn: cluster?.id,
      session,
    });
  });
}

/** An index is only a definition here: the store answers without it. */
export async function createIndex(context: DdlContext, ddl: Of<'createIndex'>): Promise<void> {
  const { catalog, session, environment } = context;
  const on = await catalog.resolveItem(ddl.on, session);
  const cluster = await catalog.resolveCluster(ddl.cluster ?? context.activeCluster);
  await requireCreateIn(context, on);
  await requirePrivilege(context, guardedCluster(cluster), 'CREATE');
  await environment.definitions.run(async () => {
    const suffix = ddl.expressions === undefined ? 'primary_idx' : `${(ddl.expressions ?? []).join('_')}_idx`;
    const name: NewName = {
      database: on.database,
      schemaId: on.schemaId,
      schema: on.schema,
      name: ddl.name ?? `${on.name}_${suffix}`,
    };
    if (await isTaken(context, name, 'index', ddl.ifNotExists)) return;
    const columns = ddl.expressions ?? (await columnNames(context, on.id));
    const key = ddl.expressions ?? columns.map(quoteIfNeeded);
    await catalog.addIndex({ name, ownerId: context.role.id, onId: on.id, clusterId: cluster.id, columns, key });
  });
}

async function columnNames(context: DdlContext, id: string): Promise<string[]> {
  const { rows } = await context.environment.store.query<{ name: string }>(
    'SELECT name FROM mz_catalog.mz_columns WHERE id = $1 ORDER BY position',
    [id],
  );
  return rows.map(({ name }) => name);
}
