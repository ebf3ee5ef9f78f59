import type { Client } from 'pg';
import { POSTGRES_VERSIONS, type PostgresVersion } from '../../../local/postgres/binaries';
import { refusedWrites } from '../../../src/core/objects/replica-identity/harm/predicted';
import type { TableFacts } from '../../../src/core/objects/tables/facts';
import { readTablePublications } from '../../../src/systems/postgres/tables/publications';
import type { SqlClient } from '../../../src/systems/sql-client';
import { startUpstream, type Upstream } from './upstream';

/** Every table, identity and publication that bears on the matter, as the version knows them. */
const TABLES = (version: PostgresVersion): string[] => [
  'CREATE TABLE keyed (id int PRIMARY KEY, v int)',
  'CREATE TABLE bare (id int, v int)',
  'CREATE TABLE late (id int, v int, PRIMARY KEY (id) DEFERRABLE)',
  'CREATE UNLOGGED TABLE unkept (id int, v int)',
  'CREATE TABLE twice (id int, v int, g int GENERATED ALWAYS AS (v * 2) STORED, PRIMARY KEY (id, g))',
  'CREATE TABLE stored (id int PRIMARY KEY, v int, g int GENERATED ALWAYS AS (v * 2) STORED)',
  ...(version >= 18
    ? [
        'CREATE TABLE virtual (id int PRIMARY KEY, v int, g int GENERATED ALWAYS AS (v * 2) VIRTUAL)',
        `CREATE TABLE mixed (id int PRIMARY KEY, v int, g int GENERATED ALWAYS AS (v * 2) STORED,
           h int GENERATED ALWAYS AS (v * 3) VIRTUAL)`,
      ]
    : []),
  'CREATE TABLE root (id int, v int) PARTITION BY RANGE (id)',
  'CREATE TABLE leaf PARTITION OF root FOR VALUES FROM (0) TO (10)',
  'CREATE TABLE empty ()',
];
const names = (version: PostgresVersion): string[] => [
  ...['keyed', 'bare', 'late', 'unkept', 'twice', 'stored', 'leaf', 'empty'],
  ...(version >= 18 ? ['virtual', 'mixed'] : []),
];
const IDENTITIES = ['FULL', 'NOTHING', 'DEFAULT'] as const;
const OPERATIONS = ['insert, update, delete, truncate', 'insert', 'update', 'delete'];

/** Publications of a table, as statements that take the publication's name. */
function publications(version: PostgresVersion, table: string): ((name: string) => string)[] {
  const listed = table === 'leaf' ? ['leaf', 'root'] : [table];
  const lists = version >= 15 && table !== 'empty' ? ['', ' (v, id)', ' (id)'] : [''];
  const filters = version >= 15 && table !== 'empty' ? ['', ' WHERE (v > 5)'] : [''];
  const generated = version >= 18 ? ['', ', publish_generated_columns = stored'] : [''];
  const targets = [
    ...listed.flatMap((one) => lists.flatMap((list) => filters.map((filter) => `TABLE ${one}${list}${filter}`))),
    ...(version >= 15 ? ['TABLES IN SCHEMA public'] : []),
    'ALL TABLES',
  ];
  return targets.flatMap((target) =>
    OPERATIONS.flatMap((operations) =>
      generated.flatMap((columns) =>
        (table === 'leaf' ? ['', ', publish_via_partition_root = true'] : ['']).map(
          (root) => (name: string) =>
            `CREATE PUBLICATION ${name} FOR ${target} WITH (publish = '${operations}'${columns}${root})`,
        ),
      ),
    ),
  );
}

/** The same choice in every run. */
function* chooser(seed: number): Generator<number, never> {
  for (let state = seed; ; state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) yield state / 2_147_483_648;
}

