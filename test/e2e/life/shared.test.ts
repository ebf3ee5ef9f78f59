import { readdir } from 'node:fs/promises';
import type { DestroyReport } from '../../../src/core/destroy/types';
import { catalogs, digest, restorable, TABLES } from '../support/compare';
import { ended, up } from '../support/live';
import { until } from '../support/until';
import { onStandIn, World } from '../support/world';

const EGRESS = '203.0.113.0/24';
const OFFICE = '198.51.100.7';

onStandIn('addresses of its own').describe(
  'two pipelines of one Neon project, with one role and one table in common',
  () => {
    let world: World;
    let b: string;
    beforeAll(async () => {
      world = await World.start({ neon: { sampleOrders: 200 }, materialize: { egressIps: [EGRESS] } });
      world.neon.changeSettings({ allowed_ips: { ips: [OFFICE], protected_branches_only: false } });
      b = `${world.name}b`;
    }, 120_000);
    afterAll(() => world?.stop());

    const apply = async (name: string, tables: string[]) => {
      const file = await world.write((made) => {
        made.name = name;
        made.source.role = 'mz_common';
        made.source.tables = tables;
        made.materialize.schema = name;
        made.materialize.cluster.name = `ingest_${name}`;
      });
      await ended(world, ['apply', file, '--yes']);
    };
    const destroy = async (name: string): Promise<DestroyReport> =>
      JSON.parse(await ended(world, ['destroy', name, '--yes', '--output', 'json'])) as DestroyReport;
    const isEqual = () =>
      until(async () => {
        const columns = TABLES.orders ?? [];
        const there = await world.upstream((client) => digest(client, 'public', 'orders', columns));
        const here = await world.target(async (client) => {
          await client.query(`SET cluster = "ingest_${b}"`);
          return digest(client, b, 'orders', columns);
        });
        expect(here).toEqual(there);
        return true;
      }, 'both sides of the second pipeline to agree');

    it('the first to go cuts nobody off, killed at the hand-over, too; the last takes everything back', async () => {
      const before = restorable(await catalogs(world));
      const worker = await world.startWorker();
      await apply(world.name, ['public.customers', 'public.orders']);
      await apply(b, ['public.orders', 'public."Order Items"']);
      worker.kill('SIGTERM');
      await new Promise((resolve) => worker.once('exit', resolve));

      const pattern = `^COMMENT ON PUBLICATION "n2m_${b}"`;
      const strikes = (['kill-before', 'kill-after'] as const).map((mode) => ({ pattern, mode }));
      await world.keepWorker({ strikes, markers: world.dir });
      const first = await destroy(world.name);
      expect((await readdir(world.dir)).filter((name) => name.startsWith('struck-'))).toHaveLength(strikes.length);
      const kept = first.objects.filter(({ fate }) => fate === 'kept').map(({ object }) => object);
      expect(kept).toEqual([
        `replica identity that pipeline ${b} needs`,
        'role mz_common',
        `IP Allow entries that pipeline ${b} needs`,
        `logical replication of project ${world.neon.project}`,
      ]);
      expect(world.neon.settings().allowed_ips?.ips).toEqual([OFFICE, EGRESS]);

      // It connects again, which is when it would be cut off, and goes on.
      await up(
        world,
        `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_type = 'logical' AND active`,
      );
      await up(
        world,
        `UPDATE orders SET note = 'after the first'; INSERT INTO orders (customer_id, status, total) VALUES (1, 'new', 1)`,
      );
      await isEqual();

      await destroy(b);
      expect(restorable(await catalogs(world))).toEqual(before);
    }, 240_000);
  },
);
