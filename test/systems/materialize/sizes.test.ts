/** A region whose sizes are called otherwise: what each has is the catalog's to say. */
import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import { findings } from '../../../src/core/plan/findings';
import { makePlan } from '../../../src/core/plan/plan';
import { connectMaterialize, readTargetFacts } from '../../../src/systems/materialize';
import type { SqlClient } from '../../../src/systems/sql-client';
import * as f from '../../core/plan/fixtures';

let server: MaterializeServer;
let client: SqlClient;

const size = (name: string, processes: number, cpuNanoCores: string, creditsPerHour: string) => ({
  ...{ size: name, processes, workers: 2, cpuNanoCores, creditsPerHour },
  ...{ memoryBytes: '8589934592', diskBytes: '17179869184' },
});

/** Recorded of such sizes: 18446744073709000000, more than the stand-in's catalog holds. */
const NO_LIMIT = '9000000000000000000';

beforeAll(async () => {
  server = await startMaterialize({
    sizes: [
      size('M.1-nano', 1, '1000000000', '0.75'),
      size('M.1-xsmall', 1, '4000000000', '3'),
      size('ours, of two processes', 2, '2000000000', '0'),
      size('scale=2,workers=2', 2, NO_LIMIT, '4'),
    ],
  });
  client = await connectMaterialize(server.url, { connectTimeoutMs: 10_000, deadlineMs: 20_000 });
});

afterAll(async () => {
  await client?.close();
  await server?.stop();
});

const planned = async (snapshotSize: string, steadySize: string) => {
  const spec = f.withMaterialize({ cluster: { name: 'ingest_shop', snapshotSize, steadySize } });
  const target = await readTargetFacts(client, spec);
  const source = f.untouchedSource({
    maxSlotWalKeepSize: '1073741824',
    tables: [f.table('orders', { bytes: '10000000000', estimatedRows: 1000 })],
  });
  return { target, plan: makePlan(spec, source, target, f.notWatched), found: findings(spec, source, target) };
};

it('reads cores, memory and credits of each, over all its processes; without a limit a worker is a core', async () => {
  const { target } = await planned('M.1-xsmall', 'M.1-nano');
  expect(target.power).toEqual({
    'M.1-nano': { cores: 1, memoryBytes: 8589934592, credits: 0.75 },
    'M.1-xsmall': { cores: 4, memoryBytes: 8589934592, credits: 3 },
    'ours, of two processes': { cores: 4, memoryBytes: 17179869184, credits: 0 },
    'scale=2,workers=2': { cores: 4, memoryBytes: 17179869184, credits: 4 },
  });
});

it('estimates the copy at every size, and warns by it', async () => {
  const { plan, found } = await planned('M.1-xsmall', 'M.1-nano');
  expect(plan.snapshot.estimates).toEqual([
    { size: 'ours, of two processes', seconds: 530 },
    { size: 'M.1-nano', seconds: 2030 },
    { size: 'M.1-xsmall', seconds: 530 },
    { size: 'scale=2,workers=2', seconds: 530 },
  ]);
  expect(plan.steps.find(({ id }) => id === 'snapshot')?.sentence).toContain('roughly 8m 50s at M.1-xsmall');
  expect(found.find(({ code }) => code === 'wal-cap')?.sentence).toContain('roughly 8m 50s at M.1-xsmall');
  expect(found.map(({ code }) => code)).not.toContain('steady-size-larger');
});

it('warns of a steady size that is larger, with what the region says of both', async () => {
  const { found } = await planned('M.1-nano', 'M.1-xsmall');
  expect(found.find(({ code }) => code === 'steady-size-larger')).toMatchObject({
    severity: 'warning',
    fix: 'materialize.cluster.snapshotSize: M.1-xsmall',
    sentence: expect.stringContaining(
      'M.1-xsmall (4 cores, 8.0 GiB, 3 credits an hour) is larger than snapshotSize M.1-nano (1 cores, 8.0 GiB, 0.75',
    ) as string,
  });
});
