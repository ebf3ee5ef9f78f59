import { notSupported, planError } from '../contract';
import type { AddedTable, CatalogItem, NewIngestedTable, NewName } from '../catalog';
import { flag, takesSourceTables, type DdlContext } from '../environment';
import type { CreateSource, ExternalReference, Option } from '../sql/ast';
import { newSlotName } from '../upstream';
import { missingTables } from '../upstream/select-tables';
import { sourceError } from '../upstream/publication';
import { requireWithin } from './limits';
import { namesOption, optionMap, textOption } from './options';
import { guardedCluster, guardedItem, requireCreateIn, requireItemOwner, requirePrivilege } from './privileges';
import { purify, type Purified } from './purify';
import { isTaken } from './taken';

/** Where the chosen tables go; refuses names that are taken. */
export async function placeTables(context: DdlContext, purified: Purified): Promise<NewIngestedTable[]> {
  const { catalog, session } = context;
  const placed: NewIngestedTable[] = [];
  for (const { name, table, excluded } of purified.tables) {
    const target = await catalog.resolveNewName(name, session);
    await requireCreateIn(context, target);
    if ((await catalog.findByName(target)) !== null) throw planError(`catalog item '${target.name}' already exists`);
    placed.push({
      name: target,
      upstream: table,
      upstreamDatabase: purified.published.database,
      textColumns: table.columns.filter((column) => column.asText).map((column) => column.name),
      excludeColumns: excluded,
    });
  }
  return placed;
}

export const ingested = (added: AddedTable[]) => added.map(({ item, upstream }) => ({ id: item.id, upstream }));

/** `<source>_progress`, with a number behind it while that is taken, unless EXPOSE PROGRESS AS names it. */
async function progressName(context: DdlContext, ddl: CreateSource, source: NewName): Promise<NewName> {
  const { catalog, session } = context;
  if (ddl.progress !== undefined) {
    const [bare] = ddl.progress;
    const parts =
      ddl.progress.length === 1 && bare !== undefined ? [source.database, source.schema, bare] : ddl.progress;
    const given = await catalog.resolveNewName(parts, session);
    if ((await catalog.findByName(given)) !== null) throw planError(`catalog item '${given.name}' already exists`);
    return given;
  }
  for (let count = 0; ; count++) {
    const name = { ...source, name: `${source.name}_progress${count === 0 ? '' : `_${count}`}` };
    if ((await catalog.findByName(name)) === null) return name;
  }
}

function checkForm(context: DdlContext, ddl: CreateSource): { publication: string; columns: boolean } {
  const options = optionMap(ddl.options);
  if (options.has('DETAILS')) throw planError('CREATE SOURCE specifies DETAILS option');
  if (!options.has('PUBLICATION')) throw sourceError('CONNECTION must specify PUBLICATION');
  const columns = options.has('TEXT COLUMNS') || options.has('EXCLUDE COLUMNS');
  if (ddl.tables.type === 'none') {
    if (!takesSourceTables(context.environment)) throw missingTables();
    if (columns) throw sourceError('TEXT COLUMNS option is unnecessary when no tables are added');
  } else if (flag(context.environment, 'force_source_table_syntax')) {
    throw planError(`${ddl.tablesText} not supported; use CREATE TABLE .. FROM SOURCE instead`);
  }
  return { publication: textOption('PUBLICATION', options.get('PUBLICATION')), columns };
}

export async function createSource(context: DdlContext, ddl: CreateSource): Promise<void> {
  const { catalog, session, environment } = context;
  const name = await catalog.resolveNewName(ddl.name, session);
  const cluster = await catalog.resolveCluster(ddl.cluster ?? context.activeCluster);
  const connection = await catalog.resolveItem(ddl.connection, session, ['connection']);
  const { publication } = checkForm(context, ddl);
  if (cluster.id.startsWith('s') && cluster.name !== 'quickstart') {
    throw planError(`cannot create this kind of object in system cluster ${cluster.name}`);
  }
  await requireCreateIn(context, name);
  await requirePrivilege(context, guardedItem(connection), 'USAGE');
  await requirePrivilege(context, guardedCluster(cluster), 'CREATE');
  const options = optionMap(ddl.options);
  const textColumns = namesOption(options.get('TEXT COLUMNS'));
  const excludeColumns = namesOption(options.get('EXCLUDE COLUMNS'));
  const purified = await purify(context, {
    connectionId: connection.id,
    publication,
    selection: ddl.tables,
    sourceName: ddl.name,
    options: { textColumns, excludeColumns },
  });
  const slot = newSlotName();
  await environment.definitions.run(async () => {
    if (await isTaken(context, name, 'source', ddl.ifNotExists)) return;
    const subsources = await placeTables(context, purified);
    await requireWithin(context, 'source', subsources.length);
    const added = await catalog.addSource({
      name,
      ownerId: context.role.id,
      clusterId: cluster.id,
      connectionId: connection.id,
      publication,
      textColumns,
      excludeColumns,
      slot,
      timelineId: purified.published.timelineId,
      standby: purified.published.standby,
      upstreamDatabase: purified.published.database,
      progress: ddl.tables.type === 'none' ? null : await progressName(context, ddl, name),
      subsources,
      references: purified.published.tables.map((table) => ({
        namespace: table.schema,
        name: table.name,
        columns: table.columns.map((column) => column.name),
      })),
    });
    environment.ingestion.start(
      {
        id: added.source.id,
        slot,
        publication,
        connection: purified.connection,
        tables: ingested(added.subsources),
        timelineId: purified.published.timelineId,
        standby: purified.published.standby,
        progressId: added.progress?.id,
      },
      await catalog.replicaFor(cluster.id),
    );
  });
}

/** The Postgres source of this name; subsources and progress relations are not meant. */
export async function resolvePostgresSource(context: DdlContext, name: string[]): Promise<CatalogItem> {
  const item = await context.catalog.resolveItem(name, context.session, ['source']);
  if (item.subtype !== 'postgres')
    throw planError(`${item.name} is a ${item.subtype ?? 'source'}, not a source of tables`);
  return item;
}

/** ALTER SOURCE … ADD SUBSOURCE: each table gets a snapshot of its own. */
export async function addSubsources(
  context: DdlContext,
  source: CatalogItem,
  tables: ExternalReference[],
  withOptions: Option[],
): Promise<void> {
  const { catalog, environment } = context;
  await requireItemOwner(context, source);
  if (flag(environment, 'force_source_table_syntax')) {
    throw planError('ALTER SOURCE .. ADD SUBSOURCE .. not supported; use CREATE TABLE .. FROM SOURCE instead');
  }
  const options = optionMap(withOptions);
  if (options.has('DETAILS')) throw planError('ALTER SOURCE .. ADD SUBSOURCE specifies DETAILS option');
  const { connectionId, publication } = await catalog.originOf(source);
  const purified = await purify(context, {
    connectionId,
    publication,
    selection: { type: 'tables', tables },
    sourceName: [source.database, source.schema, source.name],
    options: {
      textColumns: namesOption(options.get('TEXT COLUMNS')),
      excludeColumns: namesOption(options.get('EXCLUDE COLUMNS')),
    },
  });
  await environment.definitions.run(async () => {
    const placed = await placeTables(context, purified);
    await requireWithin(context, 'source', placed.length);
    const added = await catalog.addSubsources(source.id, placed, context.role.id);
    environment.ingestion.addTables(source.id, ingested(added));
  });
}

/** ALTER SOURCE … SET / RESET: only retention and intervals exist, which the stand-in has no use for. */
export const alterSourceOptions = (): never => {
  throw notSupported('options of ALTER SOURCE … SET and RESET');
};
