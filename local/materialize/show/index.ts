import type { Catalog, CatalogSession, ItemType, NameParts } from '../catalog';
import { quoteIdent, quoteText } from '../catalog/store';
import { notSupported } from '../contract';
import { Cursor } from '../sql/cursor';
import { tokenize } from '../sql/tokens';
import * as listings from './listings';
import type { SessionSettings } from './settings';

/** A SHOW statement as a SELECT for the backing store, which answers with the recorded columns and types. */
export interface TranslatedShow {
  sql: string;
  /** Notices Materialize adds, e.g. MZ007 when the session's cluster does not exist. */
  notices: { code: string; message: string; hint?: string }[];
}

export interface ShowContext {
  catalog: Catalog;
  session: CatalogSession;
  settings: SessionSettings;
}

/** What a listing may be narrowed by before LIKE and WHERE. */
interface Scope {
  schemaId(): Promise<string>;
  clusterId: string | null;
  onId: string | null;
  /** FROM or ON was written. */
  schemaGiven: boolean;
}

const relationTypes: ItemType[] = ['source', 'table', 'view', 'materialized-view'];

/**
 * Turns `SHOW …` (of any kind, settings included) into a SELECT; throws Materialize's errors (42601, 42704, XX000).
 * `sql` is one statement without its semicolon.
 */
export async function translateShow(sql: string, context: ShowContext): Promise<TranslatedShow> {
  const cursor = new Cursor(sql, tokenize(sql));
  cursor.expect('SHOW');
  return { sql: await translate(cursor, context), notices: await clusterNotices(context) };
}

async function translate(cursor: Cursor, context: ShowContext): Promise<string> {
  const lone = cursor.ahead(1).kind === 'end';
  if (cursor.accept('CREATE') || cursor.accept('REDACTED', 'CREATE')) return showCreate(cursor, context);
  if (cursor.accept('COLUMNS')) return showColumns(cursor, context);
  if (cursor.accept('CLUSTERS'))
    return filtered(cursor, listings.clusters(context.catalog.features.backgroundResize), 'name');
  if (cursor.accept('CLUSTER', 'REPLICAS'))
    return filtered(cursor, listings.clusterReplicas, 'cluster, replica', 'replica');
  if (cursor.accept('DATABASES')) return filtered(cursor, listings.databases, 'name');
  if (cursor.accept('ROLES')) return filtered(cursor, listings.roles, 'name');
  if (cursor.accept('SCHEMAS')) {
    const database = cursor.accept('FROM') ? cursor.identifier() : context.session.database;
    return filtered(cursor, listings.schemas(await context.catalog.databaseId(database)), 'name');
  }
  if (cursor.accept('SUBSOURCES')) {
    cursor.expect('ON');
    const source = await context.catalog.resolveItem(cursor.name(), context.session, ['source']);
    return filtered(cursor, listings.subsources(source.id), 'name');
  }
  const listing = await objectListing(cursor, context);
  if (listing !== null) return filtered(cursor, listing, 'name');
  for (const other of ['TYPES', 'FUNCTIONS', 'NETWORK', 'PRIVILEGES', 'DEFAULT', 'ROLE']) {
    if (!lone && cursor.sees(other)) throw notSupported(`SHOW ${other}`);
  }
  return showSetting(cursor, context);
}

async function objectListing(cursor: Cursor, context: ShowContext): Promise<string | null> {
  const scoped = async (): Promise<Scope> => readScope(cursor, context);
  if (cursor.accept('SOURCES')) {
    const scope = await scoped();
    return listings.sources(await scope.schemaId(), scope.clusterId);
  }
  if (cursor.accept('TABLES')) {
    const scope = await scoped();
    return listings.tables(await scope.schemaId(), scope.onId);
  }
  if (cursor.accept('SECRETS')) return listings.named('mz_secrets', 'secret', await (await scoped()).schemaId());
  if (cursor.accept('CONNECTIONS')) return listings.connections(await (await scoped()).schemaId());
  if (cursor.accept('VIEWS')) return listings.named('mz_views', 'view', await (await scoped()).schemaId());
  if (cursor.accept('MATERIALIZED', 'VIEWS')) {
    const scope = await scoped();
    return listings.materializedViews(await scope.schemaId(), scope.clusterId);
  }
  if (cursor.accept('SINKS')) {
    const scope = await scoped();
    return listings.sinks(await scope.schemaId(), scope.clusterId);
  }
  if (cursor.accept('OBJECTS')) return listings.objects(await (await scoped()).schemaId());
  if (cursor.accept('INDEXES') || cursor.accept('INDEX') || cursor.accept('KEYS')) {
    const scope = await scoped();
    const anywhere = scope.onId !== null || (scope.clusterId !== null && !scope.schemaGiven);
    return listings.indexes(anywhere ? null : await scope.schemaId(), scope.clusterId, scope.onId);
  }
  return null;
}

