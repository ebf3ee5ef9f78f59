import type { DroppedTable, Rebuild } from '../../../src/core/plan/types';
import type { Definition } from '../../../src/core/repair/types';
import { writeMark } from '../../../src/core/plan/ownership';
import { DISGUISED, roles, view } from './definitions';
import type { Attacked } from './started';

const UPSTREAM = { schema: 'public', name: 'orders' };
const replacing = (dead: DroppedTable[]): Rebuild => ({ damage: { recreate: [], dead }, dependents: [], slot: null });

/** Upstream, Materialize, and the mark: as a run leaves them, with a table and what an earlier run left beside it. */
async function withTables(attacked: Attacked, test: (left: DroppedTable) => Promise<void>): Promise<void> {
  const { url, port } = { url: new URL(attacked.env.N2M_SECRET_POSTGRES_URL ?? ''), port: attacked.postgres.port };
  await attacked.upstream(['ALTER TABLE orders REPLICA IDENTITY FULL', 'CREATE PUBLICATION attacked FOR TABLE orders']);
  const table = (name: string): string =>
    `CREATE TABLE shop."${name}" FROM SOURCE shop.shop_source (REFERENCE public.orders)`;
  await attacked.target([
    'CREATE SCHEMA shop',
    `CREATE SECRET shop.password AS '${url.password}'`,
    `CREATE CONNECTION shop.pg TO POSTGRES (HOST '127.0.0.1', PORT ${port}, USER '${url.username}',
       PASSWORD SECRET shop.password, DATABASE 'shop')`,
    `CREATE SOURCE shop.shop_source IN CLUSTER quickstart FROM POSTGRES CONNECTION shop.pg (PUBLICATION 'attacked')`,
    `COMMENT ON SOURCE shop.shop_source IS '${writeMark('shop')}'`,
    ...['orders', 'orders_n2m_old'].map(table),
  ]);
  try {
    const item = { database: 'materialize', schema: 'shop', name: 'orders' };
    const id = await idOf(attacked, 'orders_n2m_old');
    await test({ id, kind: 'table', item, upstream: UPSTREAM, why: '' });
  } finally {
    await attacked.target(['DROP SCHEMA shop CASCADE']);
    await attacked.upstream(['DROP PUBLICATION attacked', 'ALTER TABLE orders REPLICA IDENTITY DEFAULT']);
  }
}

const named = (attacked: Attacked, name: string) =>
  attacked.target([`SELECT id FROM mz_catalog.mz_objects WHERE name = '${name}' AND id LIKE 'u%'`]);
const idOf = async (attacked: Attacked, name: string): Promise<string> => String((await named(attacked, name))[0]?.id);

/** Tries with what is sent while tables are dropped, or change places with copies beside them. */
export const tableTries = (world: () => Attacked) => ({
  'any SQL as a definition, where tables change places': () =>
    withTables(world(), async () => {
      const attacked = world();
      const definitions = DISGUISED.map(view);
      const input = { spec: attacked.spec(), plan: replacing([]), definitions };
      const results = await attacked.call('switchTables', input);
      expect(results.map(({ outcome, why }) => [outcome, why?.slice(0, 8)])).toEqual(
        DISGUISED.map(() => ['failed', 'not sent']),
      );
      expect(await roles(attacked)).not.toContain('intruder');
      expect(await named(attacked, 'harmless')).toEqual([]);
    }),

  'a definition of somebody else to drop': () =>
    withTables(world(), async (left) => {
      const attacked = world();
      await attacked.target(['CREATE VIEW materialize.public.precious AS SELECT 1 AS one']);
      try {
        const item = { database: 'materialize', schema: 'public', name: 'precious' };
        const definitions: Definition[] = [view({ id: await idOf(attacked, 'precious'), item })];
        // The one renames and drops, the other drops alone.
        for (const name of ['switchTables', 'dropDeadTables'] as const) {
          const dead = [name === 'switchTables' ? left : { ...left, id: await idOf(attacked, 'orders') }];
          await attacked.call(name, { spec: attacked.spec(), plan: replacing(dead), definitions });
          expect(await named(attacked, name === 'switchTables' ? 'orders_n2m_old' : 'orders')).toEqual([]);
          expect(await attacked.target(['SELECT one FROM materialize.public.precious'])).toEqual([{ one: 1 }]);
        }
      } finally {
        await attacked.target(['DROP VIEW IF EXISTS materialize.public.precious']);
      }
    }),

  'the slot of a source that is at work': () =>
    withTables(world(), async () => {
      const attacked = world();
      const spec = attacked.spec({ name: 'other' });
      const [made] = await attacked.target(['SELECT replication_slot AS slot FROM mz_internal.mz_postgres_sources']);
      const slot = String(made?.slot);
      const workflowExecution = { workflowId: 'pipeline/other', runId: 'run' };
      const refused = await attacked.refusal('removeSlot', { spec, slot }, attacked.deps(), { workflowExecution });
      expect(refused).toMatchObject({
        type: 'Conflict',
        message: `slot ${slot} is left alone: source shop_source reads it`,
      });
      const there = await attacked.upstream([`SELECT 1 FROM pg_replication_slots WHERE slot_name = '${slot}'`]);
      expect(there).toHaveLength(1);
    }),

  // The stand-in has one database: a statement about another one fails, or does nothing.
  'a table of the same name in another database': () =>
    withTables(world(), async (left) => {
      const attacked = world();
      const spec = attacked.spec();
      const item = { ...left.item, database: 'precious' };
      await attacked.call('switchTables', { spec, plan: replacing([{ ...left, item }]), definitions: [] });
      expect(await named(attacked, 'orders_n2m_old')).toEqual([]);
      const tables = [{ ...left, item: { ...item, name: 'more' } }];
      const beside = { groups: [{ tables, dependents: [] }], left: [], unnamed: [] };
      const step = { tables: [], removed: [], syntax: 'tables' as const, planned: 'change' as const };
      await attacked.call('copyBeside', { spec, ...step, beside });
      expect(await named(attacked, 'more_n2m_new')).toHaveLength(1);
    }),
});
