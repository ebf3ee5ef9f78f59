import { digest, TABLES } from '../support/compare';
import { ended } from '../support/live';
import { onPairs, Pair } from '../support/pair';
import { until } from '../support/until';
import type { World } from '../support/world';
import { Watched } from '../watch/watched';

jest.setTimeout(300_000);

let watched: Watched;
let world: World;
let pair: Pair;

/** What the promoted server has, and Materialize. */
async function untilEqual(): Promise<void> {
  await until(async () => {
    for (const [table, columns] of Object.entries(TABLES)) {
      const upstream = await pair.onStandby((client) => digest(client, 'public', table, columns));
      const target = await world.target(async (client) => {
        await client.query(`SET cluster = "ingest_${world.name}"`);
        return digest(client, world.name, table, columns);
      });
      expect({ table, ...target }).toEqual({ table, ...upstream });
    }
    return true;
  }, 'both sides to agree');
}

onPairs('a standby that Materialize comes to read, and that is promoted', () => {
  beforeAll(async () => {
    watched = await Watched.start(
      { neon: { logicalReplication: true } },
      (file) => {
        const role = { name: `mz_${world.name}`, via: 'sql' };
        file.source = Pair.inFile(file, role, { url: 'env:N2M_SECRET_PRIMARY_URL' });
      },
      async (started) => {
        world = started;
        pair = await Pair.start(world);
        await pair.mayLogRunning();
        return pair.env;
      },
    );
  });
  afterAll(async () => {
    await watched?.stop();
    await pair?.stop();
  });

  it('was read in the place of its primary from one apply on: nothing of the source is on the primary any more', async () => {
    const before = await pair.slots();
    expect(before).toEqual({ standby: [], primary: [expect.stringMatching(/^materialize_/)] });
    await watched.apply(({ source }) => {
      source.url = 'env:N2M_SECRET_POSTGRES_URL';
      source.primary = 'env:N2M_SECRET_PRIMARY_URL';
    });
    await untilEqual();
    expect(await pair.slots()).toEqual({ standby: [expect.stringMatching(/^materialize_/)], primary: [] });
    expect((await watched.check()).verdict).toMatchObject({ name: 'healthy', symptoms: [] });
  });

  it('is told with what the file has to say then, goes on as a primary once it says so, and is taken down', async () => {
    await pair.onStandby((client) => client.query('SELECT pg_promote()'));
    const verdict = await until(async () => {
      const { verdict } = await watched.check();
      return verdict.severity === 'terminal' ? verdict : undefined;
    }, 'Materialize to notice');
    const next = `take source.primary out of the file, n2m apply FILE; then n2m repair ${world.name}`;
    expect(verdict).toMatchObject({ name: 'broken', next });
    expect(verdict.symptoms.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['source-restored', 'standby-promoted']) as string[],
    );
    const refused = await world.n2m(['repair', world.name, '--yes']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('take source.primary out of the file');

    // The source has ended until it is repaired.
    await watched.apply(({ source }) => delete source.primary, 3);
    await ended(world, ['repair', world.name, '--yes']);
    await pair.onStandby((client) =>
      client.query(`INSERT INTO orders (customer_id, status, total) VALUES (1, 'after', 5)`),
    );
    await untilEqual();
    expect((await watched.check()).verdict).toMatchObject({ name: 'healthy', symptoms: [] });
    await ended(world, ['destroy', world.name, '--yes']);
    expect((await pair.slots()).standby).toEqual([]);
  });
});
