import type { Plan } from '../../src/core/plan/types';
import { catalogs, untilEqual } from './support/compare';
import { ended, up } from './support/live';
import { COLUMN_LISTS, has, itSince, MERGE, roleOf, VIRTUAL_COLUMNS, type Role } from './support/versions';
import { World, type PipelineFile } from './support/world';
import { Writer } from './support/writer';

jest.setTimeout(600_000);

/** Tables that can be replicated without harm, beside those of the sample shop. */
const MORE = `
  CREATE TABLE price_list (id int PRIMARY KEY, price numeric, doubled numeric GENERATED ALWAYS AS (price * 2) STORED);
  CREATE TABLE shared (id int PRIMARY KEY, note text);
  CREATE PUBLICATION theirs FOR TABLE shared;
  CREATE TABLE measures (id int, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
  CREATE TABLE measures_2026 PARTITION OF measures FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
  CREATE TABLE "Quo""ted Name" ("Key" int PRIMARY KEY, "select" text);
  INSERT INTO price_list (id, price) VALUES (1, 10), (2, 20);
  INSERT INTO shared VALUES (1, 'a'); INSERT INTO measures VALUES (1, '2026-05-05'); INSERT INTO "Quo""ted Name" VALUES (1, 'x')`;
const SAMPLE = ['customers', 'orders', 'Order Items', 'events'];
const NAMES = [...SAMPLE, 'shared', 'measures_2026', 'Quo"ted Name'];

const named = (name: string) => `public."${name.replaceAll('"', '""')}"`;

function postgres(file: PipelineFile, role: Role, tables: string[]): void {
  const { database, tls } = file.source;
  file.source = {
    ...{ kind: 'postgres', url: 'env:N2M_SECRET_POSTGRES_URL', database, tls, tables: tables.map(named) },
    role,
  };
}

let world: World;
beforeAll(async () => {
  world = await World.start({
    neon: { sampleOrders: 200, logicalReplication: true },
    materialize: { statisticsInterval: 500, schemaValidationInterval: 500, restartDelay: 200 },
  });
  await world.startWorker();
});
const writers: Writer[] = [];
afterAll(async () => {
  await Promise.all(writers.map((writer) => writer.stop()));
  await world.stop();
});

async function started(): Promise<Writer> {
  const writer = await Writer.start(world.upstreamUrl());
  writers.push(writer);
  return writer;
}

/** As the owner of the database, whose tables these are. */
const owner = (sql: string) => up(world, `SET ROLE ${world.neon.owner}; ${sql}; RESET ROLE`);
async function fileOf(tables: string[], change: (file: PipelineFile) => void = () => undefined): Promise<string> {
  const role = await roleOf(world);
  return world.write((file) => {
    postgres(file, role, tables);
    change(file);
  });
}

it('lets an application write to tables of every kind through the whole life of a pipeline', async () => {
  await owner(MORE);
  const writer = await started();
  const after = async (what: string) => {
    await writer.round();
    await writer.truncates();
    expect({ what, refused: writer.failures }).toEqual({ what, refused: [] });
  };
  const tables = [...NAMES, 'price_list'];
  await ended(world, ['apply', await fileOf(tables), '--yes']);
  await after('apply');
  const wider = await fileOf([...tables, 'products'], ({ source }) => (source.textColumns = ['public.products.state']));
  await ended(world, ['apply', wider, '--yes']);
  await after('a table more');
  await ended(world, ['apply', await fileOf(tables), '--yes']);
  await after('a table less');
  expect([...writer.kinds].sort()).toEqual(['BEGIN;', 'INSERT', ...(has(MERGE) ? ['MERGE'] : []), 'SELECT', 'UPDATE']);
  await ended(world, ['rotate', world.name, '--yes']);
  await after('rotate');
  await up(world, 'ALTER TABLE customers REPLICA IDENTITY DEFAULT; UPDATE customers SET city = city');
  await world.n2m(['repair', world.name, '--yes']);
  await after('repair');
  await writer.stop();
  await untilEqual(world, SAMPLE);
  const again = await started();
  await ended(world, ['destroy', world.name, '--yes']);
  await again.round();
  await again.truncates();
  expect(await again.stop()).toEqual([]);
});

describe('what cannot be replicated without harm is said by the plan, refused by apply, and left as it was', () => {
  for (const [what, name, sql, since] of [
    [
      'a virtual column, which no publication takes',
      'derived',
      'CREATE TABLE derived (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2))',
      VIRTUAL_COLUMNS,
    ],
    [
      'the list of columns of another publication',
      'listed',
      'CREATE TABLE listed (id int PRIMARY KEY, note text); CREATE PUBLICATION some_columns FOR TABLE listed (id)',
      COLUMN_LISTS,
    ],
    [
      'tables that inherit',
      'payment',
      'CREATE TABLE payment (id int PRIMARY KEY); CREATE TABLE card_payment (card text) INHERITS (payment)',
      null,
    ],
    [
      'rows in chunks, as a hypertable has them',
      'hyper',
      `CREATE TABLE hyper (at date); CREATE SCHEMA chunks; CREATE TABLE chunks.one () INHERITS (hyper); INSERT INTO chunks.one VALUES ('2026-01-01')`,
      null,
    ],
    ['no WAL', 'scratch', 'CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY)', null],
  ] as const) {
    itSince(since, what, async () => {
      await owner(sql);
      const writer = await started();
      const file = await fileOf([name]);
      const before = await catalogs(world);
      const { code, stdout } = await world.n2m(['plan', file, '--output', 'json']);
      const plan = JSON.parse(stdout) as Plan;
      const blocking = plan.findings.filter(({ severity }) => severity === 'blocking');
      expect({ code, blocking: blocking.map(({ sentence }) => sentence) }).toEqual({
        code: expect.any(Number) as number,
        blocking: [expect.stringContaining(name)],
      });
      expect((await world.n2m(['apply', file, '--yes'])).code).toBe(1);
      expect(await catalogs(world)).toEqual(before);
      await writer.round();
      expect(await writer.stop()).toEqual([]);
    });
  }
});
