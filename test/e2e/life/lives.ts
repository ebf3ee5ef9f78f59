import type { RepairReport } from '../../../src/core/repair/types';
import { digests } from '../support/compare';
import { branchOff, dropTheSlot, ended, slotOf, untilStatusSays, up } from '../support/live';
import type { PipelineFile, World } from '../support/world';

/** The worker is killed before, or after, each thing that a change, a rotation or a repair changes. */
export interface Life {
  patterns: string[];
  /** Of them, what Materialize may have made needless before. */
  unlessFaster?: string[];
  sqlRole?: true;
  /** `npm test` has it, too: those that together change each kind of thing in each way. */
  inEveryTest?: true;
  /** On a Materialize that makes tables from a source; one that somebody else runs has the syntax it has. */
  sourceTables?: true;
  /** A branch of the project that the file names from then on, and the end of the name of another cluster. */
  branch?: string;
  cluster?: string;
  /** Nobody writes meanwhile: an update would be the end of the table in Materialize, which is another case. */
  calm?: true;
  /** On a live pipeline, with a worker that nobody kills. */
  damage?: (world: World) => Promise<void>;
  /** Tables and whatever else the file says from then on. */
  tables?: string[];
  edit?: (file: PipelineFile) => void;
  run: (world: World, file: string) => Promise<void>;
}

/** Tables of a pipeline before anything happens to it. */
export const FIRST = ['customers', 'orders', 'Order Items'];

const BUILT = ['by_status', 'totals'];
/** Up for the copy, back down after it. */
const RESIZES = [`^ALTER CLUSTER .*'200cc'`, `^ALTER CLUSTER .*'50cc'`];
/** A rebuild drops and makes these again the same way whatever it is for: tried at each of them once. */
const DEPENDENTS = [
  '^DROP VIEW',
  '^DROP MATERIALIZED VIEW',
  '^CREATE VIEW',
  '^CREATE MATERIALIZED VIEW',
  '^COMMENT ON VIEW',
];

/** A table of a source, in either syntax. */
const DROP_TABLE = '^DROP (SOURCE|TABLE) .*RESTRICT';
const ADD_TABLE = '^(ALTER SOURCE .*ADD SUBSOURCE|CREATE TABLE )';

/** Needless where the source, cut off for another reason, has just logged in with the new password. */
const LOG_IN_AGAIN = '^SELECT pg_catalog.pg_terminate_backend';

