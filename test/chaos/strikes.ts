import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from './random';
import type { Log } from './log';
import type { Town } from './town';

/** Between two strikes, milliseconds. */
const GAP: [number, number] = [3_000, 12_000];
/** Around the half minute after which an attempt that changes something is given up. */
const STANDS_STILL: [number, number] = [2_000, 45_000];
const DOWN: [number, number] = [100, 6_000];

/** Strikes at random at whatever is there until it is told to stop; answers how often it struck with what. */
export async function strike(town: Town, random: Random, log: Log, stopped: AbortSignal): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  const still = new Set<Promise<unknown>>();
  const kinds: Record<string, () => Promise<string | null>> = {
    'worker killed': () => {
      const { name, workers } = random.pick(town.pipelines);
      return Promise.resolve(workers.kill() ? name : null);
    },
    'worker stands still': () => {
      const { name, workers } = random.pick(town.pipelines);
      const ms = random.between(...STANDS_STILL);
      const over = workers.standStill(ms).finally(() => still.delete(over));
      still.add(over);
      return Promise.resolve(`${name}, ${ms} ms`);
    },
    'Temporal restarts': async () => {
      const crash = random.next() < 0.5;
      if (crash) await town.temporal.kill();
      await town.temporal.restart();
      return crash ? 'killed' : 'in order';
    },
    'Postgres restarts': async () => {
      const { name, world } = random.pick(town.pipelines);
      const [crash, ms] = [random.next() < 0.5, random.between(...DOWN)];
      await world.neon.idle();
      await (crash ? world.neon.postgres.kill() : world.neon.postgres.halt());
      await pause(ms);
      await world.neon.postgres.start();
      return `${name}, ${crash ? 'killed' : 'in order'}, ${ms} ms`;
    },
    'Materialize restarts': async () => {
      await town.materialize.restart();
      return '';
    },
  };
  // As a bag is emptied, so that every kind has its turn however short the run.
  let bag: string[] = [];
  while (!stopped.aborted) {
    await pause(random.between(...GAP), undefined, { signal: stopped }).catch(() => undefined);
    if (stopped.aborted) break;
    if (bag.length === 0) bag = Object.keys(kinds);
    const kind = random.pick(bag);
    bag = bag.filter((one) => one !== kind);
    const whom = await kinds[kind]?.();
    if (whom === null || whom === undefined) continue;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    log.say('strike', `${kind}${whom === '' ? '' : `: ${whom}`}`);
  }
  await Promise.all(still);
  return counts;
}
