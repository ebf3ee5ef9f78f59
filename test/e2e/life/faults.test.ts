import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import type { Plan } from '../../../src/core/plan/types';
import { untilEqual } from '../support/compare';
import { type Asks, inLanes, itRuns, KILLS, runs, untried } from '../support/lanes';
import { ended, up } from '../support/live';
import { FIRST, fileOf, LIVES, type Life } from './lives';
import { SQL_ROLE, SUBSOURCES_VERSION } from '../support/versions';
import { SOURCE_TABLES, World, type Mode } from '../support/world';
import { Writer } from '../support/writer';

interface Case {
  title: string;
  mode: Mode;
}
const CASES = Object.keys(LIVES).flatMap((title) => KILLS.map((mode): Case => ({ title, mode })));
const asks = ({ title }: Case): Asks => ({
  since: LIVES[title]?.sqlRole ? SQL_ROLE : null,
  inEveryTest: LIVES[title]?.inEveryTest === true,
});
const RUN = CASES.filter((one) => runs(asks(one)));
const caseOf = ({ title, mode }: Case): string => `${title} ${mode}`;
/** What all these runs changed, as their workers wrote it down. */
const journals: string[] = [];

let subsources: MaterializeServer;
let sourceTables: MaterializeServer;
let results: Map<string, Promise<void>>;

beforeAll(async () => {
  const pace = { speed: 20, schemaValidationInterval: 1_000, restartDelay: 1_000 };
  [subsources, sourceTables] = await Promise.all([
    startMaterialize({ ...pace, version: SUBSOURCES_VERSION }),
    startMaterialize({ ...pace, flags: SOURCE_TABLES }),
  ]);
  results = inLanes(RUN, caseOf, one);
}, 60_000);
afterAll(async () => {
  await Promise.allSettled(results.values());
  await Promise.all([subsources.stop(), sourceTables.stop()]);
});

describe('a worker that dies in the middle of', () => {
  for (const one of CASES) {
    const title = `${one.title}, ${one.mode}: the run finishes, the data agree, a second apply finds nothing to do`;
    const test = async () => {
      expect(results.has(caseOf(one))).toBe(true);
      await results.get(caseOf(one));
    };
    itRuns(asks(one), title, test, 1_800_000);
  }

  it('was tried at every change that these runs make', () => {
    expect(journals.length).toBe(RUN.length);
    expect(
      untried(
        journals,
        Object.values(LIVES).flatMap(({ patterns }) => patterns),
      ),
    ).toEqual([]);
  });
});

async function one({ title, mode }: Case): Promise<void> {
  const life = LIVES[title];
  if (!life) throw new Error(`no case ${title}`);
  const { branch, cluster = '' } = life;
  const world = await World.start({
    sharedMaterialize: life.sourceTables ? sourceTables : subsources,
    // Below a protected branch the child's passwords are new.
    neon: { sampleOrders: 200, protected: branch !== undefined },
  });
  let writer: Writer | null = null;
  try {
    const worker = await world.startWorker();
    await ended(world, ['apply', await fileOf(world, FIRST, { sqlRole: life.sqlRole }), '--yes']);
    await life.damage?.(world);
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill('SIGTERM');
    await gone;
    const journal = join(world.dir, 'journal');
    await world.keepWorker({
      strikes: life.patterns.map((pattern) => ({ pattern, mode })),
      markers: world.dir,
      journal,
    });
    // The application goes on writing, whoever dies.
    if (!life.calm) writer = await Writer.start(world.upstreamUrl());
    const tables = life.tables ?? FIRST;
    const file = await fileOf(world, tables, life);
    await life.run(world, file);
    await tried(life, world.dir, await readFile(journal, 'utf8'));
    expect(await writer?.stop()).toEqual(life.calm ? undefined : []);
    await up(world, `UPDATE customers SET city = 'Graz' WHERE id % 5 = 0`, branch);
    await untilEqual(world, tables, { branch, cluster: `ingest_${world.name}${cluster}` });
    await nothingLeft(world, file);
  } finally {
    await writer?.stop();
    await world.stop();
  }
}

/** The worker was struck at everything this run changed, which is everything but what another was faster with. */
async function tried({ patterns, unlessFaster = [] }: Life, markers: string, journal: string): Promise<void> {
  journals.push(journal);
  const struck = (await readdir(markers)).filter((name) => name.startsWith('struck-')).sort();
  const made = (pattern: string) => !unlessFaster.includes(pattern) || new RegExp(pattern, 'm').test(journal);
  expect(struck).toEqual(patterns.flatMap((pattern, index) => (made(pattern) ? [`struck-${index}`] : [])).sort());
}

async function nothingLeft(world: World, file: string): Promise<void> {
  const plan = JSON.parse(await ended(world, ['plan', file, '--output', 'json'])) as Plan;
  expect(plan.steps.filter(({ action }) => action !== 'keep').map(({ sentence }) => sentence)).toEqual([]);
}
