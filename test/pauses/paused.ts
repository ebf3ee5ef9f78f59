import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../e2e/support/until';
import type { World } from '../e2e/support/world';
import { parsed, sameAttempt, standing, succeeded, type Line } from './journal';

export interface Pauses {
  /** Right before a change is asked for, or right after it was answered. */
  mode: 'before' | 'after';
  /** Which part of the changes, of how many: a run that stands still at each of them takes long. */
  share: readonly [which: number, many: number];
}

/**
 * Performs a run with two workers, each of which stands still once it comes to a change at which nobody did before. The
 * other goes on in its place, and when that stands still, too, the first goes on beside it: its attempt has been given up.
 * Answers with what all of them wrote down, the last word of each attempt that stood still included.
 */
export async function throughPauses(world: World, pauses: Pauses, run: () => Promise<void>): Promise<Line[]> {
  const journal = join(world.dir, 'pauses');
  const lines = async () => parsed(await readFile(journal, 'utf8').catch(() => ''));
  const settings = { ...pauses, world: world.name, markers: world.dir, journal };
  const start = () =>
    world.startWorker(undefined, {
      env: {
        NODE_OPTIONS: `--require ${join(__dirname, 'pausing.js')}`,
        N2M_TEST_PAUSES: JSON.stringify(settings),
      },
    });
  const wake = ({ pid }: Line) => world.workers.find((worker) => worker.pid === pid)?.kill('SIGCONT');
  const workers = [await start(), await start()];
  let over = false;
  const supervised = (async () => {
    while (!over) {
      const now = await lines();
      const still = standing(now);
      if (still.length === workers.length) {
        const replaced = still.find((one) => succeeded(one, now));
        if (replaced) wake(replaced);
        else workers.push(await start());
      }
      await pause(200);
    }
  })();
  try {
    await run();
  } catch (error) {
    const said = (await lines()).map((line) => JSON.stringify(line)).join('\n');
    throw new Error(`the run failed; its workers wrote:\n${said}`, { cause: error });
  } finally {
    over = true;
    await supervised.finally(async () => standing(await lines()).forEach(wake));
  }
  await until(async () => {
    const now = await lines();
    const ended = (one: Line) => now.some((line) => line.what === 'ended' && sameAttempt(line, one));
    return now.filter(({ what }) => what === 'stopped').every(ended) || undefined;
  }, 'the attempts that stood still to end');
  return lines();
}
