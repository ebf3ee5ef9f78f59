import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startMaterialize, type MaterializeServer } from '../../local/materialize/standin';
import type { Plan } from '../../src/core/plan/types';
import type { ReplicateReport } from '../../src/core/run/types';
import { untilEqual } from './support/compare';
import { inLanes, KILLS, untried } from './support/lanes';
import { has, itSince, MATERIALIZE_VERSION, SOURCE_TABLES_BY_DEFAULT, SQL_ROLE } from './support/versions';
import { World, type Mode } from './support/world';
import { Writer } from './support/writer';

/**
 * The worker is killed at each thing a step changes, a few steps a run; and one run each loses the answer to everything it
 * changes. The run must finish, every object must be there exactly once, and no step may be told twice.
 */
const STEPS: Record<string, string[]> = {
  'logical-replication': ['^PATCH .*projects'],
  role: ['^POST .*/roles$', '^ALTER ROLE CURRENT_USER SET'],
  'replica-identity': ['REPLICA IDENTITY FULL'],
  publication: ['^CREATE PUBLICATION', '^COMMENT ON PUBLICATION', '^ALTER PUBLICATION'],
  schema: ['^CREATE SCHEMA', '^COMMENT ON SCHEMA'],
  cluster: ['^CREATE CLUSTER', '^COMMENT ON CLUSTER'],
  secret: ['^CREATE SECRET', '^COMMENT ON SECRET'],
  connection: ['^CREATE CONNECTION', '^COMMENT ON CONNECTION'],
  source: ['^CREATE SOURCE', '^COMMENT ON SOURCE', ...(SOURCE_TABLES_BY_DEFAULT ? ['^CREATE TABLE '] : [])],
  'right-size': ['^ALTER CLUSTER'],
  watch: ['^schedule create'],
};
/** Only with a role made by SQL. */
const BY_SQL: Record<string, string[]> = {
  'role by SQL': ['^CREATE ROLE', '^COMMENT ON ROLE', '^ALTER ROLE "mz_.* SET'],
  // PUBLIC has USAGE on schema public, so that is never granted here.
  grants: ['^GRANT SELECT', '^ALTER DEFAULT PRIVILEGES'],
  'secret with a new password': ['^ALTER ROLE .* PASSWORD', '^CREATE SECRET'],
};

interface Case {
  title: string;
  patterns: string[];
  modes: Mode[];
  sqlRole: boolean;
}

/** Steps that lie apart: a worker that dies at each of these dies in the middle of a run that went on for a while. */
function apart(steps: Record<string, string[]>, runs: number, sqlRole: boolean): Case[] {
  return Array.from({ length: runs }, (_, run) => {
    const some = Object.entries(steps).filter((_step, index) => index % runs === run);
    const title = some.map(([step]) => step).join(', ');
    return { title, patterns: some.flatMap(([, patterns]) => patterns), modes: KILLS, sqlRole };
  });
}

const CASES: Case[] = [
  ...apart(STEPS, 3, false),
  ...apart(BY_SQL, 1, true),
  { title: 'every answer lost', patterns: Object.values(STEPS).flat(), modes: ['lose-answer'], sqlRole: false },
  {
    title: 'every answer lost, role by SQL',
    patterns: Object.values(BY_SQL).flat(),
    modes: ['lose-answer'],
    sqlRole: true,
  },
];

const needs = ({ sqlRole }: Case) => (sqlRole ? SQL_ROLE : null);
const RUN = CASES.filter((one) => has(needs(one)));

interface Result {
  code: number;
  stderr: string;
  struck: number;
  report: ReplicateReport;
  again: Plan;
  once: Record<string, number>;
}

let materialize: MaterializeServer;
let results: Map<string, Promise<Result>>;

beforeAll(async () => {
  materialize = await startMaterialize({ speed: 20, version: MATERIALIZE_VERSION });
  results = inLanes(RUN, ({ title }) => title, run);
});
afterAll(async () => {
  await Promise.allSettled(results.values());
  await materialize.stop();
});

