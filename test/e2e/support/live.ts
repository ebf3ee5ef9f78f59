import { startTraffic } from '../../../local/postgres/traffic';
import type { Plan } from '../../../src/core/plan/types';
import { quoteIdent } from '../../../src/core/sql/quote';
import { untilEqual } from './compare';
import { until } from './until';
import type { World } from './world';

/** Rows of `orders` that the traffic neither changes nor deletes: it picks among the first thousand. */
const UNTOUCHED = 'id BETWEEN 1501 AND 2000';
const UNTOUCHED_ROWS = 500;

/**
 * Performs a change of a live pipeline: the application keeps writing to every table, somebody keeps reading `orders` in
 * Materialize and never misses a row of it, and afterwards both sides agree. Needs 2,000 orders.
 */
export async function underTraffic(world: World, tables: string[], change: () => Promise<void>): Promise<void> {
  const upstreamUrl = world.upstreamUrl();
  const traffic = startTraffic({ connectionString: upstreamUrl }, { perSecond: 40 });
  const stopped = new AbortController();
  const reading = readOn(world, stopped.signal);
  try {
    await change();
  } finally {
    stopped.abort();
    await traffic.stop();
  }
  const seen = await reading;
  expect({ counts: [...new Set(seen)], many: seen.length > 3 }).toEqual({ counts: [UNTOUCHED_ROWS], many: true });
  expect(traffic.counts()).toMatchObject({ failures: 0 });
  expect(traffic.counts().changes).toBeGreaterThan(20);
  await untilEqual(world, tables);
}

