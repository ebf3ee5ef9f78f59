import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import type { DestroyReport } from '../../../src/core/destroy/types';
import { untilEqual } from '../support/compare';
import { inLanes, untried } from '../support/lanes';
import {
  buildOn,
  changes,
  clusterSize,
  definitions,
  dropTheSlot,
  ended,
  planned,
  slotOf,
  untilStatusSays,
} from '../support/live';
import { BACKGROUND_RESIZES, MATERIALIZE_VERSION, SOURCE_TABLES_BY_DEFAULT } from '../support/versions';
import { onStandIn, withSql, World, type Mode } from '../support/world';
import { Writer } from '../support/writer';

/**
 * Materialize restarts, as its environments do every week, right before and right after each thing that a run changes
 * there, and in each phase of a resize. The worker lives on; the run ends well, and a second plan finds nothing to do.
 */
interface Case {
  title: string;
  /** Each is met twice: the statement meets a dead session, or its answer does. */
  patterns: string[];
  /** On a pipeline that was applied before, with a view, a materialized view and an index on it. */
  damage?: (world: World, server: MaterializeServer) => Promise<void>;
  command?: 'repair' | 'rotate' | 'destroy';
  /** What the file says from then on. */
  steadySize?: string;
  /** What Materialize has to do, where not all releases do it. */
  needs?: { does: boolean; what: string };
}

const TABLES = SOURCE_TABLES_BY_DEFAULT ? ['^CREATE TABLE '] : [];
const SIZES = (size: string) => `^ALTER CLUSTER .*'${size}'`;
const FACTOR = (factor: number) => `^ALTER CLUSTER .*REPLICATION FACTOR = ${factor}`;

const CASES: Case[] = [
  {
    title: 'a first run',
    patterns: [
      ...['SCHEMA', 'CLUSTER', 'SECRET', 'CONNECTION', 'SOURCE'].flatMap((kind) => [
        `^CREATE ${kind} `,
        `^COMMENT ON ${kind} `,
      ]),
      ...TABLES,
      SIZES('50cc'),
    ],
  },
  { title: 'a resize side by side', patterns: [SIZES('100cc')], steadySize: '100cc' },
  {
    title: 'a resize for which there are no credits',
    patterns: [SIZES('25cc'), FACTOR(0), FACTOR(1)],
    damage: (_world, server) =>
      withSql({ connectionString: server.urlFor('mz_system') }, async (client) => {
        await client.query('ALTER SYSTEM SET max_credit_consumption_rate = 0.8');
      }),
    steadySize: '25cc',
    needs: { does: BACKGROUND_RESIZES, what: 'Materialize 26.35: both sizes count against the limit of credits' },
  },
  {
    title: 'a repair of a lost slot',
    patterns: [
      '^DROP SOURCE .*CASCADE',
      '^CREATE SOURCE',
      '^COMMENT ON SOURCE',
      ...TABLES,
      '^CREATE VIEW',
      '^CREATE INDEX',
    ],
    damage: async (world) => {
      await dropTheSlot(world, await slotOf(world));
      await untilStatusSays(world, /slot-(lost|missing)/);
    },
    command: 'repair',
  },
  { title: 'a rotation', patterns: ['^ALTER SECRET', '^VALIDATE CONNECTION'], command: 'rotate' },
  {
    title: 'a destroy',
    patterns: ['SOURCE', 'CONNECTION', 'SECRET', 'CLUSTER', 'SCHEMA'].map((kind) => `^DROP ${kind} `),
    command: 'destroy',
  },
];
const MODES: Mode[] = ['hold-before', 'hold-after'];

onStandIn('restarts when a case wants them').describe('Materialize restarts around each change of', () => {
  let results: Map<string, Promise<void>>;
  beforeAll(() => {
    results = inLanes(
      CASES.filter(({ needs }) => needs?.does ?? true),
      ({ title }) => title,
      run,
    );
  });
  afterAll(() => Promise.allSettled(results.values()));

  for (const { title, needs } of CASES) {
    if (needs && !needs.does) it.skip(`${title} (needs ${needs.what})`, () => undefined);
    else it(title, async () => expect(await results.get(title)).toBeUndefined(), 900_000);
  }
});

async function run({ patterns, damage, command, steadySize = '50cc' }: Case): Promise<void> {
  const server = await startMaterialize({
    ...{ speed: 20, version: MATERIALIZE_VERSION, resizeDelay: 300 },
    ...{ statisticsInterval: 500, schemaValidationInterval: 500, restartDelay: 200 },
  });
  const world = await World.start({
    sharedMaterialize: server,
    neon: { sampleOrders: 200, logicalReplication: true },
  });
  let writer: Writer | null = null;
  try {
    let file = await world.write();
    const first = damage === undefined && command === undefined && steadySize === '50cc';
    let built: string[] = [];
    if (!first) {
      await world.startWorker();
      await ended(world, ['apply', file, '--yes']);
      if (command !== 'destroy') await buildOn(world, 'orders', 'status');
      built = await definitions(world);
      await damage?.(world, server);
      await world.stopWorker();
    }
    const strikes = patterns.flatMap((pattern) => MODES.map((mode) => ({ pattern, mode })));
    const journal = join(world.dir, 'journal');
    await world.startWorker({ strikes, markers: world.dir, journal });
    writer = await Writer.start(world.upstreamUrl());
    file = await world.write(({ materialize }) => (materialize.cluster.steadySize = steadySize));
    const args = command ? [command, world.name, '--yes', '--output', 'json'] : ['apply', file, '--yes'];
    const said = await restartingAt(world.dir, strikes.length, server, ended(world, args));
    expect(await writer.stop()).toEqual([]);
    expect((await readdir(world.dir)).filter((name) => name.startsWith('held-'))).toHaveLength(strikes.length);
    if (command === 'destroy') {
      expect((JSON.parse(said) as DestroyReport).objects.filter(({ fate }) => fate === 'left-behind')).toEqual([]);
      return;
    }
    if (first) expect(untried([await readFile(journal, 'utf8')], [...patterns, ...OTHERWISE])).toEqual([]);
    await untilEqual(world);
    expect(await definitions(world)).toEqual(built);
    expect(await clusterSize(world)).toBe(steadySize);
    expect(changes(await planned(world, file))).toEqual([]);
  } finally {
    await writer?.stop();
    await world.stop();
    await server.stop();
  }
}

/** What a first run changes elsewhere, and what it only stores again because an answer was lost. */
const OTHERWISE = [
  '^(POST|PATCH) ',
  'REPLICA IDENTITY FULL',
  '^(ALTER ROLE|CREATE PUBLICATION|ALTER PUBLICATION|COMMENT ON PUBLICATION)',
  '^schedule ',
  '^ALTER SECRET',
];

/** Restarts the server each time a call is held, and lets it go then, until the command ends. */
async function restartingAt(
  markers: string,
  strikes: number,
  server: MaterializeServer,
  command: Promise<string>,
): Promise<string> {
  let over = false;
  const ran = command.finally(() => (over = true));
  ran.catch(() => undefined);
  const waiting = new Set(Array.from({ length: strikes }, (_, index) => index));
  while (!over && waiting.size > 0) {
    const held = [...waiting].find((index) => existsSync(join(markers, `held-${index}`)));
    if (held === undefined) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      continue;
    }
    await server.restart();
    await writeFile(join(markers, `let-go-${held}`), '');
    waiting.delete(held);
  }
  return ran;
}
