import { readdir } from 'node:fs/promises';
import { DEFAULT_VERSION } from '../../../local/materialize/version';
import { Reader } from '../columns/reader';
import { untilEqual } from '../support/compare';
import { buildOn, changes, definitions, ended, ids, madeAgain, planned, slotOf, up } from '../support/live';
import { until } from '../support/until';
import { onStandIn, World } from '../support/world';

jest.setTimeout(1_800_000);

const TABLES = ['customers', 'orders'];
/** Where the worker is killed: the source stands there, bare, and nobody knows yet whose it is. */
const KILLED_AT = '^CREATE SOURCE';

let world: World;
beforeAll(async () => {
  world = await World.start({
    neon: { sampleOrders: 2_000, logicalReplication: true },
    materialize: { version: DEFAULT_VERSION },
  });
  await world.startWorker();
  await ended(world, ['apply', await file('subsources'), '--yes']);
  await buildOn(world, 'orders', 'status');
  await world.target((client) => client.query(`COMMENT ON SOURCE "${world.name}".orders IS 'what was sold'`));
});
afterAll(() => world?.stop());

const file = (syntax: 'auto' | 'subsources' | 'tables'): Promise<string> =>
  world.write((plain) => {
    plain.source.tables = TABLES.map((table) => `public.${table}`);
    plain.materialize.syntax = syntax;
    plain.watch = { every: '1h' };
  });

const kinds = async (): Promise<Record<string, string>> => {
  const { rows } = await world.target((client) =>
    client.query<{ name: string; type: string }>(
      `SELECT o.name, o.type FROM mz_catalog.mz_objects o JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id
       WHERE n.name = '${world.name}' AND o.name IN ('${TABLES.join("', '")}')`,
    ),
  );
  return Object.fromEntries(rows.map(({ name, type }) => [name, type]));
};

const commentOn = async (name: string): Promise<string | undefined> => {
  const { rows } = await world.target((client) =>
    client.query<{ comment: string }>(
      `SELECT c.comment FROM mz_internal.mz_comments c JOIN mz_catalog.mz_objects o ON o.id = c.id
       JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id WHERE n.name = '${world.name}' AND o.name = '${name}'`,
    ),
  );
  return rows[0]?.comment;
};

onStandIn('both syntaxes').describe('from subsources to tables of its own', () => {
  it('a plan offers it with its price, and does nothing by itself', async () => {
    const plan = await planned(world, await file('auto'));
    // What is watched is the file as it was.
    expect(changes(plan)).toEqual(['watch']);
    const [offer, ...more] = plan.findings.filter(({ code }) => code === 'older-syntax');
    expect(more).toEqual([]);
    expect(offer).toMatchObject({ severity: 'info', fix: 'materialize.syntax: tables' });
    expect(offer?.sentence).toMatch(
      /copies 2 tables again, which cannot be read until then: about [\d,]+ rows, .*B, roughly .* at 200cc, and neither can .*by_status/,
    );
  });

  it('apply asks with the price; the worker dies in the middle; tables stand there with everything built on them', async () => {
    const path = await file('tables');
    const refused = await world.n2m(['apply', path]);
    expect(refused.code).toBe(4);
    const said = refused.stderr.replaceAll(/\s+/g, ' ');
    expect(said).toMatch(
      /copies 2 tables again: about [\d,]+ rows, [^;]*B, roughly [^;]* at 200cc, made again afterwards: view [^;]*by_status/,
    );
    expect(said).toMatch(/2 tables cannot be read until copied again; .*needs approval: recreate-source/);
    expect(said).toContain('needs approval: rebuild-dependents');
    const before = { slot: await slotOf(world), ids: await ids(world), definitions: await definitions(world) };

    await world.stopWorker();
    await world.keepWorker({ strikes: [{ pattern: KILLED_AT, mode: 'kill-after' }], markers: world.dir });
    await ended(world, ['apply', path, '--yes']);

    expect(await readdir(world.dir)).toContain('struck-0');
    expect(await kinds()).toEqual({ customers: 'table', orders: 'table' });
    // What nobody marked would be left behind by a destroy.
    expect(await commentOn(`${world.name}_source`)).toContain(`"pipeline":"${world.name}"`);
    expect(await commentOn('orders')).toBe('what was sold');
    expect(await definitions(world)).toEqual(before.definitions);
    // Subsources have a progress relation beside them, which went with the source.
    const after = await ids(world);
    expect(Object.keys(before.ids).filter((name) => !(name in after))).toEqual([`${world.name}_source_progress`]);
    expect(await slotOf(world)).not.toBe(before.slot);
    const again = await planned(world, path);
    expect({ changes: changes(again), codes: again.findings.map(({ code }) => code) }).toEqual({
      changes: [],
      codes: expect.not.arrayContaining(['older-syntax']) as string[],
    });
    expect(changes(await planned(world, await file('auto')))).toEqual(['watch']);
    await untilEqual(world, TABLES);
  });

  it('a column that is added from then on comes without a pause', async () => {
    await up(world, `ALTER TABLE orders ADD COLUMN memo text DEFAULT 'none'`);
    const path = await file('tables');
    expect(changes(await planned(world, path))).toEqual(['copy-beside', 'running', 'snapshot', 'switch-tables']);
    const before = await ids(world);
    const reader = new Reader(world, ['customers']);
    try {
      await reader.round();
      await ended(world, ['apply', path, '--yes']);
      await reader.round();
    } finally {
      await reader.stop();
    }
    expect(await reader.stop()).toMatchObject({ customers: { refusals: [] } });
    expect(madeAgain(before, await ids(world))).toEqual(['all_orders', 'by_status', 'orders', 'orders_idx']);
    await up(world, `UPDATE orders SET memo = 'some' WHERE id % 5 = 0`);
    await until(async () => {
      const { rows } = await world.target((client) =>
        client.query<{ n: string }>(`SELECT count(*) AS n FROM "${world.name}".orders WHERE memo = 'some'`),
      );
      return Number(rows[0]?.n) === 400 || undefined;
    }, 'the new column to be followed');
    await untilEqual(world, TABLES);
  });

  it('the way back says what it gives up', async () => {
    const plan = await planned(world, await file('subsources'));
    const reason = plan.needsApproval.find(({ key }) => key === 'recreate-source')?.reason;
    expect(reason).toMatch(/syntax: tables → subsources; copies 2 tables again: .*; with subsources, a column that is/);
  });
});
