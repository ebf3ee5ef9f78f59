import { readdir } from 'node:fs/promises';
import { startMaterialize, type MaterializeServer } from '../../local/materialize/standin';
import type { Plan } from '../../src/core/plan/types';
import type { RepairReport } from '../../src/core/repair/types';
import { digests, untilEqual } from './compare';
import { World, type Mode } from './world';

/** The worker is killed before, or after, each thing that a change, a rotation or a repair changes. */
interface Life {
  patterns: string[];
  sqlRole?: true;
  /** On a live pipeline, with a worker that nobody kills. */
  damage?: (world: World) => Promise<void>;
  run: (world: World) => Promise<void>;
}

const BUILT = ['by_status', 'totals'];
const DEPENDENTS = [
  '^DROP VIEW',
  '^DROP MATERIALIZED VIEW',
  '^CREATE VIEW',
  '^CREATE MATERIALIZED VIEW',
  '^COMMENT ON VIEW',
];

const LIVES: Record<string, Life> = {
  'rotate, role by Neon': {
    patterns: ['^POST .*/reset_password', '^ALTER SECRET', '^VALIDATE CONNECTION', '^SELECT pg_terminate_backend'],
    run: rotate,
  },
  'rotate, role by SQL': {
    patterns: ['^ALTER ROLE .* PASSWORD', '^ALTER SECRET', '^VALIDATE CONNECTION', '^SELECT pg_terminate_backend'],
    sqlRole: true,
    run: rotate,
  },
  'repair of a dead table': {
    patterns: [...DEPENDENTS, '^DROP SOURCE .*RESTRICT', '^ALTER SOURCE .*ADD SUBSOURCE'],
    damage: async (world) => {
      await build(world);
      await up(world, 'TRUNCATE orders CASCADE');
      await up(
        world,
        `INSERT INTO orders (customer_id, status, total) SELECT 1, 'new', n FROM generate_series(1, 50) n`,
      );
      await untilStatusSays(world, /table-error/);
    },
    run: repair,
  },
  'repair of a lost slot': {
    patterns: [...DEPENDENTS, '^DROP SOURCE .*CASCADE', '^CREATE SOURCE', '^COMMENT ON SOURCE'],
    damage: async (world) => {
      await build(world);
      await dropTheSlot(world);
      await untilStatusSays(world, /slot-(lost|missing)/);
    },
    run: repair,
  },
  'repair of a replica identity': {
    patterns: ['REPLICA IDENTITY FULL'],
    damage: async (world) => {
      await up(world, 'ALTER TABLE customers REPLICA IDENTITY DEFAULT');
      await untilStatusSays(world, /table-identity/);
    },
    run: repair,
  },
  'a table added': {
    patterns: ['REPLICA IDENTITY FULL', '^ALTER PUBLICATION .* ADD TABLE', '^ALTER SOURCE .*ADD SUBSOURCE'],
    run: (world) => change(world, ['customers', 'orders', 'Order Items', 'events']),
  },
  'a table removed': {
    patterns: ['^DROP SOURCE .*RESTRICT', '^ALTER PUBLICATION .* DROP TABLE'],
    run: (world) => change(world, ['customers', 'orders']),
  },
};
const FIRST = ['customers', 'orders', 'Order Items'];
const CASES = Object.keys(LIVES).flatMap((title) =>
  (['kill-before', 'kill-after'] as const).map((mode) => ({ title, mode })),
);
const AT_ONCE = 3;

let materialize: MaterializeServer;
let results: Map<string, Promise<void>>;

beforeAll(async () => {
  materialize = await startMaterialize({ speed: 20, schemaValidationInterval: 1_000, restartDelay: 1_000 });
  results = runAll();
}, 60_000);
afterAll(async () => {
  await Promise.allSettled(results.values());
  await materialize.stop();
});

describe('a worker that dies in the middle of', () => {
  it.each(CASES)(
    '$title, $mode: the run finishes, the data agree, a second apply finds nothing to do',
    async ({ title, mode }) => {
      await results.get(`${title} ${mode}`);
      expect(results.has(`${title} ${mode}`)).toBe(true);
    },
    900_000,
  );
});

/** A few worlds at a time: most of a case is waiting for the heartbeat timeout of a killed worker. */
function runAll(): Map<string, Promise<void>> {
  const lanes: Promise<unknown>[] = Array.from({ length: AT_ONCE }, () => Promise.resolve());
  const started = new Map<string, Promise<void>>();
  CASES.forEach(({ title, mode }, index) => {
    const result = (lanes[index % AT_ONCE] ?? Promise.resolve()).then(() => one(title, mode));
    lanes[index % AT_ONCE] = result.catch(() => undefined);
    started.set(`${title} ${mode}`, result);
  });
  return started;
}

