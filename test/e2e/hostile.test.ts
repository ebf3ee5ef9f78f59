import { untilEqual } from './compare';
import { slotOf, untilNoSlot } from './live';
import { World } from './world';

jest.setTimeout(240_000);

/** Where an ordinary owner may make roles that replicate (16) the run makes it; before, an administrator gave one. */
const GIVEN = { 14: true, 18: false } as const;
const PASSWORD = 'given-password-0815';

describe.each([14, 18] as const)(
  'on PostgreSQL %i, under hostile defaults, with row security, as an ordinary owner',
  (version) => {
    let world: World;
    let file: string;
    const roleName = (): string => `mz_${world.name}`;

    async function n2m(...args: string[]): Promise<void> {
      const { code, stderr } = await world.n2m(args);
      expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
    }
    const write = (tables: string[]): Promise<string> =>
      world.write((pipeline) => {
        const { database, tls } = pipeline.source;
        const role = GIVEN[version]
          ? { name: roleName(), via: 'given', password: 'env:N2M_SECRET_ROLE_PASSWORD' }
          : { name: roleName(), via: 'sql' };
        pipeline.source = { kind: 'postgres', url: 'env:N2M_SECRET_POSTGRES_URL', database, tables, tls, role };
      });

    beforeAll(async () => {
      world = await World.start({
        hostile: true,
        neon: { postgresVersion: version, sampleOrders: 200, logicalReplication: true },
        env: { N2M_SECRET_ROLE_PASSWORD: PASSWORD },
      });
      await world.upstream(async (client) => {
        await client.query('ALTER TABLE orders ENABLE ROW LEVEL SECURITY; ALTER TABLE orders FORCE ROW LEVEL SECURITY');
        if (!GIVEN[version]) return;
        await client.query(`CREATE ROLE ${roleName()} LOGIN REPLICATION BYPASSRLS PASSWORD '${PASSWORD}'`);
        await client.query(`ALTER ROLE ${roleName()} SET idle_in_transaction_session_timeout = 0`);
      });
      await world.startWorker();
    });
    afterAll(() => world.stop());

    it('the owner is no superuser, and its sessions do begin so', async () => {
      const { rows } = await world.upstream((client) =>
        client.query(`SELECT rolsuper, rolconfig FROM pg_roles WHERE rolname = $1`, [world.neon.owner]),
      );
      expect(rows).toEqual([
        { rolsuper: false, rolconfig: expect.arrayContaining(['standard_conforming_strings=off']) as string[] },
      ]);
    });

    it('a pipeline is made and changed, and both sides are equal', async () => {
      file = await write(['public.customers', 'public.orders']);
      await n2m('apply', file, '--yes');
      await untilEqual(world, ['customers', 'orders']);
      file = await write(['public.customers', 'public.orders', 'public."Order Items"']);
      await n2m('apply', file, '--yes');
      await untilEqual(world, ['customers', 'orders', 'Order Items']);
    });

    it('it is looked at, gets another password and is taken away', async () => {
      await n2m('status', world.name);
      await n2m('rotate', world.name, '--yes');
      expect(await slotOf(world)).toMatch(/^materialize_/);
      await n2m('destroy', world.name, '--yes');
      await untilNoSlot(world);
    });
  },
);