export const LIVES: Record<string, Life> = {
  'rotate, role by Neon': {
    patterns: ['^POST .*/reset_password', '^ALTER SECRET', '^VALIDATE CONNECTION', LOG_IN_AGAIN],
    unlessFaster: [LOG_IN_AGAIN],
    run: rotate,
  },
  'rotate, role by SQL': {
    inEveryTest: true,
    patterns: ['^ALTER ROLE .* PASSWORD', '^ALTER SECRET', '^VALIDATE CONNECTION', LOG_IN_AGAIN],
    unlessFaster: [LOG_IN_AGAIN],
    sqlRole: true,
    run: rotate,
  },
  'repair of a dead table': {
    patterns: [...DEPENDENTS, DROP_TABLE, ADD_TABLE],
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
    inEveryTest: true,
    patterns: ['^DROP SOURCE .*CASCADE', '^CREATE SOURCE', '^COMMENT ON SOURCE', ...RESIZES],
    damage: async (world) => {
      await build(world);
      await dropTheSlot(world, await slotOf(world));
      await up(world, `INSERT INTO orders (customer_id, status, total) VALUES (1, 'lost', 1)`);
      await untilStatusSays(world, /slot-(lost|missing)/);
    },
    run: repair,
  },
  'repair of a replica identity': {
    patterns: ['REPLICA IDENTITY FULL'],
    calm: true,
    damage: async (world) => {
      await up(world, 'ALTER TABLE customers REPLICA IDENTITY DEFAULT');
      await untilStatusSays(world, /table-identity/);
    },
    run: repair,
  },
  'a table added': {
    patterns: ['^COMMENT ON PUBLICATION', 'REPLICA IDENTITY FULL', '^ALTER PUBLICATION .* ADD TABLE', ADD_TABLE],
    tables: ['customers', 'orders', 'Order Items', 'events'],
    run: change,
  },
  'a table removed': {
    patterns: [DROP_TABLE, '^ALTER PUBLICATION .* DROP TABLE'],
    tables: ['customers', 'orders'],
    run: change,
  },
  'a table copied again for other columns': {
    patterns: ['^DROP MATERIALIZED VIEW', DROP_TABLE, ADD_TABLE, '^CREATE VIEW'],
    damage: build,
    edit: ({ source }) => (source.excludeColumns = ['public.orders.placed_at']),
    run: async (world, file) => {
      await apply(world, file);
      await dependentsAreBack(world);
    },
  },
  'repair of a dead table, one of its own': {
    sourceTables: true,
    patterns: [DROP_TABLE, ADD_TABLE],
    damage: async (world) => {
      await build(world);
      await up(world, 'TRUNCATE orders CASCADE');
      await untilStatusSays(world, /table-error/);
    },
    run: repair,
  },
  'a table added, one of its own': {
    inEveryTest: true,
    sourceTables: true,
    patterns: ['^ALTER PUBLICATION .* ADD TABLE', ADD_TABLE],
    tables: ['customers', 'orders', 'Order Items', 'events'],
    run: change,
  },
  'another branch': {
    inEveryTest: true,
    branch: 'preview',
    patterns: ['^ALTER SECRET', '^ALTER CONNECTION', '^DROP SOURCE .*CASCADE', '^CREATE SOURCE'],
    damage: async (world) => {
      await branchOff(world, 'preview');
      await up(world, 'DELETE FROM orders WHERE id % 3 = 0', 'preview');
    },
    run: apply,
  },
  'another cluster': {
    cluster: '_b',
    patterns: ['^CREATE CLUSTER', '^COMMENT ON CLUSTER', '^DROP SOURCE .*CASCADE', '^DROP CLUSTER'],
    run: apply,
  },
  'another connection, size and watch': {
    patterns: ['^ALTER CONNECTION', '^ALTER CLUSTER', '^schedule update'],
    edit: (file) => {
      file.source.tls = { ...(file.source.tls as object), mode: 'verify-ca' };
      file.materialize.cluster.steadySize = '100cc';
      file.watch = { every: '2h' };
    },
    run: change,
  },
};

/** The file of a pipeline that lives this life, with these tables. */
export const fileOf = (
  world: World,
  tables: string[],
  { sqlRole, branch, cluster = '', edit }: Partial<Life>,
): Promise<string> =>
  world.write((file) => {
    file.source.tables = tables.map((table) => `public."${table}"`);
    if (sqlRole) file.source.role = { name: `mz_${world.name}`, via: 'sql' };
    if (branch) file.source.branch = branch;
    file.materialize.cluster.name += cluster;
    edit?.(file);
  });

async function apply(world: World, file: string): Promise<void> {
  await ended(world, ['apply', file, '--yes']);
}

async function rotate(world: World): Promise<void> {
  await ended(world, ['rotate', world.name, '--yes']);
}

/** What was built on the tables is back, and so is its comment. */
async function repair(world: World): Promise<void> {
  const report = JSON.parse(await ended(world, ['repair', world.name, '--yes', '--output', 'json'])) as RepairReport;
  expect(report.recreated.filter(({ outcome }) => outcome !== 'recreated')).toEqual([]);
  if (report.definitions.length > 0) await dependentsAreBack(world);
}

async function dependentsAreBack(world: World): Promise<void> {
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

async function change(world: World, file: string): Promise<void> {
  const before = await digests(world, ['customers', 'orders']);
  await apply(world, file);
  expect(await digests(world, ['customers', 'orders'])).toEqual(before);
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