async function readOn(world: World, stopped: AbortSignal): Promise<number[]> {
  const seen: number[] = [];
  await world.target(async (client) => {
    await client.query(`SET cluster = ${quoteIdent(`ingest_${world.name}`)}`);
    while (!stopped.aborted) {
      const { rows } = await client.query<{ n: string }>(
        `SELECT count(*) AS n FROM ${quoteIdent(world.name)}.orders WHERE ${UNTOUCHED}`,
      );
      seen.push(Number(rows[0]?.n));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  return seen;
}

export const up = (world: Pick<World, 'upstream'>, sql: string, branch?: string) =>
  world.upstream((client) => client.query(sql), branch);

/** A branch with everything the pipeline made on its parent, but the slot. */
export async function branchOff({ neon }: World, name: string): Promise<void> {
  const { status } = await fetch(`${neon.api}/projects/${neon.project}/branches`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${neon.apiKey}` },
    body: JSON.stringify({ branch: { name }, endpoints: [{ type: 'read_write' }] }),
  });
  if (status !== 201) throw new Error(`Neon answered ${status} for branch ${name}`);
  await neon.idle();
}

/** Runs a command that has to end well, and gives what it printed. */
export async function ended(world: World, args: string[]): Promise<string> {
  const { code, stdout, stderr } = await world.n2m(args);
  expect({ args, code, stderr: code === 0 ? '' : stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
}

export async function planned(world: World, file: string): Promise<Plan> {
  return JSON.parse((await world.n2m(['plan', file, '--output', 'json'])).stdout) as Plan;
}

/** Steps that a plan would do. */
export const changes = ({ steps }: Plan): string[] =>
  steps.filter(({ action }) => action !== 'keep').map(({ id }) => id);

/** The size that the pipeline's cluster has in the catalog. */
export async function clusterSize(world: World): Promise<string | undefined> {
  const { rows } = await world.target((client) =>
    client.query<{ size: string }>(`SELECT size FROM mz_catalog.mz_clusters WHERE name = 'ingest_${world.name}'`),
  );
  return rows[0]?.size;
}

/** Objects of the pipeline's schema by name: their ids tell what was made again. */
export async function ids(world: World): Promise<Record<string, string>> {
  const { rows } = await world.target((client) =>
    client.query<{ name: string; id: string }>(
      `SELECT o.name, o.id FROM mz_catalog.mz_objects o JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id WHERE n.name = '${world.name}' ORDER BY 1`,
    ),
  );
  return Object.fromEntries(rows.map(({ name, id }) => [name, id]));
}

/** Names in `after` that are another object than before, or that are new. */
export const madeAgain = (before: Record<string, string>, after: Record<string, string>): string[] =>
  Object.keys(after)
    .filter((name) => after[name] !== before[name])
    .sort();

/** Waits until `status` says it. */
export async function untilStatusSays(world: World, text: RegExp): Promise<void> {
  await until(async () => {
    const { stdout } = await world.n2m(['status', world.name, '--output', 'json']);
    expect(stdout).toMatch(text);
    return true;
  }, `status to say ${text}`);
}

/** What somebody built on a table: a view with a comment, a materialized view, an index. */
export async function buildOn(world: World, table: string, column: string): Promise<void> {
  const { name } = world;
  await world.target(async (client) => {
    for (const statement of [
      `CREATE VIEW "${name}".by_${column} AS SELECT ${column}, count(*) AS n FROM "${name}".${table} GROUP BY ${column}`,
      `COMMENT ON VIEW "${name}".by_${column} IS 'what the shop sees'`,
      `CREATE MATERIALIZED VIEW "${name}".all_${table} IN CLUSTER "ingest_${name}" AS SELECT count(*) AS n FROM "${name}".${table}`,
      `CREATE INDEX ${table}_idx IN CLUSTER "ingest_${name}" ON "${name}".${table} (id)`,
    ])
      await client.query(statement);
  });
}

/** As the server prints them, without the ids some servers print: they are what changes; and the comments. */
export async function definitions(world: World): Promise<string[]> {
  const { rows } = await world.target((client) =>
    client.query<{ type: string; name: string; comment: string | null }>(
      `SELECT o.type, o.name, c.comment FROM mz_catalog.mz_objects o JOIN mz_catalog.mz_schemas n ON n.id = o.schema_id
       LEFT JOIN mz_internal.mz_comments c ON c.id = o.id
       WHERE n.name = '${world.name}' AND o.type IN ('view', 'materialized-view', 'index') ORDER BY 1, 2`,
    ),
  );
  return world.target(async (client) => {
    const texts: string[] = [];
    for (const { type, name, comment } of rows) {
      const kind = type.toUpperCase().replaceAll('-', ' ');
      const { rows: shown } = await client.query<{ create_sql: string }>(`SHOW CREATE ${kind} "${world.name}".${name}`);
      texts.push(`${(shown[0]?.create_sql ?? '').replace(/\[u\d+ AS ([^\]]+)\]/g, '$1')} ${comment ?? ''}`);
    }
    return texts;
  });
}

/** The logical slots upstream. */
export async function slotsOf(world: Pick<World, 'upstream'>, branch?: string): Promise<string[]> {
  const { rows } = await up(world, `SELECT slot_name FROM pg_replication_slots WHERE slot_type = 'logical'`, branch);
  return (rows as { slot_name: string }[]).map(({ slot_name }) => slot_name);
}

/** The only logical slot upstream. */
export async function slotOf(world: Pick<World, 'upstream'>): Promise<string> {
  const slots = await slotsOf(world);
  const [slot] = slots;
  if (slot === undefined || slots.length > 1) throw new Error(`${slots.length} logical slots where one is expected`);
  return slot;
}

/** Waits until Materialize has dropped its slot, which it does once the source is gone. */
export const untilNoSlot = (world: World): Promise<boolean> =>
  until(async () => ((await slotsOf(world)).length === 0 ? true : undefined), 'Materialize to drop its slot');

/** Materialize comes back within moments of being cut off: cut and drop until the drop was faster. */
export const dropTheSlot = (world: Pick<World, 'upstream'>, slot: string) =>
  up(
    world,
    `DO $$ BEGIN LOOP
        PERFORM pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '${slot}';
        BEGIN
          PERFORM pg_drop_replication_slot('${slot}');
          EXIT;
        EXCEPTION WHEN object_in_use THEN
          PERFORM pg_sleep(0.02);
        END;
      END LOOP; END $$`,
  );
