import type { Plan } from '../../../src/core/plan/types';
import type { ReplicateReport } from '../../../src/core/run/types';
import type { MaterializeServer } from '../../../local/materialize/standin';
import { untilEqual } from '../support/compare';
import { changes, clusterSize, planned } from '../support/live';
import { until } from '../support/until';
import { onStandIn, withSql, World } from '../support/world';

jest.setTimeout(600_000);

/** Resizes in the background, as they are since v26.35. */
onStandIn('resizes that end as a case wants').describe('a cluster is resized in the background', () => {
  let world: World;
  let server: MaterializeServer;
  beforeAll(async () => {
    world = await World.start({
      neon: { sampleOrders: 2_000, logicalReplication: true },
      materialize: { version: '26.39', resizeDelay: 300 },
    });
    server = world.materialize!;
    await world.startWorker();
  });
  afterAll(() => world.stop());

  const file = (steadySize: string): Promise<string> =>
    world.write(({ materialize }) => (materialize.cluster.steadySize = steadySize));
  const apply = async (path: string): Promise<ReplicateReport> => {
    const { code, stdout, stderr } = await world.n2m(['apply', path, '--yes', '--output', 'json']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as ReplicateReport;
  };
  const told = ({ steps }: ReplicateReport): string => JSON.stringify(steps.find(({ id }) => id === 'right-size'));
  const keys = ({ needsApproval }: Plan): string[] => needsApproval.map(({ key }) => key);
  const cluster = () => `ingest_${world.name}`;
  const underWay = (to: string): Promise<true> =>
    until(async () => {
      const { rows } = await world.target((client) =>
        client.query(
          `SELECT f.status FROM mz_internal.mz_cluster_reconfigurations f JOIN mz_catalog.mz_clusters c ON c.id = f.cluster_id
           WHERE c.name = '${cluster()}' AND f.status = 'in-progress' AND f.target->>'size' = '${to}'`,
        ),
      );
      return rows.length === 1 || undefined;
    }, `a resize to ${to}`);

  it('that times out: the run ends, says so with the way on, and the next one makes up for it', async () => {
    await server.endResizes('timed-out');
    const path = await file('50cc');
    const report = await apply(path);
    expect(report.clusterSize).toBe('200cc');
    expect(told(report)).toMatch(/stays at 200cc: the resize of cluster .* was not ready until .*; .*n2m apply FILE/);
    expect(changes(await planned(world, path))).toEqual(['right-size']);
    await server.endResizes('finalized');
    expect((await apply(path)).clusterSize).toBe('50cc');
    expect(changes(await planned(world, path))).toEqual([]);
    await untilEqual(world);
  });

  it('begun by hand, twice in a row: the run waits, then resizes as the file says', async () => {
    await server.endResizes('hold');
    await world.target((client) => client.query(`ALTER CLUSTER "${cluster()}" SET (SIZE = '400cc')`));
    const path = await file('50cc');
    const running = apply(path);
    await world.target((client) => client.query(`ALTER CLUSTER "${cluster()}" SET (SIZE = '100cc')`));
    await underWay('100cc');
    await server.endResizes('finalized');
    expect((await running).clusterSize).toBe('50cc');
    await untilEqual(world);
  });

  it('while Materialize restarts: followed to its end', async () => {
    await server.endResizes('hold');
    const running = apply(await file('100cc'));
    await underWay('100cc');
    await server.restart();
    await underWay('100cc');
    await server.endResizes('finalized');
    expect((await running).clusterSize).toBe('100cc');
    await untilEqual(world);
  });

  it('without credits for both: the plan says it, and the replicas go first once somebody agreed', async () => {
    const system = (sql: string) =>
      withSql({ connectionString: server.urlFor('mz_system') }, (client) => client.query(sql));
    await server.endResizes('finalized');
    // 1 of this cluster and 0.25 of another; 0.5 more would be needed side by side.
    await system('ALTER SYSTEM SET max_credit_consumption_rate = 1.5');
    const path = await file('50cc');
    const plan = await planned(world, path);
    expect(keys(plan)).toEqual(['resize-with-pause']);
    expect(plan.findings.map(({ code }) => code)).toContain('no-credits');
    expect((await apply(path)).clusterSize).toBe('50cc');
    expect(await clusterSize(world)).toBe('50cc');
    await untilEqual(world);
    await system('ALTER SYSTEM RESET max_credit_consumption_rate');
  });
});