describe('a worker that dies or loses an answer', () => {
  for (const one of CASES) {
    const { title, patterns, modes } = one;
    const test = async () => {
      const result = await results.get(title);
      if (!result) throw new Error(`${title} did not run`);
      expect({ code: result.code, stderr: result.code === 0 ? '' : result.stderr }).toEqual({ code: 0, stderr: '' });
      expect(result.struck).toBe(patterns.length * modes.length);
      const told = result.report.steps.map((step) => step.id);
      expect(new Set(told).size).toBe(told.length);
      expect(result.report.steps.filter((step) => step.action === 'create' && step.outcome === 'kept')).toEqual([]);
      expect(result.once).toEqual(Object.fromEntries(Object.keys(result.once).map((what) => [what, 1])));
      expect(result.again.steps.filter((step) => step.action !== 'keep').map((step) => step.sentence)).toEqual([]);
    };
    itSince(needs(one), `${title}: the run finishes, everything exists once, no step is told twice`, test, 1_200_000);
  }

  it('was tried at every change a run makes', async () => {
    const world = await World.start({ sharedMaterialize: materialize });
    try {
      const journal = join(world.dir, 'journal');
      await world.startWorker({ journal });
      expect((await world.n2m(['apply', await world.write(), '--yes'])).code).toBe(0);
      const patterns = Object.values({ ...STEPS, ...BY_SQL }).flat();
      expect(untried([await readFile(journal, 'utf8')], patterns)).toEqual([]);
    } finally {
      await world.stop();
    }
  }, 300_000);
});

async function run({ patterns, modes, sqlRole }: Case): Promise<Result> {
  const world = await World.start({
    sharedMaterialize: materialize,
    neon: { sampleOrders: 200, logicalReplication: sqlRole },
  });
  let writer: Writer | null = null;
  try {
    const strikes = patterns.flatMap((pattern) => modes.map((mode) => ({ pattern, mode })));
    await world.keepWorker({ strikes, markers: world.dir });
    writer = await Writer.start(world.upstreamUrl());
    const file = await world.write(({ source }) => {
      if (sqlRole) source.role = { name: `mz_${world.name}`, via: 'sql' };
    });
    const { code, stdout, stderr } = await world.n2m(['apply', file, '--yes', '--output', 'json']);
    const struck = (await readdir(world.dir)).filter((name) => name.startsWith('struck-')).length;
    if (code !== 0)
      return { code, stderr, struck, report: { steps: [] } as never, again: { steps: [] } as never, once: {} };
    await untilEqual(world);
    // The application was never in the way, nor anybody in its.
    expect(await writer.stop()).toEqual([]);
    const again = JSON.parse((await world.n2m(['plan', file, '--output', 'json'])).stdout) as Plan;
    return { code, stderr, struck, report: JSON.parse(stdout) as ReplicateReport, again, once: await counts(world) };
  } finally {
    await writer?.stop();
    await world.stop();
  }
}

/** How many there are of each object the pipeline names. */
async function counts(world: World): Promise<Record<string, number>> {
  const { name } = world;
  const stem = name;
  const upstream = await world.upstream(async (client) => {
    const count = async (sql: string): Promise<number> => Number((await client.query<{ n: string }>(sql)).rows[0]?.n);
    return {
      publication: await count(`SELECT count(*) n FROM pg_publication WHERE pubname = 'n2m_${stem}'`),
      role: await count(`SELECT count(*) n FROM pg_roles WHERE rolname = 'mz_${name}'`),
      slot: await count(`SELECT count(*) n FROM pg_replication_slots WHERE slot_type = 'logical'`),
    };
  });
  const target = await world.target(async (client) => {
    const count = async (sql: string): Promise<number> => Number((await client.query<{ n: string }>(sql)).rows[0]?.n);
    const object = (type: string, object: string) =>
      count(`SELECT count(*) n FROM mz_catalog.mz_objects WHERE type = '${type}' AND name = '${object}'`);
    return {
      cluster: await count(`SELECT count(*) n FROM mz_catalog.mz_clusters WHERE name = 'ingest_${name}'`),
      secret: await object('secret', `${stem}_password`),
      connection: await object('connection', `${stem}_postgres`),
      source: await object('source', `${stem}_source`),
    };
  });
  return { ...upstream, ...target };
}
