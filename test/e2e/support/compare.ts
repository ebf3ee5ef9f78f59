import { createHash } from 'node:crypto';
import type { Client } from 'pg';
import { quoteIdent } from '../../../src/core/sql/quote';
import { canonicalNumber } from '../../../src/core/verify/number';
import { until } from './until';
import type { World } from './world';

export interface Digest {
  rows: number;
  sha256: string;
}

/** Materialize keeps no zeros at the end of a number. */
const withoutZeros = (value: string | null): string | null =>
  value !== null && /^-?\d+\.\d+$/.test(value) ? canonicalNumber(value) : value;

/** Count and checksum of a table's rows, whatever their order, by values and not by texts. */
export async function digest(client: Client, schema: string, table: string, columns: string[]): Promise<Digest> {
  const list = columns.map((column) => `${quoteIdent(column)}::text`).join(', ');
  const { rows } = await client.query<string[]>({
    text: `SELECT ${list} FROM ${quoteIdent(schema)}.${quoteIdent(table)}`,
    rowMode: 'array',
  });
  const lines = rows.map((row) => JSON.stringify(row.map(withoutZeros))).sort();
  return { rows: rows.length, sha256: createHash('sha256').update(lines.join('\n')).digest('hex') };
}

/** The sample's tables with columns that both servers print alike. */
export const TABLES: Record<string, string[]> = {
  customers: ['id', 'name', 'email', 'city'],
  orders: ['id', 'customer_id', 'status', 'total', 'note'],
  'Order Items': ['id', 'Order', 'Product', 'Quantity', 'Unit Price'],
  events: ['kind'],
};

interface Where {
  branch?: string;
  /** Where Materialize reads. */
  cluster?: string;
}

export async function digests(
  world: World,
  tables: string[] = Object.keys(TABLES),
  { branch, cluster = `ingest_${world.name}` }: Where = {},
) {
  const columns = (table: string): string[] => TABLES[table] ?? ['id'];
  const upstream: Record<string, Digest> = {};
  const target: Record<string, Digest> = {};
  await world.upstream(async (client) => {
    for (const table of tables) upstream[table] = await digest(client, 'public', table, columns(table));
  }, branch);
  await world.target(async (client) => {
    await client.query(`SET cluster = ${quoteIdent(cluster)}`);
    for (const table of tables) target[table] = await digest(client, world.name, table, columns(table));
  });
  return { upstream, target };
}

/** Waits until both sides agree; the last difference is what a failing test shows. */
export async function untilEqual(world: World, tables?: string[], where?: Where): Promise<void> {
  await until(async () => {
    const { upstream, target } = await digests(world, tables, where);
    expect(target).toEqual(upstream);
    return true;
  }, 'both sides to agree');
}

/** Everything a run could have changed, read from both catalogs; volatile columns left out. */
export async function catalogs(world: World): Promise<unknown> {
  const rows = async (client: Client, sql: string): Promise<unknown> => (await client.query(sql)).rows;
  const upstream = await world.upstream(async (client) => ({
    roles: await rows(
      client,
      `SELECT rolname, rolsuper, rolreplication, rolbypassrls, rolconfig FROM pg_roles ORDER BY 1`,
    ),
    publications: await rows(
      client,
      `SELECT pubname, puballtables, pubowner::regrole::text, obj_description(oid, 'pg_publication') c FROM pg_publication ORDER BY 1`,
    ),
    published: await rows(client, `SELECT pubname, schemaname, tablename FROM pg_publication_tables ORDER BY 1, 2, 3`),
    identities: await rows(
      client,
      `SELECT oid::regclass::text t, relreplident, relacl::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    ),
    defaults: await rows(
      client,
      `SELECT defaclrole::regrole::text r, defaclacl::text FROM pg_default_acl ORDER BY 1, 2`,
    ),
    slots: await rows(client, `SELECT slot_name FROM pg_replication_slots ORDER BY 1`),
  }));
  // A Materialize that was there before may be shared: what other worlds make in it comes and goes.
  const mine = (name: string) => `${name} !~ '^(ingest_)?w[0-9a-f]{8}' OR ${name} ~ '^(ingest_)?${world.name}'`;
  const target = await world.target(async (client) => ({
    objects: await rows(
      client,
      `SELECT o.id, o.name, o.type FROM mz_catalog.mz_objects o LEFT JOIN mz_catalog.mz_schemas s ON s.id = o.schema_id
       WHERE o.id LIKE 'u%' AND (s.name IS NULL OR ${mine('s.name')}) ORDER BY 1`,
    ),
    clusters: await rows(
      client,
      `SELECT id, name, size FROM mz_catalog.mz_clusters WHERE id LIKE 'u%' AND (${mine('name')}) ORDER BY 1`,
    ),
    replicas: await rows(
      client,
      `SELECT r.id, r.size FROM mz_catalog.mz_cluster_replicas r JOIN mz_catalog.mz_clusters c ON c.id = r.cluster_id
       WHERE r.id LIKE 'u%' AND (${mine('c.name')}) ORDER BY 1`,
    ),
    comments: await rows(
      client,
      `SELECT c.id, c.object_type, c.comment FROM mz_internal.mz_comments c
       LEFT JOIN mz_catalog.mz_objects o ON o.id = c.id LEFT JOIN mz_catalog.mz_schemas s ON s.id = o.schema_id
       WHERE c.id LIKE 'u%' AND (s.name IS NULL OR ${mine('s.name')})
         AND (c.comment !~ '"pipeline":"w[0-9a-f]{8}"' OR c.comment LIKE '%"${world.name}"%') ORDER BY 1, 2`,
    ),
  }));
  return { upstream, target, settings: world.neon.settings() };
}

/**
 * Catalogs without what no destroy brings back: logical replication of a Neon project, by Neon's own rule; and where
 * there was no access list, a privilege given and taken back leaves one with what the owner has anyway.
 */
export function restorable(all: unknown): unknown {
  const text = JSON.stringify(all, (key, value: unknown) => {
    if (key === 'enable_logical_replication') return undefined;
    return key === 'relacl' && /^\{(\w+)=[a-zA-Z]+\/\1\}$/.test(String(value)) ? null : value;
  });
  return JSON.parse(text);
}