/** `[FROM schema] [ON item] [IN CLUSTER c]` in any order. */
async function readScope(cursor: Cursor, { catalog, session }: ShowContext): Promise<Scope> {
  let schema: NameParts = [];
  let onId: string | null = null;
  let clusterId: string | null = null;
  for (;;) {
    if (cursor.accept('FROM')) schema = cursor.name();
    else if (cursor.accept('ON')) onId = (await catalog.resolveItem(cursor.name(), session, relationTypes)).id;
    else if (cursor.accept('IN', 'CLUSTER')) clusterId = (await catalog.resolveCluster(cursor.identifier())).id;
    else break;
  }
  return {
    schemaId: async () => (await catalog.resolveSchema(schema, session)).id,
    clusterId,
    onId,
    schemaGiven: schema.length > 0,
  };
}

/** Adds `LIKE 'pattern'` or `WHERE condition` and the order. */
function filtered(cursor: Cursor, query: string, order: string, likeColumn = 'name'): string {
  const listing = `SELECT * FROM (${query}) AS listing`;
  if (cursor.accept('LIKE')) {
    const pattern = cursor.string();
    cursor.end();
    return `${listing} WHERE ${likeColumn} LIKE ${quoteText(pattern)} ORDER BY ${order}`;
  }
  if (cursor.accept('WHERE')) return `${listing} WHERE (${cursor.restOfText()}) ORDER BY ${order}`;
  cursor.end();
  return `${listing} ORDER BY ${order}`;
}

async function showColumns(cursor: Cursor, { catalog, session }: ShowContext): Promise<string> {
  cursor.expect('FROM');
  const item = await catalog.resolveItem(cursor.name(), session, relationTypes);
  const query = listings.columns(item.id);
  if (cursor.token.kind === 'end') return query;
  return filtered(cursor, query, 'name');
}

const creatable: [words: string[], types: ItemType[]][] = [
  [['SOURCE'], ['source']],
  [['TABLE'], ['table']],
  [['CONNECTION'], ['connection']],
  [['MATERIALIZED', 'VIEW'], ['materialized-view']],
  [['VIEW'], ['view']],
  [['INDEX'], ['index']],
];

async function showCreate(cursor: Cursor, { catalog, session }: ShowContext): Promise<string> {
  if (cursor.accept('CLUSTER')) {
    const cluster = await catalog.resolveCluster(cursor.identifier());
    cursor.end();
    const text = `CREATE CLUSTER ${quoteIdent(cluster.name)} (INTROSPECTION DEBUGGING = FALSE, INTROSPECTION INTERVAL = INTERVAL '00:00:01', MANAGED = TRUE, REPLICATION FACTOR = ${cluster.replicationFactor ?? 0}, SIZE = ${quoteText(cluster.size ?? '')}, SCHEDULE = MANUAL)`;
    return row({ name: cluster.name, create_sql: text });
  }
  const found = creatable.find(([words]) => cursor.accept(...words));
  if (found === undefined) {
    return cursor.expectedOneOf(['TABLE', 'VIEW', 'SOURCE', 'SINK', 'INDEX', 'CONNECTION', 'CLUSTER', 'MATERIALIZED']);
  }
  const item = await catalog.resolveItem(cursor.name(), session, found[1]);
  cursor.end();
  return row(await catalog.showCreate(item.id));
}

function showSetting(cursor: Cursor, { settings }: ShowContext): string {
  if (cursor.accept('ALL')) {
    const rows = settings.all().map(([name, value]) => `(${quoteText(name)}, ${quoteText(value)}, '')`);
    return `SELECT * FROM (VALUES ${rows.join(', ')}) AS settings (name, setting, description)`;
  }
  const name = cursor.accept('TIME', 'ZONE')
    ? 'timezone'
    : cursor.accept('TRANSACTION', 'ISOLATION', 'LEVEL')
      ? 'transaction_isolation'
      : cursor.identifier().toLowerCase();
  cursor.end();
  return row({ [name]: settings.show(name) });
}

const row = (values: object): string =>
  `SELECT ${Object.entries(values)
    .map(([name, value]) => `${quoteText(String(value))} AS ${quoteIdent(name)}`)
    .join(', ')}`;

async function clusterNotices({ catalog, settings }: ShowContext): Promise<TranslatedShow['notices']> {
  const name = settings.show('cluster');
  if ((await catalog.findCluster(name)) !== null) return [];
  return [
    {
      code: 'MZ007',
      message: `cluster "${name}" does not exist`,
      hint: 'Create the cluster with CREATE CLUSTER or pick an extant cluster with SET CLUSTER = name. List available clusters with SHOW CLUSTERS.',
    },
  ];
}
