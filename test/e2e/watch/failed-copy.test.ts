import type { StatusDocument } from '../../../src/cli/render/status-document';
import { parse } from 'yaml';
import { untilEqual } from '../support/compare';
import { ended, untilStatusSays, up } from '../support/live';
import { World } from '../support/world';

jest.setTimeout(300_000);

let world: World;
beforeAll(async () => {
  // Its status says it after the copy counts as committed: who reads the table knows it before.
  world = await World.start({ neon: { sampleOrders: 200, operationMs: 50 }, materialize: { statusDelay: 3_000 } });
  await world.startWorker();
});
afterAll(() => world?.stop());

const status = async (): Promise<{ code: number; said: StatusDocument }> => {
  const { code, stdout } = await world.n2m(['status', world.name, '--output', 'json']);
  return { code, said: JSON.parse(stdout) as StatusDocument };
};

/** Lines are wrapped. */
const flat = (text: string): string => text.replace(/\s*\n\s*/g, ' ');

it('a first copy that ends at a value: a check is left behind, which says what to do until it is done', async () => {
  await up(world, `UPDATE orders SET placed_at = 'infinity' WHERE id = 2`);
  const file = await world.write();
  const applied = await world.n2m(['apply', file, '--yes']);
  expect(applied.code).toBe(1);
  expect(flat(applied.stderr)).toMatch(/public\.orders.*, in column placed_at, .*"infinity"/);

  const { code, said } = await status();
  expect(said).toMatchObject({
    verdict: 'broken',
    severity: 'critical',
    failed: { command: 'apply' },
    watch: { paused: false },
  });
  expect(said.cause).toMatch(/public\.orders.*in column placed_at.*infinity/);
  expect(said.next).toContain('source.textColumns: [public.orders.placed_at]');
  expect(code).toBe(3);

  const query = /\((SELECT .*;)\)/.exec(said.next)?.[1];
  expect((await up(world, query ?? '')).rows).toMatchObject([{ id: '2' }]);
  await up(world, `UPDATE orders SET placed_at = now() WHERE id = 2`);
  await ended(world, ['repair', world.name, '--yes']);
  await untilStatusSays(world, /"verdict": ?"(healthy|lagging)"/);
  await ended(world, ['apply', file, '--yes']);
  await untilEqual(world);
  expect((await status()).said).toMatchObject({ verdict: 'healthy', failed: null });
});

it('a table that is added with such a value in one of two columns: the line for the file, pasted, is the way out', async () => {
  await up(world, 'CREATE TABLE visits (id int PRIMARY KEY, began timestamptz, ended timestamptz)');
  await up(world, `ALTER TABLE visits OWNER TO ${world.neon.owner}`);
  await up(world, `INSERT INTO visits VALUES (1, now(), now()), (2, now(), 'infinity')`);
  const withVisits = (change: Record<string, unknown> = {}) =>
    world.write((file) => {
      file.source.tables?.push('public.visits');
      Object.assign(file.source, change);
    });
  const applied = await world.n2m(['apply', await withVisits(), '--yes']);
  expect(applied.code).toBe(1);
  expect(flat(applied.stderr)).toMatch(/public\.visits.*, in column ended, .*"infinity"/);
  const line = /source\.textColumns: (\[.*?\])/.exec(flat(applied.stderr))?.[1] ?? '';
  expect(parse(line)).toEqual(['public.visits.ended']);
  const { said } = await status();
  expect(said.cause).toContain(
    'public.visits cannot be read: a row holds a value that Materialize cannot, in column ended',
  );

  await ended(world, ['apply', await withVisits({ textColumns: parse(line) as unknown }), '--yes']);
  const { rows } = await world.target((client) =>
    client.query(`SELECT ended FROM "${world.name}".visits WHERE id = 2`),
  );
  expect(rows).toEqual([{ ended: 'infinity' }]);
  expect((await status()).said).toMatchObject({ verdict: 'healthy', failed: null });
});
