import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Pool } from 'pg';
import {
  cascadeNotice,
  type Catalog,
  type CatalogSession,
  installCatalog,
  type NewSource,
} from '../../../local/materialize/catalog';
import type { UpstreamTable } from '../../../local/materialize/contract';
import { type PostgresServer, startPostgres } from '../../../local/postgres/server';
import { until } from '../../../local/stack/until';

const transcripts = join(__dirname, '../../transcripts');
const session: CatalogSession = { database: 'materialize', searchPath: ['public'], role: 'materialize' };

let server: PostgresServer;
let pool: Pool;
let catalog: Catalog;

beforeAll(async () => {
  server = await startPostgres({});
  const admin = new Client({ connectionString: server.superuserUrl });
  await admin.connect();
  await admin.query('CREATE DATABASE materialize');
  await admin.end();
  const url = new URL(server.superuserUrl);
  url.pathname = '/materialize';
  pool = new Pool({ connectionString: url.toString(), max: 10 });
  pool.on('error', () => undefined);
  catalog = await installCatalog(pool, { version: 'v26.9.0-dev.0 (7d2a7fae1)', egressIps: ['203.0.113.7/32'] });
});

afterAll(async () => {
  // The server first: a reader left waiting by a failed test must not hold the end.
  await server?.stop();
  await pool?.end();
});

interface Step {
  sql: string;
  answers?: { fields: { name: string; type_oid: number }[]; rows: (string | null)[][] }[];
}

const recorded = (file: string): Step[] =>
  (JSON.parse(readFileSync(join(transcripts, file), 'utf8')) as { steps: Step[] }).steps.filter((step) => step.answers);

/** A reader waits in the store by sleeping between two looks at the table's state. */
const readerWaits = (sql: string): Promise<boolean> =>
  until(
    async () => {
      const asleep = `SELECT FROM pg_stat_activity WHERE state = 'active' AND wait_event = 'PgSleep' AND query = $1`;
      return (await pool.query(asleep, [sql])).rowCount ? true : undefined;
    },
    { what: `a reader that waits: ${sql}`, timeout: 30_000 },
  );

const onWire = (oid: number): number => catalog.typeOids.get(oid) ?? oid;

describe('system relations', () => {
  const relations = recorded('02-catalog.json').filter((step) => step.sql.startsWith('SELECT'));

  test.each(relations.map((step) => [step.sql, step] as const))('%s', async (sql, step) => {
    const result = await pool.query(sql);
    expect(result.fields.map((field) => ({ name: field.name, type_oid: onWire(field.dataTypeID) }))).toEqual(
      step.answers![0]!.fields,
    );
  });
});

const orders: UpstreamTable = {
  oid: 16384,
  schema: 'public',
  name: 'orders',
  columns: [
    { name: 'id', attnum: 1, typeOid: 20, typeMod: -1, nullable: false, asText: false },
    { name: 'customer_id', attnum: 2, typeOid: 20, typeMod: -1, nullable: true, asText: false },
    { name: 'total', attnum: 3, typeOid: 1700, typeMod: 786438, nullable: true, asText: false },
    { name: 'placed_at', attnum: 4, typeOid: 1184, typeMod: -1, nullable: true, asText: false },
    { name: 'note', attnum: 5, typeOid: 25, typeMod: -1, nullable: true, asText: false },
  ],
  keys: [{ name: 'orders_pkey', isPrimary: true, columns: ['id'] }],
};

