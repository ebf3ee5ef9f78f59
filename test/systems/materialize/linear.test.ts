import { Client } from 'pg';
import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import { startPostgres, type PostgresServer } from '../../../local/postgres/server';
import { base64Utf8 } from '../../../src/core/base64';
import { createCluster } from '../../../src/core/objects/cluster/statements';
import { createConnection } from '../../../src/core/objects/connection/statements';
import { createSchema } from '../../../src/core/objects/schema/statements';
import { createSecret } from '../../../src/core/objects/secret/statements';
import {
  createSourceBare,
  createTableFromSource,
  type SourceDefinition,
} from '../../../src/core/objects/source/statements';
import type { ItemName } from '../../../src/core/sql/items';
import {
  connectMaterialize,
  readDefinitions,
  readDependentsOf,
  readSource,
  readSourceProgress,
} from '../../../src/systems/materialize';
import type { SqlClient } from '../../../src/systems/sql-client';
import { counter } from '../../core/support/counted';

/** What is read of thousands of tables is put together in one pass: at four times the tables, four times the work. */
const FEW = 20;
const MANY = 80;
const OPTIONS = { connectTimeoutMs: 10_000, deadlineMs: 60_000 };

const item = (name: string): ItemName => ({ database: 'materialize', schema: 'many', name });
const SOURCE: SourceDefinition = {
  ...{ name: item('source'), cluster: 'many', connection: item('postgres'), publication: 'many' },
  ...{ tables: [], textColumns: [], excludeColumns: [], progress: null },
};

let upstream: PostgresServer;
let server: MaterializeServer;
let client: SqlClient;

beforeAll(async () => {
  [upstream, server] = await Promise.all([
    startPostgres({ settings: { wal_level: 'logical' } }),
    startMaterialize({ speed: 1000, flags: { max_tables: 1_000, max_objects_per_schema: 10_000 } }),
  ]);
  const owner = new Client({ connectionString: upstream.superuserUrl });
  await owner.connect();
  const tables = Array.from(
    { length: MANY },
    (_, index) => `CREATE TABLE t${index} (id int PRIMARY KEY); ALTER TABLE t${index} REPLICA IDENTITY FULL;`,
  );
  await owner.query([...tables, 'CREATE PUBLICATION many FOR ALL TABLES;'].join('\n'));
  await owner.end();
  client = await connectMaterialize(server.url, OPTIONS);
  const { hostname, port, username, password } = new URL(upstream.superuserUrl);
  for (const sql of [
    createSchema('materialize', 'many'),
    createCluster('many', '25cc'),
    createSecret(item('password'), base64Utf8(decodeURIComponent(password))),
    createConnection(SOURCE.connection, {
      ...{ host: hostname, port: Number(port), user: username, database: 'postgres' },
      ...{ passwordSecret: item('password'), sslMode: 'disable', certificateAuthority: null },
    }),
    createSourceBare(SOURCE),
  ])
    await client.query(sql);
}, 120_000);

afterAll(async () => {
  await client?.close();
  await Promise.all([server?.stop(), upstream?.stop()]);
});

/** Tables of the source from one number to another, each with a view on it. */
async function grow(from: number, to: number): Promise<void> {
  for (let index = from; index < to; index += 1) {
    const target = item(`t${index}`);
    await client.query(createTableFromSource(SOURCE, { upstream: { schema: 'public', name: target.name }, target }));
    await client.query(`CREATE VIEW many.v${index} AS SELECT count(*) FROM many.t${index}`);
  }
}

const READS: Record<string, (client: SqlClient) => Promise<unknown>> = {
  'the source with its tables and what is built on them': (client) => readSource(client, SOURCE.name),
  'how far the copies are': (client) => readSourceProgress(client, SOURCE.name),
  'everything built on the source': async (client) =>
    readDependentsOf(client, [(await readSource(client, SOURCE.name))!.id]),
  'what brings the tables back': async (client) => {
    const source = await readSource(client, SOURCE.name);
    return readDefinitions(
      client,
      source!.children.map(({ id, name }) => ({ id, type: 'table', name, item: item(name), definition: false })),
    );
  },
};

/** How often each looks at what the server answered. */
async function work(): Promise<number[]> {
  const counts: number[] = [];
  for (const read of Object.values(READS)) {
    const { counted, reads } = counter();
    const query: SqlClient['query'] = async (sql, params, deadlineMs) =>
      counted(await client.query(sql, params, deadlineMs)) as never;
    await read({ system: client.system, notices: [], query, close: () => Promise.resolve() });
    counts.push(reads());
  }
  return counts;
}

it('is put together in one pass', async () => {
  await grow(0, FEW);
  const few = await work();
  await grow(FEW, MANY);
  const many = await work();
  const ratios = Object.fromEntries(Object.keys(READS).map((what, at) => [what, many[at]! / few[at]!]));
  for (const what of Object.keys(READS))
    expect({ what, linear: ratios[what]! < 6, ratios }).toMatchObject({ linear: true });
  for (const ratio of Object.values(ratios)) expect(ratio).toBeGreaterThan(2);
}, 120_000);
