import { catalogs, restorable, untilEqual } from '../support/compare';
import { changes, ended, planned } from '../support/live';
import { World } from '../support/world';

jest.setTimeout(240_000);

let world: World;
let before: unknown;
beforeAll(async () => {
  world = await World.start({ neon: { sampleOrders: 200, operationMs: 50 } });
  await world.startWorker();
  before = restorable(await catalogs(world));
  await ended(world, ['apply', await world.write(), '--yes']);
});
afterAll(() => world?.stop());

const clusters = () =>
  world.target(async (client) => {
    const sql = `SELECT name FROM mz_catalog.mz_clusters WHERE name LIKE 'ingest_${world.name}%' ORDER BY 1`;
    return (await client.query<{ name: string }>(sql)).rows.map(({ name }) => name);
  });

describe('a file that names the pipeline’s objects differently', () => {
  it('makes no second source beside the first: another schema is refused, and the old name told', async () => {
    const file = await world.write(({ materialize }) => (materialize.schema = `${world.name}_new`));
    const plan = await planned(world, file);
    expect(plan.findings.filter(({ severity }) => severity === 'blocking')).toEqual([
      expect.objectContaining({
        code: 'renamed-object',
        subject: `source materialize.${world.name}.${world.name}_source`,
        fix: expect.stringContaining(`n2m destroy ${world.name}`) as string,
      }),
    ]);
    const { code, stderr } = await world.n2m(['apply', file, '--yes']);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('a second source') as string });
  });

  it('moves it to another cluster, and leaves nothing to pay for behind', async () => {
    const moved = `ingest_${world.name}_b`;
    const file = await world.write(({ materialize }) => (materialize.cluster.name = moved));
    const plan = await planned(world, file);
    expect(plan.needsApproval.map(({ key }) => key)).toEqual(
      expect.arrayContaining(['recreate-source', 'drop-cluster']),
    );
    await ended(world, ['apply', file, '--yes']);
    expect(await clusters()).toEqual([moved]);
    await untilEqual(world, undefined, { cluster: moved });
    expect(changes(await planned(world, file))).toEqual([]);
  });

  it('is taken down whole, with a cluster that a run left behind before its end', async () => {
    await world.target(async (client) => {
      await client.query(`CREATE CLUSTER ingest_${world.name} (SIZE = '50cc')`);
      await client.query(`COMMENT ON CLUSTER ingest_${world.name} IS '{"managedBy":"n2m","pipeline":"${world.name}"}'`);
    });
    await ended(world, ['destroy', world.name, '--yes']);
    expect(await clusters()).toEqual([]);
    expect(restorable(await catalogs(world))).toEqual(before);
  });
});