describe.each([...POSTGRES_VERSIONS])('what Postgres %i refuses is what is predicted', (version) => {
  let up: Upstream;
  let session: Client;
  const known = new Map<string, TableFacts>();
  beforeAll(async () => {
    up = await startUpstream(version);
    session = await up.session('superuser');
    for (const text of TABLES(version)) await session.query(text);
    for (const table of (await up.facts(names(version))).tables) known.set(table.name, table);
  });
  afterAll(() => up?.stop());

  const code = async (statement: string): Promise<string | null> => {
    await session.query('SAVEPOINT tried');
    try {
      await session.query(`EXPLAIN ${statement}`);
      return null;
    } catch (error) {
      return (error as { code?: string }).code ?? 'none';
    } finally {
      await session.query('ROLLBACK TO SAVEPOINT tried');
    }
  };
  /** The session's own view, so that nothing has to be committed. */
  const inside = {
    query: async (text: string, params: unknown[]) => (await session.query(text, params)).rows as object[],
  } as unknown as SqlClient;

  const IDENTITY = { FULL: 'full', NOTHING: 'nothing', DEFAULT: 'default' } as const;

  async function compare(table: string, identity: keyof typeof IDENTITY, made: string[]): Promise<string | null> {
    await session.query('BEGIN');
    try {
      await session.query(`ALTER TABLE ${table} REPLICA IDENTITY ${identity}`);
      for (const text of made) {
        await session.query('SAVEPOINT made');
        // Postgres refuses some by itself, as a list on a root whose partitions go by their own names.
        await session.query(text).catch(() => session.query('ROLLBACK TO SAVEPOINT made'));
      }
      const facts = { ...known.get(table)!, replicaIdentity: IDENTITY[identity] };
      const published = await readTablePublications(inside, [facts.oid], version * 10_000);
      const refused = refusedWrites(facts, published.get(facts.oid) ?? [], version * 10_000);
      const predicted = (operation: string) =>
        refused.filter((one) => one.operation === operation).map((one) => one.code);
      const set = table === 'empty' ? null : `UPDATE ${table} SET v = v`;
      const real = { update: set && (await code(set)), delete: await code(`DELETE FROM ${table}`) };
      const wrong = (['update', 'delete'] as const).filter((operation) => {
        if (operation === 'update' && set === null) return false;
        const answer = real[operation];
        const expected = predicted(operation);
        return answer === null ? expected.length > 0 : !expected.includes(answer as '42P10');
      });
      return wrong.length === 0
        ? null
        : `${table} ${identity} ${made.join('; ')}: ${JSON.stringify(real)}, predicted ${JSON.stringify(refused)}`;
    } finally {
      await session.query('ROLLBACK');
    }
  }

  /** Filters are looked at where the identity is full: with another they may be refused, and no run makes such. */
  const judged = (identity: string, text: string): boolean => identity === 'FULL' || !text.includes('WHERE');

  it('with each publication alone', async () => {
    const wrong: string[] = [];
    let tried = 0;
    for (const table of names(version)) {
      for (const identity of IDENTITIES) {
        for (const make of publications(version, table)) {
          if (!judged(identity, make('p'))) continue;
          const found = await compare(table, identity, [make('p')]);
          tried += 1;
          if (found) wrong.push(found);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(100);
  });

  it('with several at once', async () => {
    const wrong: string[] = [];
    const choose = chooser(version);
    const pick = <T>(list: T[]): T => list[Math.floor(choose.next().value * list.length)] as T;
    for (let round = 0; round < 150; round += 1) {
      const table = pick(names(version));
      const all = publications(version, table);
      const found = await compare(table, 'FULL', [pick(all)('a'), pick(all)('b'), pick(all)('c')]);
      if (found) wrong.push(found);
    }
    expect(wrong).toEqual([]);
  });

  it('refuses something and lets something through, or this would prove nothing', async () => {
    const answers = new Set<string | null>();
    for (const [identity, make] of [
      ['FULL', 'CREATE PUBLICATION p FOR TABLE stored'],
      ['NOTHING', 'CREATE PUBLICATION p FOR TABLE stored'],
      ['FULL', 'SELECT 1'],
    ] as const) {
      await session.query('BEGIN');
      await session.query(`ALTER TABLE stored REPLICA IDENTITY ${identity}`);
      await session.query(make);
      answers.add(await code('UPDATE stored SET v = v'));
      await session.query('ROLLBACK');
    }
    expect([...answers].sort()).toEqual(version >= 18 ? ['42P10', '55000', null] : ['55000', null]);
  });
});