async function one(title: string, mode: Mode): Promise<void> {
  const life = LIVES[title];
  if (!life) throw new Error(`no case ${title}`);
  const world = await World.start({ sharedMaterialize: materialize, neon: { sampleOrders: 200 } });
  try {
    const worker = await world.startWorker();
    await ended(world, ['apply', await fileOf(world, FIRST, life.sqlRole), '--yes']);
    await life.damage?.(world);
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill('SIGTERM');
    await gone;
    await world.keepWorker({ strikes: life.patterns.map((pattern) => ({ pattern, mode })), markers: world.dir });
    await life.run(world);
    const struck = (await readdir(world.dir)).filter((name) => name.startsWith('struck-')).sort();
    expect(struck).toEqual(life.patterns.map((_pattern, index) => `struck-${index}`).sort());
    await up(world, `UPDATE customers SET city = 'Graz' WHERE id % 5 = 0`);
    const tables = TABLES_AFTER[title] ?? FIRST;
    await untilEqual(world, tables);
    await nothingLeft(world, await fileOf(world, tables, life.sqlRole));
  } finally {
    await world.stop();
  }
}

const TABLES_AFTER: Record<string, string[]> = {
  'a table added': ['customers', 'orders', 'Order Items', 'events'],
  'a table removed': ['customers', 'orders'],
};

const fileOf = (world: World, tables: string[], sqlRole = false): Promise<string> =>
  world.write(({ source }) => {
    source.tables = tables.map((table) => `public."${table}"`);
    if (sqlRole) source.role = { name: `mz_${world.name}`, via: 'sql' };
  });

const up = (world: World, sql: string) => world.upstream((client) => client.query(sql));

async function ended(world: World, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.n2m(args);
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
}

async function rotate(world: World): Promise<void> {
  await ended(world, ['rotate', world.name, '--yes']);
}

/** What was built on the tables is back, and so is its comment. */
async function repair(world: World): Promise<void> {
  const report = JSON.parse(await ended(world, ['repair', world.name, '--yes', '--output', 'json'])) as RepairReport;
  expect(report.recreated.filter(({ outcome }) => outcome !== 'recreated')).toEqual([]);
  if (report.definitions.length === 0) return;
  const { rows } = await world.target((client) =>
    client.query<{ name: string; comment: string | null }>(
      `SELECT o.name, c.comment FROM mz_catalog.mz_objects o JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id
       LEFT JOIN mz_internal.mz_comments c ON c.id = o.id WHERE n.name = '${world.name}' AND o.name IN ('${BUILT.join("', '")}') ORDER BY 1`,
    ),
  );
  expect(rows).toEqual([
    { name: 'by_status', comment: 'what the shop sees' },
    { name: 'totals', comment: null },
  ]);
}

async function change(world: World, tables: string[]): Promise<void> {
  const before = await digests(world, ['customers', 'orders']);
  await ended(world, ['apply', await fileOf(world, tables), '--yes']);
  expect(await digests(world, ['customers', 'orders'])).toEqual(before);
}

async function nothingLeft(world: World, file: string): Promise<void> {
  const plan = JSON.parse(await ended(world, ['plan', file, '--output', 'json'])) as Plan;
  expect(plan.steps.filter(({ action }) => action !== 'keep').map(({ sentence }) => sentence)).toEqual([]);
}

async function build(world: World): Promise<void> {
  const { name } = world;
  await world.target(async (client) => {
    await client.query(
      `CREATE VIEW "${name}".by_status AS SELECT status, count(*) AS n FROM "${name}".orders GROUP BY status`,
    );
    await client.query(`COMMENT ON VIEW "${name}".by_status IS 'what the shop sees'`);
    await client.query(
      `CREATE MATERIALIZED VIEW "${name}".totals IN CLUSTER "ingest_${name}" AS SELECT customer_id, count(*) AS n FROM "${name}".orders GROUP BY customer_id`,
    );
  });
}

async function untilStatusSays(world: World, text: RegExp): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const { stdout } = await world.n2m(['status', world.name, '--output', 'json']);
    if (text.test(stdout)) return;
    if (Date.now() > until) throw new Error(`status never said ${text}: ${stdout}`);
  }
}

async function dropTheSlot(world: World): Promise<void> {
  await world.upstream(async (client) => {
    for (;;) {
      await client.query(
        `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_type = 'logical' AND active`,
      );
      const { rows } = await client.query<{ n: string }>(
        `SELECT count(*) n FROM pg_replication_slots WHERE slot_type = 'logical'`,
      );
      if (rows[0]?.n === '0') break;
      await client
        .query(`SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_type = 'logical'`)
        .catch(() => undefined);
    }
    await client.query(`INSERT INTO orders (customer_id, status, total) VALUES (1, 'lost', 1)`);
  });
}
