import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startMaterialize, type MaterializeServer } from '../../../local/materialize/standin';
import { untilEqual } from '../support/compare';
import { type Asks, inLanes, itRuns, KILLS, runs, untried } from '../support/lanes';
import { buildOn, changes, definitions, ended, ids, planned, up } from '../support/live';
import { until } from '../support/until';
import { onStandIn, SOURCE_TABLES, World, type Mode } from '../support/world';

const TABLES = ['customers', 'orders'];

const COPY = '^CREATE TABLE ';
const ASIDE = 'RENAME TO "orders_n2m_old"$';
const PLACE = 'RENAME TO "orders"$';
/** Everything that changes, from the copy to the end of what it replaced. */
const PATTERNS = [
  ...[COPY, '^DROP INDEX', '^DROP MATERIALIZED VIEW', '^DROP VIEW', ASIDE, PLACE],
  ...['^CREATE VIEW', '^CREATE MATERIALIZED VIEW', '^CREATE INDEX', '^COMMENT ON VIEW', '^DROP TABLE .*RESTRICT'],
];

interface Case {
  title: string;
  modes: Mode;
  patterns: string[];
  /** No other worker comes: somebody ends the run, and begins another. */
  ends?: true;
  inEveryTest?: true;
}
const dies = (pattern: string, modes: Mode): Case => ({
  ...{ title: `the run ends, ${modes} ${pattern}`, modes, patterns: [pattern], ends: true },
});
const CASES: Case[] = [
  ...KILLS.map((modes) => ({ title: `${modes} each change`, modes, patterns: PATTERNS, inEveryTest: true as const })),
  { ...dies(ASIDE, 'kill-after'), inEveryTest: true },
  ...[dies('^DROP VIEW', 'kill-after'), dies(PLACE, 'kill-after'), dies('^DROP TABLE .*RESTRICT', 'kill-before')],
];
const asks = ({ inEveryTest }: Case): Asks => ({ since: null, inEveryTest: inEveryTest === true });
const RUN = CASES.filter((one) => runs(asks(one)));

let server: MaterializeServer;
let results: Map<string, Promise<string>>;
beforeAll(async () => {
  server = await startMaterialize({ speed: 20, flags: SOURCE_TABLES, restartDelay: 1_000 });
  results = inLanes(RUN, ({ title }) => title, one);
}, 60_000);
afterAll(async () => {
  await Promise.allSettled(results.values());
  await server.stop();
});

onStandIn('tables made from a source').describe('a copy that takes the place of its table, when a worker dies', () => {
  for (const one of CASES) {
    const title = `${one.title}: one table stands there in the end, with everything built on it`;
    const test = async () => {
      const journal = await results.get(one.title);
      expect(journal).toBeDefined();
    };
    itRuns(asks(one), title, test, 1_800_000);
  }

  it('was tried at every change that these runs make', async () => {
    const kept = RUN.filter(({ ends }) => !ends).flatMap(({ title }) => results.get(title) ?? []);
    expect(untried(await Promise.all(kept), PATTERNS)).toEqual([]);
  });
});

/** Answers what the workers changed. */
async function one({ modes, patterns, ends }: Case): Promise<string> {
  const world = await World.start({ sharedMaterialize: server, neon: { sampleOrders: 200, logicalReplication: true } });
  try {
    const file = await world.write((plain) => {
      plain.source.tables = TABLES.map((table) => `public.${table}`);
      plain.watch = { every: '1h' };
    });
    await world.startWorker();
    await ended(world, ['apply', file, '--yes']);
    await buildOn(world, 'orders', 'status');
    const before = { names: Object.keys(await ids(world)), definitions: await definitions(world) };
    await world.stopWorker();
    await up(world, `ALTER TABLE orders ADD COLUMN memo text DEFAULT 'none'`);
    const journal = join(world.dir, 'journal');
    const strikes = patterns.map((pattern) => ({ pattern, mode: modes }));
    const fault = { strikes, markers: world.dir, journal };
    if (ends) {
      const worker = await world.startWorker(fault);
      const gone = once(worker, 'exit');
      await world.n2m(['apply', file, '--yes', '--no-wait']);
      expect((await gone)[1]).toBe('SIGKILL');
      await world.temporal.workflow.getHandle(`pipeline/${world.name}`).terminate('a test ends it here');
      await world.startWorker();
    } else {
      await world.keepWorker(fault);
    }
    await ended(world, ['apply', file, '--yes']);
    expect({ names: Object.keys(await ids(world)), definitions: await definitions(world) }).toEqual(before);
    await up(world, `UPDATE orders SET memo = 'some' WHERE id % 5 = 0`);
    await untilEqual(world, TABLES);
    await until(async () => {
      const { rows } = await world.target((client) =>
        client.query<{ n: string }>(`SELECT count(*) AS n FROM "${world.name}".orders WHERE memo = 'some'`),
      );
      return Number(rows[0]?.n) === 40 || undefined;
    }, 'the new column to be followed');
    expect(changes(await planned(world, file))).toEqual([]);
    return await readFile(journal, 'utf8');
  } finally {
    await world.stop();
  }
}