async function makeSource(schemaName: string): Promise<{ source: NewSource; clusterId: string }> {
  const owner = (await catalog.resolveRole('materialize')).id;
  await catalog.addSchema('materialize', schemaName, owner);
  const cluster = await catalog.addCluster({
    name: `c_${schemaName}`,
    size: '50cc',
    replicationFactor: 1,
    ownerId: owner,
  });
  const named = (name: string) => catalog.resolveNewName([schemaName, name], session);
  const secret = await catalog.addSecret({ name: await named('pgpass'), ownerId: owner, value: Buffer.from('pw') });
  const connection = await catalog.addConnection({
    name: await named('pg'),
    ownerId: owner,
    type: 'postgres',
    options: {
      HOST: { text: '127.0.0.1' },
      PORT: { number: 5617 },
      USER: { text: 'mzr' },
      PASSWORD: { secretId: secret.id },
      'SSL MODE': { text: 'disable' },
      DATABASE: { text: 'postgres' },
    },
  });
  const source: NewSource = {
    name: await named('mz_src'),
    ownerId: owner,
    clusterId: cluster.id,
    connectionId: connection.id,
    publication: 'mz_source',
    slot: 'materialize_34fc96c6c08b47adae3e63fdfaab5108',
    timelineId: '1',
    upstreamDatabase: 'postgres',
    progress: await named('mz_src_progress'),
    subsources: [{ name: await named('orders'), upstream: orders, upstreamDatabase: 'postgres' }],
    references: [{ namespace: 'public', name: 'orders', columns: orders.columns.map((column) => column.name) }],
  };
  return { source, clusterId: cluster.id };
}

test('a source is seen in the relations as recorded, waits for its snapshot, and goes with everything it made', async () => {
  const made = await makeSource('shop');
  const { source, progress, subsources } = await catalog.addSource(made.source);
  const table = subsources[0]!.item;
  expect(source.createSql).toContain(
    `(PUBLICATION = 'mz_source', DETAILS = '122c6d6174657269616c697a655f333466633936633663303862343761646165336536336664666161623531303818012208706f737467726573') EXPOSE PROGRESS AS [${progress!.id} AS "materialize"."shop"."mz_src_progress"]`,
  );
  expect(table.createSql).toContain(
    `"total" [s32 AS "pg_catalog"."numeric"](12, 2), "placed_at" [s52 AS "pg_catalog"."timestamptz"], "note" [s46 AS "pg_catalog"."text"], CONSTRAINT "orders_pkey" PRIMARY KEY ("id")) OF SOURCE [${source.id} AS "materialize"."shop"."mz_src"] WITH (EXTERNAL REFERENCE = "postgres"."public"."orders", DETAILS = '0a`,
  );
  const connection = await catalog.item(source.connectionId!);
  expect(connection.redactedCreateSql).toMatch(
    /^CREATE CONNECTION materialize\.shop\.pg TO POSTGRES \(DATABASE = 'postgres', HOST = '127\.0\.0\.1', PASSWORD = SECRET \[u\d+ AS materialize\.shop\.pgpass\], PORT = 5617, SSL MODE = 'disable', USER = 'mzr'\)$/,
  );
  expect(await catalog.upstreamConnection(connection.id)).toMatchObject({
    password: 'pw',
    sslMode: 'disable',
    port: 5617,
  });

  const count = 'SELECT count(*) AS n FROM shop.orders';
  const reading = pool.query<{ n: string }>(count);
  expect(await Promise.race([reading, readerWaits(count).then(() => 'still waiting')])).toBe('still waiting');
  await pool.query(`INSERT INTO mz_store."${table.id}" (id, total) VALUES (1, 2.5)`);
  await pool.query('UPDATE mz_store.table_state SET committed = true WHERE id = $1', [table.id]);
  const frontier =
    'INSERT INTO mz_internal.mz_frontiers (object_id, read_frontier, write_frontier) VALUES ($1, $2, $2)';
  await pool.query(frontier, [table.id, String(Date.now() + 600_000)]);
  expect((await reading).rows).toEqual([{ n: '1' }]);
  expect((await pool.query('SELECT id, total FROM shop.orders')).rows).toEqual([{ id: '1', total: '2.5' }]);

  await catalog.addView({
    name: await catalog.resolveNewName(['shop', 'v'], session),
    ownerId: source.ownerId,
    query: 'SELECT count(*) FROM shop.orders',
    session,
  });
  await expect(catalog.dropItems([source], { cascade: false, session })).rejects.toThrow(
    'cannot drop source "shop.mz_src": still depended upon by source "shop.orders"',
  );
  await expect(catalog.dropCluster(await catalog.cluster(made.clusterId), { cascade: false })).rejects.toThrow(
    'cannot drop cluster "c_shop" because other objects depend on it',
  );
  await pool.query(`UPDATE mz_store.table_state SET definite = true, error = 'Source error: gone' WHERE id = $1`, [
    table.id,
  ]);
  await expect(pool.query('SELECT * FROM shop.orders')).rejects.toThrow('Source error: gone');

  const removed = await catalog.dropItems([source], { cascade: true, session });
  expect(cascadeNotice(removed)).toEqual({
    message: 'drop cascades to 3 other objects',
    detail:
      'drop cascades to VIEW "materialize.shop.v"\ndrop cascades to SOURCE "materialize.shop.orders"\ndrop cascades to SOURCE "materialize.shop.mz_src_progress"',
  });
  expect(await catalog.findItem(['shop', 'orders'], session)).toBeNull();
  expect((await pool.query(`SELECT to_regclass('shop.orders') AS found`)).rows).toEqual([{ found: null }]);
});

