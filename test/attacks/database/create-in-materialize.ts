import { writeMark } from '../../../src/core/plan/ownership';
import type { Attacked } from '../start-workflows/started';

const MARK = writeMark('shop');

/** Makes an object as `intern`, who may create in this Materialize, marks it as n2m would, and takes it away again. */
async function forged(world: Attacked, made: { on: string; by: string; step: string }): Promise<void> {
  const spec = world.spec();
  await world.target([made.by, `COMMENT ON ${made.on} IS '${MARK}'`], 'intern');
  try {
    const plan = await world.call('planDestroy', { spec, leaveUpstream: false, known: null });
    const found = plan.steps.filter(({ id }) => [made.step, 'drop-cluster', 'look-at-strays'].includes(id));
    expect(found.map(({ id, fate, why }) => [id, fate, why])).toEqual([
      [made.step, 'keep', 'stays: it was not made by n2m'],
    ]);
  } finally {
    await world.target([`DROP ${made.on} CASCADE`], 'intern');
  }
}

/** The same on the other side: objects that the file names, or none, with n2m's mark and another owner. */
export const materializeTries = (world: () => Attacked) => ({
  'a cluster in Materialize with the mark': () =>
    forged(world(), {
      on: 'CLUSTER ingest_shop',
      by: `CREATE CLUSTER ingest_shop (SIZE = '25cc')`,
      step: 'remove-cluster',
    }),
  'a schema in Materialize with the mark': () =>
    forged(world(), { on: 'SCHEMA materialize.shop', by: 'CREATE SCHEMA materialize.shop', step: 'remove-schema' }),
  'a secret in Materialize with the mark': async () => {
    await world().target([
      'CREATE SCHEMA materialize.shop',
      'GRANT USAGE, CREATE ON SCHEMA materialize.shop TO intern',
    ]);
    const on = 'SECRET materialize.shop.shop_password';
    await forged(world(), { on, by: `CREATE ${on} AS 'of the intern'`, step: 'remove-secret' });
    await world().target(['DROP SCHEMA materialize.shop CASCADE']);
  },
  'another cluster in Materialize with the mark': async () => {
    const spec = world().spec();
    const nothing = await world().call('planDestroy', { spec, leaveUpstream: false, known: null });
    await world().target(
      [`CREATE CLUSTER forgotten (SIZE = '25cc')`, `COMMENT ON CLUSTER forgotten IS '${MARK}'`],
      'intern',
    );
    expect(await world().call('planDestroy', { spec, leaveUpstream: false, known: null })).toEqual(nothing);
    await world().call('dropLeftClusters', { spec });
    const left = await world().target([`SELECT name FROM mz_catalog.mz_clusters WHERE name = 'forgotten'`]);
    expect(left).toHaveLength(1);
    await world().target(['DROP CLUSTER forgotten'], 'intern');
  },
});
