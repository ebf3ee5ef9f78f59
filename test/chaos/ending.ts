import { catalogs, restorable, untilEqual } from '../e2e/support/compare';
import { changes, planned, slotsOf } from '../e2e/support/live';
import { until } from '../e2e/support/until';
import type { Pipeline } from './pipeline';

/** Of one execution; far above what these runs need, so that only what repeats itself passes it. */
const BOUND = { events: 1_000, bytes: 2 * 1024 * 1024 };

/** What is not as it must be once everything is calm; one line each. */
export async function problemsOf(pipeline: Pipeline): Promise<string[]> {
  const { name, world, there, tables, ledger, before } = pipeline;
  const problems: string[] = [];
  const check = async (what: string, look: () => Promise<unknown>): Promise<void> => {
    try {
      await look();
    } catch (error) {
      problems.push(`${name}: ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  // A lock that somebody waited for longer than two seconds, a statement that was refused.
  await check("the application was in nobody's way", async () => expect(await pipeline.writer.stop()).toEqual([]));
  await check('no run holds the pipeline', async () => {
    await until(async () => ((await running(pipeline)).length === 0 ? true : undefined), 'runs to end');
  });
  if (there) {
    await check('a plan finds nothing to do', async () =>
      expect(changes(await planned(world, await pipeline.file()))).toEqual([]),
    );
    await check('both sides agree', () => untilEqual(world, tables));
    await check('n2m verify finds no difference', async () => {
      const { code, stdout, stderr } = await world.n2m(['verify', world.name, '--output', 'json']);
      expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
    });
    await check('one slot', async () => expect(await slotsOf(world)).toHaveLength(1));
    await ledger.settle(name);
  } else {
    await check('catalogs are as before', async () => expect(restorable(await catalogs(world))).toEqual(before));
    await check('no schedule', () =>
      expect(world.temporal.schedule.getHandle(`pipeline/${world.name}/watch`).describe()).rejects.toThrow(),
    );
  }
  await check('no lock upstream', () =>
    until(async () => {
      const { rows } = await world.upstream((client) =>
        client.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory' UNION ALL SELECT 1 FROM pg_prepared_xacts`),
      );
      return rows.length === 0 || undefined;
    }, 'locks to be let go'),
  );
  problems.push(...ledger.twice, ...(await overBound(pipeline)));
  return problems;
}

/** Ids of what works on a pipeline, but for what only looks. */
async function running({ world }: Pipeline): Promise<string[]> {
  const found: string[] = [];
  for await (const { workflowId } of world.temporal.workflow.list({
    query: `N2mPipeline = '${world.name}' AND ExecutionStatus = 'Running'`,
  })) {
    if (!/\/(check|look|verify)-/.test(workflowId)) found.push(workflowId);
  }
  return found;
}

async function overBound({ name, world }: Pipeline): Promise<string[]> {
  const over: string[] = [];
  let [events, bytes] = [0, 0];
  for await (const info of world.temporal.workflow.list({ query: `N2mPipeline = '${world.name}'` })) {
    const size = info.historySize ?? 0;
    events = Math.max(events, info.historyLength);
    bytes = Math.max(bytes, size);
    if (info.historyLength > BOUND.events || size > BOUND.bytes)
      over.push(`${name}: ${info.workflowId} has ${info.historyLength} events and ${size} bytes`);
  }
  process.stderr.write(`${name}: the longest history has ${events} events, the largest ${bytes} bytes\n`);
  return over;
}
