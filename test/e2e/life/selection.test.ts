import { quoteIdent } from '../../../src/core/sql/quote';
import { digest, type Digest } from '../support/compare';
import { changes, ended, ids, planned, up } from '../support/live';
import { until } from '../support/until';
import { World } from '../support/world';

jest.setTimeout(300_000);

const TENANTS = ['tenant_1', 'tenant_2', 'tenant_3'];
const TABLES = ['orders', 'items', 'audit_log', '_prisma_migrations'];

let world: World;
beforeAll(async () => {
  world = await World.start({ neon: { sampleOrders: 10, logicalReplication: true } });
  const owner = quoteIdent(world.neon.owner);
  for (const schema of TENANTS) {
    await up(world, `CREATE SCHEMA ${schema} AUTHORIZATION ${owner}`);
    for (const table of TABLES) {
      await up(
        world,
        `CREATE TABLE ${schema}.${table} (id int PRIMARY KEY); ALTER TABLE ${schema}.${table} OWNER TO ${owner};
         INSERT INTO ${schema}.${table} SELECT g FROM generate_series(1, 5 + ${TABLES.indexOf(table)}) g`,
      );
    }
  }
  await world.startWorker();
});
afterAll(() => world.stop());

const file = (exclude: string[]) =>
  world.write(({ source }) => {
    delete source.tables;
    source.schemas = ['tenant_*'];
    source.exclude = exclude;
    source.targetName = '{schema}_{table}';
  });

/** What the pipeline replicates in Materialize, by name, and that it has the rows of upstream. */
async function replicated(tables: string[]): Promise<void> {
  const own = new RegExp(`_(source|progress|password|postgres)$`);
  expect(Object.keys(await ids(world)).filter((name) => !own.test(name))).toEqual(
    tables.map((table) => table.replace('.', '_')).sort(),
  );
  for (const table of tables) await up(world, `INSERT INTO ${table} SELECT max(id) + 1 FROM ${table}`);
  await until(async () => {
    const source: Record<string, Digest> = {};
    const target: Record<string, Digest> = {};
    await world.upstream(async (client) => {
      for (const table of tables) {
        const [schema = '', name = ''] = table.split('.');
        source[table] = await digest(client, schema, name, ['id']);
      }
    });
    await world.target(async (client) => {
      await client.query(`SET cluster = ${quoteIdent(`ingest_${world.name}`)}`);
      for (const table of tables) target[table] = await digest(client, world.name, table.replace('.', '_'), ['id']);
    });
    expect(target).toEqual(source);
    return true;
  }, 'both sides to agree');
}

const published = async (): Promise<string[]> => {
  const { rows } = await up(
    world,
    `SELECT schemaname || '.' || tablename AS name FROM pg_publication_tables ORDER BY 1`,
  );
  return (rows as { name: string }[]).map(({ name }) => name);
};

const told = async (path: string) =>
  (await planned(world, path)).findings
    .filter(({ code }) => ['duplicate-target', 'excluded-tables', 'unmatched-pattern'].includes(code))
    .map(({ code, sentence, fix }) => ({ code, sentence, fix }));

it('replicates tenants by pattern, without what is excluded, each table under a name of its own', async () => {
  const without = await world.write(({ source }) => {
    delete source.tables;
    source.schemas = ['tenant_*'];
  });
  expect(await told(without)).toMatchObject([
    { code: 'duplicate-target', fix: 'source.targetName: "{schema}_{table}"' },
  ]);

  const path = await file(['audit_*', '_prisma_migrations', 'none_?']);
  expect(await told(path)).toMatchObject([
    { code: 'unmatched-pattern', fix: 'correct it, or take none_? out of source.exclude' },
    {
      code: 'excluded-tables',
      sentence: expect.stringContaining(
        'leaves out 6 tables: tenant_1._prisma_migrations, tenant_1.audit_log',
      ) as string,
    },
  ]);
  await ended(world, ['apply', path, '--yes']);
  const wanted = TENANTS.flatMap((schema) => [`${schema}.items`, `${schema}.orders`]);
  await replicated(wanted);
  expect(await published()).toEqual(wanted);
  expect(changes(await planned(world, path))).toEqual([]);
  // Of what is excluded nothing is asked, whatever becomes of it.
  await up(world, 'ALTER TABLE tenant_1.audit_log ADD COLUMN more text; DROP TABLE tenant_2._prisma_migrations');
  await ended(world, ['status', world.name]);
});

it('follows a changed exclude: tables come and leave, and the check has nothing to say', async () => {
  const before = await ids(world);
  const path = await file(['tenant_?._prisma_migrations', 'tenant_1.audit_*', 'tenant_3.*']);
  const plan = await planned(world, path);
  expect(plan.removed.map(({ schema, name }) => `${schema}.${name}`)).toEqual(['tenant_3.items', 'tenant_3.orders']);
  expect(plan.tables.filter(({ fresh }) => fresh).map(({ target }) => target)).toEqual(['tenant_2_audit_log']);
  await ended(world, ['apply', path, '--yes']);
  const wanted = ['tenant_1.items', 'tenant_1.orders', 'tenant_2.audit_log', 'tenant_2.items', 'tenant_2.orders'];
  await replicated(wanted);
  expect(await published()).toEqual(wanted);
  const after = await ids(world);
  expect(after.tenant_1_orders).toBe(before.tenant_1_orders);
  expect(changes(await planned(world, path))).toEqual([]);
  await ended(world, ['status', world.name]);
});

it('is printed by n2m sql, and taken down whole', async () => {
  const path = await file(['audit_*']);
  expect(await ended(world, ['sql', path])).toContain('"<each schema tenant_*>"."<each table but audit_*>"');
  await ended(world, ['destroy', world.name, '--yes']);
  expect(await published()).toEqual([]);
});
