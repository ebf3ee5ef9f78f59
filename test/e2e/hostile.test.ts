import type { PostgresVersion } from '../../local/postgres/binaries';
import { untilEqual } from './support/compare';
import { slotOf, untilNoSlot, up } from './support/live';
import { has, POSTGRES_VERSION, roleOf, SQL_ROLE, type Role } from './support/versions';
import { World } from './support/world';

jest.setTimeout(240_000);

/** An owner of the tables and the database who is in no group of the service; what else it may do. */
const GIVEN = 'an owner who may do nothing else, with a role that was given';
const MAKER = 'an owner who makes the role';
const OWNERS = {
  [GIVEN]: 'NOBYPASSRLS NOREPLICATION NOCREATEROLE NOCREATEDB',
  [MAKER]: 'BYPASSRLS REPLICATION CREATEROLE',
};

type Case = [version: PostgresVersion, owner: keyof typeof OWNERS];
const ofVersion = (version: PostgresVersion): Case[] => [
  [version, GIVEN],
  ...(has(SQL_ROLE) ? [[version, MAKER] as Case] : []),
];
/** What differs most; in a run on one version, all that it has. */
const CASES: Case[] =
  POSTGRES_VERSION === undefined
    ? [
        [14, GIVEN],
        [18, MAKER],
      ]
    : ofVersion(POSTGRES_VERSION);

describe.each(CASES)('on PostgreSQL %i, under hostile defaults, with row security, as %s', (version, kind) => {
  let world: World;
  let file: string;

  async function n2m(...args: string[]): Promise<void> {
    const { code, stderr } = await world.n2m(args);
    expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  }
  const write = async (tables: string[], made?: Role): Promise<string> => {
    const role = made ?? (await roleOf(world, kind === MAKER));
    return world.write((pipeline) => {
      const { database, tls } = pipeline.source;
      pipeline.source = { kind: 'postgres', url: 'env:N2M_SECRET_POSTGRES_URL', database, tables, tls, role };
    });
  };

  beforeAll(async () => {
    world = await World.start({
      hostile: true,
      neon: { postgresVersion: version, sampleOrders: 200, logicalReplication: true },
    });
    await world.startWorker();
    const { owner } = world.neon;
    await up(world, `ALTER ROLE ${owner} ${OWNERS[kind]}`);
    await up(world, `REVOKE neon_superuser FROM ${owner}`);
  });
  afterAll(() => world.stop());

  it('the owner is no superuser, its sessions and the database’s begin so, and every table has row security', async () => {
    await world.upstream((client) => client.query('CREATE TABLE public.made_later (id int PRIMARY KEY)'));
    const { rows } = await world.upstream((client) =>
      client.query(
        `SELECT rolsuper, rolbypassrls, rolconfig,
                  (SELECT setconfig FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
                   WHERE d.datname = current_database() AND s.setrole = 0) AS of_database,
                  (SELECT array_agg(DISTINCT relrowsecurity AND relforcerowsecurity) FROM pg_class
                   WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace) AS protected
           FROM pg_roles WHERE rolname = $1`,
        [world.neon.owner],
      ),
    );
    const hostile = expect.arrayContaining(['standard_conforming_strings=off', 'TimeZone=Asia/Kathmandu']) as string[];
    expect(rows).toEqual([
      { rolsuper: false, rolbypassrls: kind === MAKER, rolconfig: hostile, of_database: hostile, protected: [true] },
    ]);
  });

  if (version < SQL_ROLE.version) {
    it('a role that only a superuser may make is refused, with the way out, and nothing is made', async () => {
      file = await write(['public.customers'], { name: 'mz_made', via: 'sql' });
      const { code, stdout, stderr } = await world.n2m(['apply', file, '--yes']);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      // Lines are wrapped.
      const said = stderr.replace(/\s+/g, ' ');
      expect(said).toContain('before Postgres 16 only a superuser may make a role that replicates');
      expect(said).toContain('have a superuser make the role, and source.role: {name: mz_made, via: given, password:');
      const { rowCount } = await world.upstream((client) =>
        client.query(`SELECT FROM pg_roles WHERE rolname = 'mz_made'`),
      );
      expect(rowCount).toBe(0);
    });
  }

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
});