test('a reader that waits when the table is dropped is told, and does not hold the drop', async () => {
  const { source } = await catalog.addSource((await makeSource('waiting')).source);
  const all = 'SELECT * FROM waiting.orders';
  const reading = pool.query(all).catch((error: Error) => error.message);
  await readerWaits(all);
  await catalog.dropItems([source], { cascade: true, session });
  expect(await reading).toBe('query could not complete because relation "materialize.waiting.orders" was dropped');
});

test('a new size replaces the replicas, equal values change nothing', async () => {
  const owner = (await catalog.resolveRole('materialize')).id;
  const cluster = await catalog.addCluster({ name: 'resized', size: '50cc', replicationFactor: 1, ownerId: owner });
  expect((await catalog.alterCluster(cluster.id, { size: '50cc' })).added).toEqual([]);
  const change = await catalog.alterCluster(cluster.id, { size: '25cc', replicationFactor: 2 });
  expect(change.removed.map((replica) => replica.id)).toEqual(cluster.replicas.map((replica) => replica.id));
  expect(change.added.map((replica) => [replica.name, replica.size])).toEqual([
    ['r1', '25cc'],
    ['r2', '25cc'],
  ]);
  await expect(catalog.alterCluster(cluster.id, { size: 'nope' })).rejects.toThrow('unknown cluster replica size nope');
});

test('privileges: by grant, by PUBLIC, as owner, as superuser', async () => {
  const role = await catalog.addRole('n2m_user');
  const client = await pool.connect();
  try {
    await client.query('SET SESSION AUTHORIZATION n2m_user; SET search_path = public, mz_catalog, pg_catalog');
    const ask = async (sql: string): Promise<boolean> => (await client.query<{ answer: boolean }>(sql)).rows[0]!.answer;
    expect(await ask(`SELECT has_system_privilege('CREATECLUSTER') AS answer`)).toBe(false);
    expect(await ask(`SELECT has_schema_privilege('materialize.public', 'USAGE') AS answer`)).toBe(true);
    expect(await ask(`SELECT has_database_privilege('materialize', 'CREATE') AS answer`)).toBe(false);
    await catalog.grant({ kind: 'system', id: null }, ['CREATECLUSTER'], role.id, 's1');
    expect(await ask(`SELECT has_system_privilege('CREATECLUSTER') AS answer`)).toBe(true);
    expect(await ask('SELECT mz_is_superuser() AS answer')).toBe(false);
    const cluster = await catalog.addCluster({ name: 'owned', size: '25cc', replicationFactor: 1, ownerId: role.id });
    expect(await ask(`SELECT has_cluster_privilege('owned', 'CREATE') AS answer`)).toBe(true);
    expect(await catalog.hasPrivilege('mz_system', { kind: 'cluster', id: cluster.id }, 'CREATE')).toBe(true);
    expect(await catalog.hasPrivilege('materialize', { kind: 'cluster', id: cluster.id }, 'CREATE')).toBe(false);
  } finally {
    client.release(true);
  }
});
