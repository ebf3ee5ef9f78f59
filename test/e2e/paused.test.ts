import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startMaterialize, type MaterializeServer } from '../../local/materialize/standin';
import { untilEqual } from './support/compare';
import { inLanes } from './support/lanes';
import { buildOn, changes, dropTheSlot, ended, planned, slotOf, untilStatusSays } from './support/live';
import { until } from './support/until';
import { has, itSince, SQL_ROLE, type Since } from './support/versions';
import { World } from './support/world';

/**
 * A worker that is stopped right before a change (SIGSTOP: a machine that is moved, a container that is frozen) is given up and
 * replaced. When it goes on after its successor, it must not make that change any more.
 */
interface Case {
  title: string;
  /** Stopped at the first of these answers that comes after such a change: the next thing it sends is a change. */
  answer: string;
  after: string;
  /** On a pipeline that was applied before. */
  command?: 'rotate' | 'repair';
  needs: Since | null;
}

const SECRET = 'FROM mz_catalog\\.mz_secrets x';
const CASES: Case[] = [
  {
    title: 'rotate: a dead password is not stored last',
    ...{ after: '^ALTER ROLE .* PASSWORD', answer: SECRET, command: 'rotate', needs: SQL_ROLE },
  },
  {
    title: 'repair: a view that was made again is not dropped',
    ...{ after: '^DROP INDEX', answer: 'JOIN mz_catalog\\.mz_databases d ON', command: 'repair', needs: null },
  },
  {
    title: 'apply: the record upstream, and its lock is let go meanwhile',
    ...{ after: '^CREATE PUBLICATION', answer: 'pg_advisory_xact_lock', needs: null },
  },
  { title: 'apply: in Materialize', after: '^COMMENT ON CLUSTER', answer: SECRET, needs: null },
];
const RUN = CASES.filter(({ needs }) => has(needs));

const STOPPED = 'stopped in ';

let materialize: MaterializeServer;
let results: Map<string, Promise<string[]>>;
beforeAll(async () => {
  materialize = await startMaterialize({ speed: 20, statisticsInterval: 500, restartDelay: 500 });
  results = inLanes(RUN, ({ title }) => title, run);
});
afterAll(async () => {
  await Promise.allSettled(results.values());
  await materialize.stop();
});

describe('a worker that was stopped, given up and goes on changes nothing', () => {
  for (const { title, needs } of CASES) {
    itSince(needs, title, async () => expect(await results.get(title)).toEqual([]), 900_000);
  }
});

/** What the stopped worker changed after it went on. Fails where both sides are not as they should be in the end. */
async function run({ answer, after, command, needs }: Case): Promise<string[]> {
  const sqlRole = needs === SQL_ROLE;
  const world = await World.start({
    sharedMaterialize: materialize,
    neon: { sampleOrders: 200, logicalReplication: true },
  });
  const journal = join(world.dir, 'journal');
  const said = async () => (await readFile(journal, 'utf8').catch(() => '')).split('\n');
  try {
    const file = await world.write(({ source }) => {
      if (sqlRole) source.role = { name: `mz_${world.name}`, via: 'sql' };
    });
    if (command) {
      await world.startWorker();
      await ended(world, ['apply', file, '--yes']);
      await buildOn(world, 'orders', 'status');
      if (command === 'repair') {
        await dropTheSlot(world, await slotOf(world));
        await untilStatusSays(world, /slot-missing|slot-lost/);
      }
      await world.stopWorker();
    }
    const strikes = [{ pattern: answer, after, mode: 'stop-after' as const }];
    const paused = await world.startWorker({ strikes, markers: world.dir, journal });
    const args = command ? [command, world.name, '--yes'] : ['apply', file, '--yes'];
    const ran = ended(world, args);
    ran.catch(() => undefined);
    const stopped = await until(
      async () => (await said()).find((line) => line.startsWith(STOPPED)),
      'the worker to stop',
    );
    await world.startWorker();
    await ran;
    paused.kill('SIGCONT');
    const end = stopped.replace(STOPPED, 'ended ');
    await until(async () => (await said()).includes(end) || undefined, `the stopped attempt to end`);

    await world.target((client) => client.query(`VALIDATE CONNECTION "${world.name}".${world.name}_postgres`));
    await untilEqual(world);
    expect(changes(await planned(world, file))).toEqual([]);
    const lines = await said();
    return lines.slice(lines.indexOf('resumed') + 1).filter((line) => !/^(ended .*|VALIDATE .*)?$/.test(line));
  } finally {
    for (const worker of world.workers) worker.kill('SIGCONT');
    await world.stop();
  }
}
