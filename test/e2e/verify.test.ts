import type { StatusDocument } from '../../src/cli/render/status-document';
import type { VerifyResult } from '../../src/core/verify/types';
import { untilEqual } from './support/compare';
import { keptWith, leaks } from './support/leaks';
import { until } from './support/until';
import { onStandIn, World } from './support/world';

jest.setTimeout(300_000);

let world: World;
beforeAll(async () => {
  world = await World.start({ neon: { sampleOrders: 500, logicalReplication: true } });
  await world.startWorker();
  const { code, stderr } = await world.n2m(['apply', await world.write(), '--yes']);
  if (code !== 0) throw new Error(`apply ended with ${code}: ${stderr}`);
});
afterAll(() => world?.stop());

const verify = async (...args: string[]) => {
  const { code, stdout } = await world.n2m(['verify', world.name, '--output', 'json', ...args]);
  return { code, result: JSON.parse(stdout) as VerifyResult };
};

/** Long enough to be told from a hash, also as base64. */
const LOST = 'lost on its way';

/** Where Temporal, once it lists so many comparisons, and the worker's log have a text; those of comparisons by one name. */
async function placesWith(text: string, comparisons: number): Promise<string[]> {
  const listed = await until(async () => {
    const found = await keptWith(world, ['/verify']);
    const histories = Object.keys(found).filter((place) => /^history of .*\/verify/.test(place));
    return histories.length >= comparisons ? found : undefined;
  }, `${comparisons} comparisons`);
  const kept = { ...listed, 'worker log': world.log.join('') };
  const places = leaks(kept, { it: text });
  return [
    ...new Set(places.map((place) => place.replace('it in ', '').replace(/ pipeline.*\/verify.*/, ' a comparison'))),
  ].sort();
}

const columnValues = ({ differences }: VerifyResult) =>
  differences.flatMap(({ columns }) => columns.map(({ upstream }) => upstream));

/** A look by hand, once Temporal lists the comparison that ended. */
const statusOnce = (expected: (status: StatusDocument) => boolean) =>
  until(async () => {
    const { stdout } = await world.n2m(['status', world.name, '--output', 'json']);
    const status = JSON.parse(stdout) as StatusDocument;
    return expected(status) ? status : undefined;
  }, 'status to tell what the comparison found');

onStandIn('a publication that a test may narrow').it(
  'proves a copy, names what was lost, and status tells until it is mended and proven',
  async () => {
    const publication = `n2m_${world.name}`;
    const before = await verify();
    expect(before).toMatchObject({ code: 0, result: { verdict: 'equal', differing: 0, whole: true } });
    expect(before.result.rows).toBeGreaterThan(500);

    await world.upstream(async (client) => {
      await client.query(`ALTER PUBLICATION ${publication} SET (publish = 'insert, delete, truncate')`);
      await client.query(`UPDATE orders SET status = '${LOST}' WHERE id = (SELECT min(id) FROM orders)`);
      await client.query(`ALTER PUBLICATION ${publication} SET (publish = 'insert, update, delete, truncate')`);
    });
    expect(columnValues((await verify('--table', 'public.orders')).result)).toEqual([
      expect.stringMatching(/^#[0-9a-f]{12}$/),
    ]);
    expect(await placesWith(LOST, 2)).toEqual([]);
    const { code, result } = await verify('--table', 'public.orders', '--show-values');
    expect({ code, result }).toMatchObject({
      code: 3,
      result: {
        verdict: 'differs',
        differing: 1,
        differences: [{ table: 'public.orders', what: 'changed', columns: [{ column: 'status', upstream: LOST }] }],
      },
    });
    expect(columnValues(result)).toEqual([LOST]);
    // What was asked for is with the answer, and nowhere else.
    expect(await placesWith(LOST, 3)).toEqual(['details of a comparison', 'history of a comparison']);
    const told = await statusOnce(({ symptoms }) => symptoms.some(({ rule }) => rule === 'verify-differs'));
    expect(told).toMatchObject({ verdict: 'broken', verified: { differs: { where: ['public.orders (status)'] } } });
    expect(JSON.stringify(told.verified)).not.toContain(LOST);

    const was = result.differences[0]?.columns[0]?.materialize ?? '';
    await world.upstream(async (client) => {
      await client.query(`ALTER PUBLICATION ${publication} SET (publish = 'insert, delete, truncate')`);
      await client.query(`UPDATE orders SET status = $1 WHERE id = (SELECT min(id) FROM orders)`, [was]);
      await client.query(`ALTER PUBLICATION ${publication} SET (publish = 'insert, update, delete, truncate')`);
    });
    await untilEqual(world);
    expect((await verify()).code).toBe(0);
    const mended = await statusOnce(({ verified }) => verified?.differs === null);
    expect(mended.verified?.last).toMatchObject({ verdict: 'equal', whole: true });
  },
);
