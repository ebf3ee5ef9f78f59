import { readFile, writeFile } from 'node:fs/promises';
import type { Plan } from '../../../src/core/plan/types';
import type { VerifyResult } from '../../../src/core/verify/types';
import { catalogs, restorable, untilEqual } from '../support/compare';
import { changes, ended, planned } from '../support/live';
import { onPairs, Pair } from '../support/pair';
import type { World } from '../support/world';
import { Watched } from '../watch/watched';

jest.setTimeout(300_000);

const FIRST = ['customers', 'orders', 'Order Items'];
let watched: Watched;
let world: World;
let pair: Pair;
let before: unknown;

const role = () => ({ name: `mz_${world.name}`, via: 'sql' });

/** What stops a file that names the two servers otherwise. The pipeline's own is as it was afterwards. */
async function blockedWith(source: object): Promise<Plan['findings']> {
  const own = await readFile(watched.file, 'utf8');
  const file = await world.write((file) => (file.source = Pair.inFile(file, role(), source)));
  const { findings } = await planned(world, file);
  await writeFile(watched.file, own);
  return findings.filter(({ severity }) => severity === 'blocking');
}

onPairs('a physical standby as the source', () => {
  beforeAll(async () => {
    watched = await Watched.start(
      { neon: { logicalReplication: true } },
      (file) => {
        file.source = { ...Pair.inFile(file, role()), tables: file.source.tables?.slice(0, 3) };
      },
      async (started) => {
        world = started;
        pair = await Pair.start(world);
        before = restorable(await catalogs(world));
        await pair.mayLogRunning();
        return pair.env;
      },
    );
  });
  afterAll(async () => {
    await watched?.stop();
    await pair?.stop();
  });

  it('has its slot there and nothing on the primary, follows, and a second plan has nothing to do', async () => {
    await untilEqual(world, FIRST);
    expect(await pair.slots()).toEqual({ standby: [expect.stringMatching(/^materialize_/)], primary: [] });
    expect(changes(await planned(world, watched.file))).toEqual([]);
    await watched.write(20);
    await untilEqual(world, FIRST);
    const { verdict } = await watched.check();
    expect(verdict).toMatchObject({ name: 'healthy', symptoms: [] });
  });

  it.each([
    [
      'alone',
      {},
      'read-only-login',
      /^source\.primary: env:N2M_SECRET_PRIMARY_URL -- the URL of its primary, which is 127/,
    ],
    [
      'as its own primary',
      { primary: 'env:N2M_SECRET_POSTGRES_URL' },
      'primary-elsewhere',
      /^let source\.primary lead/,
    ],
    [
      'in the place of its primary',
      { url: 'env:N2M_SECRET_PRIMARY_URL', primary: 'env:N2M_SECRET_POSTGRES_URL' },
      'primary-needless',
      /^take source\.primary out of the file/,
    ],
  ])('%s is refused before anything is touched, with what to write', async (_what, source, code, fix) => {
    const found = await blockedWith(source);
    expect(found.find((one) => one.code === code)?.fix).toMatch(fix);
  });

  it('is compared as it is', async () => {
    const answer = await ended(world, ['verify', world.name, '--output', 'json']);
    const result = JSON.parse(answer) as VerifyResult;
    expect(result).toMatchObject({ verdict: 'equal', differing: 0, whole: true });
    expect(result.rows).toBeGreaterThan(200);
  });

  it('that stands still is told, and healthy when it goes on', async () => {
    await pair.onStandby((client) => client.query('SELECT pg_wal_replay_pause()'));
    await watched.write(20);
    await watched.check();
    const { verdict } = await watched.check();
    expect(verdict).toMatchObject({
      name: 'lagging',
      cause: expect.stringMatching(/^the standby has not replayed what its primary had .* ago, and lacks /) as string,
    });
    await pair.onStandby((client) => client.query('SELECT pg_wal_replay_resume()'));
    await untilEqual(world, FIRST);
    expect((await watched.check()).verdict.symptoms).toEqual([]);
  });

  it('takes a table more, which the primary publishes and the standby copies', async () => {
    await watched.apply(({ source }) => (source.tables = [...(source.tables ?? []), 'public.events']));
    await untilEqual(world);
  });

  it('rotates the password: set on the primary, proven where Materialize logs in', async () => {
    const { stderr, code } = await world.n2m(['rotate', world.name, '--yes']);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    await watched.write(20);
    await untilEqual(world);
  });

  it('loses its slot to a vacuum of the primary: terminal, with what keeps it, and repaired', async () => {
    await pair.loseTheSlot();
    const { verdict } = await watched.found('slot-lost', 'terminal');
    expect(verdict.cause).toMatch(/the primary removed rows that it needs \(hot_standby_feedback/);
    expect(verdict.symptoms.map(({ rule }) => rule)).toContain('standby-feedback');
    const { findings: told } = await planned(world, watched.file);
    expect(told.find(({ code }) => code === 'standby-unprotected')?.fix).toMatch(/^on the standby: ALTER SYSTEM SET/);
    await pair.feedback('on');
    await watched.repaired();
    expect(await pair.slots()).toEqual({ standby: [expect.stringMatching(/^materialize_/)], primary: [] });
  });

  it('is destroyed to nothing on both servers', async () => {
    await ended(world, ['destroy', world.name, '--yes']);
    expect(await pair.slots()).toEqual({ standby: [], primary: [] });
    expect(restorable(await catalogs(world))).toEqual(before);
  });
});
