import { readPublishedInLine, readReplicaIdentities, withPartitions } from '../../../src/systems/postgres';
import { startUpstream, type Upstream } from './upstream';

const named = (...names: string[]) => names.map((name) => ({ schema: 'public', name }));

describe.each([14, 18] as const)('partitioned tables of Postgres %i', (version) => {
  let up: Upstream;
  beforeAll(async () => {
    up = await startUpstream(version);
    await up.run(
      'CREATE TABLE deep (id int, at date) PARTITION BY RANGE (at)',
      `CREATE TABLE deep_1 PARTITION OF deep FOR VALUES FROM ('2026-01-01') TO ('2027-01-01') PARTITION BY LIST (id)`,
      'CREATE TABLE deep_1_1 PARTITION OF deep_1 FOR VALUES IN (1)',
      'CREATE TABLE deep_1_2 PARTITION OF deep_1 FOR VALUES IN (2)',
      'CREATE TABLE deep_2 PARTITION OF deep DEFAULT',
      `INSERT INTO deep SELECT 1, '2026-01-01' FROM generate_series(1, 1000)`,
      'ALTER TABLE deep REPLICA IDENTITY FULL',
      'ALTER TABLE deep_1_2 REPLICA IDENTITY FULL',
      'CREATE TABLE plain (id int)',
    );
  });
  afterAll(() => up?.stop());

  it('are known with their leaves, however deep, and leaves with what they are of', async () => {
    await up.run('ANALYZE deep');
    const [deep, one, two] = (await up.facts(['deep', 'deep_1_1', 'deep_2'])).tables;
    expect(deep).toMatchObject({
      ...{ relkind: 'p', replicaIdentity: 'default', estimatedRows: 1000, partitionOf: [] },
      partitions: {
        count: 3,
        weak: { count: 2, first: named('deep_1_1', 'deep_2').map((leaf) => ({ ...leaf, identity: 'default' })) },
        unsent: { count: 0, first: [] },
        foreign: null,
      },
    });
    expect(Number(deep?.bytes)).toBeGreaterThan(8_000);
    expect(one).toMatchObject({ partitions: null, partitionOf: named('deep_1', 'deep') });
    expect(two).toMatchObject({ partitionOf: named('deep') });
    expect(await withPartitions(up.client, named('deep', 'plain'))).toEqual(
      named('deep', 'plain', 'deep_1_1', 'deep_1_2', 'deep_2'),
    );
  });

  it('tell which leaves nobody sends, and whose identity is not ours to set', async () => {
    await up.sudo('CREATE ROLE somebody', 'ALTER TABLE deep_2 OWNER TO somebody');
    await up.run('CREATE UNLOGGED TABLE deep_1_3 PARTITION OF deep_1 FOR VALUES IN (3)');
    const { partitions } = await up.table('deep');
    expect(partitions).toMatchObject({
      unsent: { count: 1, first: [{ name: 'deep_1_3', why: 'unlogged' }] },
      foreign: { name: 'deep_2', owner: 'somebody' },
    });
    await up.run('DROP TABLE deep_1_3');
    await up.sudo(`ALTER TABLE deep_2 OWNER TO ${(await up.table('deep')).owner}`);
  });

  it('tell the watch of a leaf without full identity, one with rows before others', async () => {
    expect(await readReplicaIdentities(up.client, named('deep', 'plain', 'gone'), 'nobody')).toEqual([
      {
        ...{ schema: 'public', name: 'deep', replicaIdentity: 'full', rowSecurity: false, columns: 2 },
        weak: { count: 2, first: { schema: 'public', name: 'deep_1_1' }, filled: true },
      },
      { schema: 'public', name: 'plain', replicaIdentity: 'default', rowSecurity: false, columns: 1 },
    ]);
  });

  it('are all in schemas and all, for the plan to choose', async () => {
    const { tables } = await up.facts({ kind: 'schemas', schemas: ['public'], aliases: [] });
    expect(tables.map(({ name, relkind }) => [name, relkind])).toEqual([
      ...[
        ['deep', 'p'],
        ['deep_1', 'p'],
        ['deep_1_1', 'r'],
        ['deep_1_2', 'r'],
        ['deep_2', 'r'],
        ['plain', 'r'],
      ],
    ]);
  });

  it('are found in a publication above and below of what is wanted', async () => {
    await up.run('CREATE PUBLICATION line FOR TABLE deep_1, deep_2, plain WITH (publish_via_partition_root = true)');
    const inLine = async (...names: string[]) =>
      (await readPublishedInLine(up.client, 'line', named(...names))).map(({ name, wanted }) => [name, wanted]);
    expect(await inLine('deep')).toEqual([
      ['deep_1', false],
      ['deep_2', false],
    ]);
    expect(await inLine('deep_1_1', 'plain')).toEqual([
      ['deep_1', false],
      ['plain', true],
    ]);
    // A leaf beside a root that is another table's: each comes under the name it was selected by.
    const published = await up.session();
    const { rows } = await published.query(
      `SELECT tablename FROM pg_publication_tables WHERE pubname = 'line' ORDER BY 1`,
    );
    expect(rows.map(({ tablename }: { tablename: string }) => tablename)).toEqual(['deep_1', 'deep_2', 'plain']);
  });
});
