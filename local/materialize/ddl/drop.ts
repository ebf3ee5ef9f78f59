import { MzError, notSupported } from '../contract';
import { cascadeNotice, type CatalogItem, type ItemType, type RemovedObject } from '../catalog';
import type { DdlContext } from '../environment';
import type { ItemKind, Name, Of } from '../sql/ast';
import { printName } from '../upstream/names';
import { requireClusterOwner } from './clusters';
import { requireItemOwner, requireSchemaOwner, system, requirePrivilege } from './privileges';

type Drop = Of<'drop'>;

export const ITEM_TYPES: Partial<Record<ItemKind, ItemType>> = {
  SECRET: 'secret',
  CONNECTION: 'connection',
  SOURCE: 'source',
  TABLE: 'table',
  VIEW: 'view',
  'MATERIALIZED VIEW': 'materialized-view',
  INDEX: 'index',
};

export const skipNotice = (kind: ItemKind, name: Name) => ({
  code: '42704',
  message: `${kind} "${printName(name)}" does not exist, skipping`,
});

/** All that depends on these items, themselves included. */
async function closure(context: DdlContext, roots: CatalogItem[]): Promise<Map<string, CatalogItem>> {
  const found = new Map<string, CatalogItem>();
  const queue = [...roots];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    if (found.has(item.id)) continue;
    found.set(item.id, item);
    queue.push(...(await context.catalog.dependents(item.id)));
  }
  return found;
}

/** Stops writing to what is about to go: a running copy would hold its table against the drop. */
async function stopIngesting(context: DdlContext, roots: CatalogItem[]): Promise<void> {
  const { ingestion } = context.environment;
  const going = await closure(context, roots);
  for (const item of going.values()) {
    if (item.type === 'source' && item.subtype === 'postgres') ingestion.drop(item.id);
  }
  for (const item of going.values()) {
    const { sourceId } = item;
    const written = item.type === 'table' || item.subtype === 'subsource';
    if (written && sourceId !== null && !going.has(sourceId)) ingestion.removeTable(sourceId, item.id);
  }
}

function announce(context: DdlContext, removed: RemovedObject[]): void {
  const notice = cascadeNotice(removed);
  if (notice !== null) context.notice({ code: '00000', ...notice });
}

export async function drop(context: DdlContext, ddl: Drop): Promise<void> {
  switch (ddl.object) {
    case 'CLUSTER':
      return dropClusters(context, ddl);
    case 'SCHEMA':
      return dropSchemas(context, ddl);
    case 'ROLE':
      return dropRoles(context, ddl);
    default:
      return dropItems(context, ddl, ITEM_TYPES[ddl.object] ?? refuse(ddl.object));
  }
}

const refuse = (kind: ItemKind): never => {
  throw notSupported(`DROP ${kind}`);
};

async function dropItems(context: DdlContext, ddl: Drop, type: ItemType): Promise<void> {
  const { catalog, session, environment } = context;
  await environment.definitions.run(async () => {
    const items = new Map<string, CatalogItem>();
    for (const name of ddl.names) {
      if (ddl.ifExists && (await catalog.findItem(name, session)) === null) {
        context.notice(skipNotice(ddl.object, name));
        continue;
      }
      const item = await catalog.resolveItem(name, session, [type]);
      await requireItemOwner(context, item);
      items.set(item.id, item);
    }
    const going = [...items.values()];
    if (going.length === 0) return;
    const alone = async (item: CatalogItem) =>
      (await catalog.dependents(item.id)).every(
        (dependent) => dependent.subtype === 'progress' || items.has(dependent.id),
      );
    const allowed = ddl.cascade || (await Promise.all(going.map(alone))).every(Boolean);
    if (allowed) await stopIngesting(context, going);
    const work = () => catalog.dropItems(going, { cascade: ddl.cascade, session });
    announce(context, await environment.evictingReaders(work));
  });
}

async function dropSchemas(context: DdlContext, ddl: Drop): Promise<void> {
  const { catalog, session, environment } = context;
  await environment.definitions.run(async () => {
    for (const name of ddl.names) {
      const [database, bare] = name.length > 1 ? name : [session.database, name[0] ?? ''];
      if (ddl.ifExists && (await catalog.findSchema(database ?? '', bare ?? '')) === null) {
        context.notice(skipNotice('SCHEMA', name));
        continue;
      }
      const schema = await catalog.resolveSchema(name, session);
      await requireSchemaOwner(context, schema);
      if (ddl.cascade) await stopIngesting(context, await itemsIn(context, schema.id));
      const work = () => catalog.dropSchema(schema, { cascade: ddl.cascade });
      announce(context, await environment.evictingReaders(work));
    }
  });
}

async function itemsIn(context: DdlContext, schemaId: string): Promise<CatalogItem[]> {
  const { rows } = await context.environment.store.query<{ id: string }>(
    'SELECT id FROM mz_catalog.mz_objects WHERE schema_id = $1',
    [schemaId],
  );
  return Promise.all(rows.map(({ id }) => context.catalog.item(id)));
}

async function dropClusters(context: DdlContext, ddl: Drop): Promise<void> {
  const { catalog, environment } = context;
  await environment.definitions.run(async () => {
    for (const [name = ''] of ddl.names) {
      const cluster = ddl.ifExists ? await catalog.findCluster(name) : await catalog.resolveCluster(name);
      if (cluster === null) {
        context.notice(skipNotice('CLUSTER', [name]));
        continue;
      }
      await requireClusterOwner(context, cluster);
      if (ddl.cascade) {
        const sources = await catalog.sourcesIn(cluster.id);
        await stopIngesting(context, await Promise.all(sources.map((id) => catalog.item(id))));
      }
      announce(
        context,
        await environment.evictingReaders(() => catalog.dropCluster(cluster, { cascade: ddl.cascade })),
      );
      if (context.activeCluster !== name) continue;
      context.notice({
        code: 'MZ003',
        message: `active cluster "${name}" has been dropped`,
        hint: 'Choose a new active cluster by executing SET CLUSTER = <name>.',
      });
    }
  });
}

async function dropRoles(context: DdlContext, ddl: Drop): Promise<void> {
  const { catalog, environment } = context;
  await requirePrivilege(context, system, 'CREATEROLE');
  await environment.definitions.run(async () => {
    for (const [name = ''] of ddl.names) {
      const role = ddl.ifExists ? await catalog.findRole(name) : await catalog.resolveRole(name);
      if (role === null) context.notice(skipNotice('ROLE', [name]));
      else if (role.id === context.role.id) throw new MzError('XX000', 'current role cannot be dropped');
      else await catalog.dropRole(role);
    }
  });
}
