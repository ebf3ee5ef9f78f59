import type { Added } from '../../../../src/core/destroy/added';
import { readHeldPrivileges, readIdentities, readWeakIdentities } from '../../../../src/systems/postgres';
import type { SqlClient } from '../../../../src/systems/sql-client';
import { startUpstream, type Upstream } from '../upstream';

jest.setTimeout(120_000);

describe.each([14, 18] as const)('on PostgreSQL %d', (version) => {
  let up: Upstream;
  beforeAll(async () => {
    up = await startUpstream(version);
    await up.sudo('CREATE ROLE "re ader"', 'CREATE ROLE other');
    await up.run('CREATE SCHEMA "sh""op"', 'CREATE TABLE "sh""op".one ()', 'CREATE TABLE "sh""op".two ()');
    await up.run(
      ...['CREATE TABLE plain (id int PRIMARY KEY)', 'CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY)'],
      ...['CREATE TABLE root (id int PRIMARY KEY) PARTITION BY RANGE (id)'],
      'CREATE TABLE leaf PARTITION OF root FOR VALUES FROM (0) TO (10)',
      `CREATE PUBLICATION inserts FOR TABLE plain WITH (publish = 'insert')`,
      'CREATE PUBLICATION "by root" FOR TABLE root WITH (publish_via_partition_root = true)',
      ...['CREATE PUBLICATION leaves FOR TABLE leaf', 'CREATE PUBLICATION empty'],
    );
    await up.sudo('CREATE PUBLICATION everything FOR ALL TABLES');
  });
  afterAll(() => up.stop());

  const tables = ['plain', 'unlogged', 'root', 'leaf', 'gone'].map((name) => ({ schema: 'public', name }));

  it('names who publishes each table, as Postgres does it', async () => {
    const found = await readIdentities(up.client, tables);
    const by = Object.fromEntries(found.map((one) => [one.name, [one.publishedBy, one.strictlyPublishedBy]]));
    expect(by).toEqual({
      plain: [['everything', 'inserts'], ['everything']],
      unlogged: [[], []],
      root: [['by root'], ['by root']],
      leaf: [
        ['by root', 'everything', 'leaves'],
        ['by root', 'everything', 'leaves'],
      ],
    });
    const weak = await readWeakIdentities(up.client, tables);
    expect(weak.map(({ name, publishedBy = [] }) => [name, publishedBy])).toEqual(
      found.map(({ name, publishedBy }) => [name, publishedBy]),
    );
  });

  it('has the privileges that are there, in the order of the record, with a question for each kind', async () => {
    const [role, schema] = ['re ader', 'sh"op'];
    const select = (name: string): Added => ({ kind: 'select', role, schema, name });
    const usage: Added = { kind: 'usage', role, schema };
    const future: Added = { kind: 'future', role, owner: 'owner', schema };
    const gone: Added[] = [
      ...[{ kind: 'usage', role, schema: 'gone' } as const, { kind: 'usage', role: 'gone', schema } as const],
      ...[select('gone'), { kind: 'select', role: 'other', schema, name: 'one' } as const],
      { kind: 'future', role, owner: 'other', schema },
    ];
    const recorded: Added[] = [
      ...[future, select('two'), { kind: 'ip', cidr: '10.0.0.0/8' } as const, usage, ...gone, select('one')],
      ...Array.from({ length: 500 }, (_, at) => select(`gone_${at}`)),
    ];
    const asked: string[] = [];
    const counting = {
      query: (text: string, values?: unknown[]) => {
        asked.push(text);
        return up.client.query(text, values);
      },
    } as SqlClient;
    expect(await readHeldPrivileges(counting, recorded)).toEqual([]);
    expect(asked).toHaveLength(3);
    await up.run(
      ...['GRANT USAGE ON SCHEMA "sh""op" TO "re ader"', 'GRANT SELECT ON "sh""op".two TO "re ader"'],
      ...['GRANT INSERT ON "sh""op".one TO "re ader"', 'GRANT SELECT ON "sh""op".one TO PUBLIC'],
    );
    expect(await readHeldPrivileges(up.client, recorded)).toEqual([select('two'), usage]);
    await up.run('ALTER DEFAULT PRIVILEGES IN SCHEMA "sh""op" GRANT SELECT ON TABLES TO "re ader"');
    expect(await readHeldPrivileges(up.client, recorded)).toEqual([future, select('two'), usage]);
  });
});
