import { quoteIdent } from '../../../src/core/sql/quote';
import { digest, type Digest } from '../support/compare';
import { changes, ended, planned, untilNoSlot, untilStatusSays, up } from '../support/live';
import { until } from '../support/until';
import { MATERIALIZE_VERSION } from '../support/versions';
import { onStandIn, World } from '../support/world';

jest.setTimeout(900_000);

const SCHEMA = 'Odd "names".here';
const COLUMN = 'the "value"';
const NAMES = [
  ...['"quoted"', '""', '"', 'a"b', '"a', 'b"', "it's", "''", 'a.b', '.a', '"a"."b"', 'a;b', 'a -- b', '/* a */'],
  ...['Mixed Case', 'UPPER', ' leading', 'trailing ', ' ', 'two  blanks', 'tab\there', 'new\nline', 'cr\rhere', '\\'],
  ...['$1', '$$', '%', '%s', '?', ':a', '{}', '[1:2]', '(a)', 'a,b', '=', '<b>', '&amp;', '#', 'a\\b'],
  ...['select', 'table', 'from', 'user', 'ünï', '日本語', 'שלום', '🦆', `${'🦆'.repeat(15)}abc`, 'x'.repeat(63)],
];

const table = (name: string): string => `${quoteIdent(SCHEMA)}.${quoteIdent(name)}`;

it('are as many as told, of which Postgres cuts none', () => {
  expect(new Set(NAMES).size).toBe(49);
  expect(NAMES.filter((name) => Buffer.byteLength(name) > 63)).toEqual([]);
});

/** Both recorded releases, or the one that the environment names. */
const RELEASES = process.env.N2M_TEST_MATERIALIZE_VERSION ? [MATERIALIZE_VERSION] : (['26.9', '26.39'] as const);

onStandIn('a release of its own').describe('49 tables with odd names', () => {
  it.each(RELEASES)('on %s: made, followed, more and fewer, repaired and taken down', async (version) => {
    const world = await World.start({
      neon: { sampleOrders: 10, logicalReplication: true },
      materialize: { version, restartDelay: 500, schemaValidationInterval: 1_000, statisticsInterval: 500 },
    });
    try {
      await world.startWorker();
      await life(world);
    } finally {
      await world.stop();
    }
  });
});

async function life(world: World): Promise<void> {
  const owner = quoteIdent(world.neon.owner);
  await up(world, `CREATE SCHEMA ${quoteIdent(SCHEMA)} AUTHORIZATION ${owner}`);
  await make(world, NAMES.slice(0, 46));
  // By schema: a list in a file takes no control characters.
  const file = await world.write(({ source, materialize }) => {
    delete source.tables;
    source.schemas = [quoteIdent(SCHEMA)];
    materialize.cluster.snapshotSize = '50cc';
  });
  const applied = async (names: string[]): Promise<void> => {
    await ended(world, ['apply', file, '--yes']);
    await equal(world, names);
    expect(changes(await planned(world, file))).toEqual([]);
  };
  await applied(NAMES.slice(0, 46));
  for (const name of NAMES.slice(0, 46)) {
    await up(world, `UPDATE ${table(name)} SET ${quoteIdent(COLUMN)} = 'changed' WHERE id = 1`);
  }
  await make(world, NAMES.slice(46));
  await applied(NAMES);
  for (const name of NAMES.slice(0, 2)) await up(world, `DROP TABLE ${table(name)}`);
  await applied(NAMES.slice(2));

  const odd = 'new\nline';
  await up(world, `TRUNCATE ${table(odd)}`);
  await up(world, `INSERT INTO ${table(odd)} VALUES (77, 'after')`);
  await untilStatusSays(world, /table-error/);
  await ended(world, ['repair', world.name, '--yes']);
  await equal(world, NAMES.slice(2));

  await ended(world, ['destroy', world.name, '--yes']);
  await untilNoSlot(world);
  const left = await world.target((client) =>
    client.query(`SELECT name FROM mz_catalog.mz_schemas WHERE name = '${world.name}'`),
  );
  expect(left.rows).toEqual([]);
}

async function make(world: World, names: string[]): Promise<void> {
  const all = names.flatMap((name) => [
    `CREATE TABLE ${table(name)} (id int PRIMARY KEY, ${quoteIdent(COLUMN)} text)`,
    `INSERT INTO ${table(name)} SELECT g, 'v' || g FROM generate_series(1, 5) g`,
    `ALTER TABLE ${table(name)} OWNER TO ${quoteIdent(world.neon.owner)}`,
  ]);
  await up(world, all.join('; '));
}

/** Waits until each has the same rows on both sides. */
async function equal(world: World, names: string[]): Promise<void> {
  await until(async () => {
    const source: Record<string, Digest> = {};
    const target: Record<string, Digest> = {};
    await world.upstream(async (client) => {
      for (const name of names) source[name] = await digest(client, SCHEMA, name, ['id', COLUMN]);
    });
    await world.target(async (client) => {
      await client.query(`SET cluster = ${quoteIdent(`ingest_${world.name}`)}`);
      for (const name of names) target[name] = await digest(client, world.name, name, ['id', COLUMN]);
    });
    expect(target).toEqual(source);
    return true;
  });
}
