import { catalogs, digests, restorable } from '../../e2e/support/compare';
import { changes, planned, slotsOf } from '../../e2e/support/live';
import { until } from '../../e2e/support/until';
import type { World } from '../../e2e/support/world';
import type { Ending, Gone, History, Standing } from './judge';
import type { Life } from './twice';

/** A pipeline at its end: whether its file stands or it was destroyed, and what is known of how it came to that. */
export interface Ended {
  world: World;
  there: boolean;
  tables: string[];
  file: () => Promise<string>;
  /** Both catalogs before the first apply, as far as a destroy brings them back. */
  before: unknown;
  /** What the application was refused. */
  refused: string[];
  lives: Life[];
}

/** Reads everything that is judged, once all is calm, which it is given time to become. */
export async function atRest(ended: Ended): Promise<Ending> {
  const { world, there, tables } = ended;
  const calm = async () => {
    if ((await running(world)).length + (await locks(world)).length > 0) return undefined;
    const { upstream, target } = await compared(world, there ? tables : []);
    return JSON.stringify(upstream) === JSON.stringify(target) || undefined;
  };
  // What never becomes calm is in what is read then.
  await until(calm, 'calm').catch(() => undefined);
  return read(ended);
}

/** Reads it as it is now. */
export async function read(ended: Ended): Promise<Ending> {
  const { world, there, refused, lives } = ended;
  return {
    ...{ refused, lives },
    running: await running(world),
    locks: await locks(world),
    histories: await histories(world),
    standing: there ? await standing(ended) : null,
    gone: there ? null : await gone(ended),
  };
}

async function standing({ world, tables, file }: Ended): Promise<Standing> {
  const { code, stdout, stderr } = await world.n2m(['verify', world.name, '--output', 'json']);
  return {
    ...(await compared(world, tables)),
    changes: changes(await planned(world, await file())),
    wanted: wanted(world, tables),
    objects: await objects(world),
    verify: { code, said: stdout + stderr },
  };
}

/** Both sides table by table: one that cannot be read is no reason not to look at the others. */
async function compared(world: World, tables: string[]): Promise<Pick<Standing, 'upstream' | 'target'>> {
  const sides: Pick<Standing, 'upstream' | 'target'> = { upstream: {}, target: {} };
  for (const table of tables) {
    const { upstream, target } = await digests(world, [table]).catch((error: Error) => ({
      upstream: { [table]: 'not compared' },
      target: { [table]: error.message },
    }));
    Object.assign(sides.upstream, upstream);
    Object.assign(sides.target, target);
  }
  return sides;
}

async function gone({ world, before }: Ended): Promise<Gone> {
  const schedules: string[] = [];
  for await (const { scheduleId } of world.temporal.schedule.list())
    if (scheduleId.startsWith(`pipeline/${world.name}/`)) schedules.push(scheduleId);
  return { before, catalogs: restorable(await catalogs(world)), schedules };
}

/** What the file of such a world asks for. The slot's name is Materialize's. */
function wanted({ name }: World, tables: string[]): string[] {
  return [
    ...[`role mz_${name}`, `publication n2m_${name}`, 'slot'],
    ...tables.map((table) => `published ${table}`),
    ...[`cluster ingest_${name}`, `secret ${name}_password`, `connection ${name}_postgres`],
    ...[`source ${name}_source`, ...tables.map((table) => `table ${table}`)],
  ];
}

async function objects(world: World): Promise<string[]> {
  const { name } = world;
  const upstream = await world.upstream((client) =>
    client.query<{ one: string }>(
      `SELECT 'role ' || rolname AS one FROM pg_roles WHERE rolname ~ '^mz_'
       UNION ALL SELECT 'publication ' || pubname FROM pg_publication
       UNION ALL SELECT 'published ' || tablename FROM pg_publication_tables`,
    ),
  );
  const slots = (await slotsOf(world)).map(() => 'slot');
  // A table is a source of its own on older releases; the progress of a source is one of its own on all.
  const target = await world.target((client) =>
    client.query<{ one: string }>(
      `SELECT CASE WHEN o.type = 'source' AND o.name <> '${name}_source' THEN 'table' ELSE o.type END || ' ' || o.name AS one
       FROM mz_catalog.mz_objects o JOIN mz_catalog.mz_schemas s ON s.id = o.schema_id
       WHERE s.name = '${name}' AND o.name NOT LIKE '%\\_progress'
       UNION ALL SELECT 'cluster ' || name FROM mz_catalog.mz_clusters WHERE name LIKE '%${name}%'`,
    ),
  );
  return [...upstream.rows, ...target.rows].map(({ one }) => one).concat(slots);
}

async function locks(world: World): Promise<string[]> {
  const { rows } = await world.upstream((client) =>
    client.query<{ lock: string }>(
      `SELECT 'advisory lock ' || objid || ' by process ' || pid AS lock FROM pg_locks WHERE locktype = 'advisory'
       UNION ALL SELECT 'prepared transaction ' || gid FROM pg_prepared_xacts`,
    ),
  );
  return rows.map(({ lock }) => lock);
}

/** Ids of what works on a pipeline, but for what only looks. */
async function running(world: World): Promise<string[]> {
  const found: string[] = [];
  const query = `N2mPipeline = '${world.name}' AND ExecutionStatus = 'Running'`;
  for await (const { workflowId } of world.temporal.workflow.list({ query }))
    if (!/\/(check|look|verify)-/.test(workflowId)) found.push(workflowId);
  return found;
}

async function histories(world: World): Promise<History[]> {
  const found: History[] = [];
  for await (const info of world.temporal.workflow.list({ query: `N2mPipeline = '${world.name}'` })) {
    const { workflowId, historyLength: events, historySize: bytes = 0 } = info;
    found.push({ workflowId, events, bytes });
  }
  return found;
}
