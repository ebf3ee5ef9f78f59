import { problemsIn } from './ending/judge';
import { Random } from './random';
import { strike } from './strikes';
import { Log } from './log';
import { startTown } from './town';
import { onStandIn } from '../e2e/support/world';

/** `npm run test:chaos` takes another seed each time, for half an hour; `npm test` a minute of this one. */
const SEED = Number(process.env.N2M_CHAOS_SEED ?? 1);
const MINUTES = Number(process.env.N2M_CHAOS_MINUTES ?? 1);
const PIPELINES = Number(process.env.N2M_CHAOS_PIPELINES ?? (MINUTES > 1 ? 3 : 2));

/** For what is under way when the strikes end. */
const CALM_MINUTES = 30;

onStandIn('restarts').it(
  `${MINUTES} minutes of strikes at everything, seed ${SEED}: what is left is what the files say`,
  async () => {
    const log = new Log();
    const random = new Random(SEED);
    log.say('chaos', `N2M_CHAOS_SEED=${SEED} N2M_CHAOS_MINUTES=${MINUTES} N2M_CHAOS_PIPELINES=${PIPELINES}`);
    const town = await startTown(PIPELINES, random, log);
    try {
      const stopped = new AbortController();
      const strikes = strike(town, random.of('strikes'), log, stopped.signal);
      const end = Date.now() + MINUTES * 60_000;
      const failures: string[] = [];
      const lives = town.pipelines.map(async (pipeline) => {
        try {
          while (Date.now() < end) await pipeline.act();
        } catch (error) {
          failures.push(`${pipeline.name}: ${error instanceof Error ? error.message : String(error)}`);
          log.say(pipeline.name, `FAILED: ${failures.at(-1)}`);
        }
      });
      const over = setTimeout(() => stopped.abort(), MINUTES * 60_000);
      const struck = await strikes.finally(() => clearTimeout(over));
      await Promise.all(lives);
      log.say('chaos', `calm after ${JSON.stringify(Object.fromEntries(struck))}`);
      // Nothing is left of the last one; the others stand.
      for (const [at, pipeline] of town.pipelines.entries()) {
        if (at === PIPELINES - 1 && pipeline.there) await pipeline.destroy();
        if (at < PIPELINES - 1 && !pipeline.there) await pipeline.apply();
        log.say(pipeline.name, JSON.stringify(Object.fromEntries(pipeline.commands)));
        const ending = await pipeline.ending();
        const most = (of: 'events' | 'bytes') => Math.max(...ending.histories.map((one) => one[of]));
        log.say(pipeline.name, `at most ${most('events')} events and ${most('bytes')} bytes in a history`);
        failures.push(...problemsIn(ending).map((problem) => `${pipeline.name}: ${problem}`));
      }
      expect(failures).toEqual([]);
    } finally {
      await town.stop();
    }
  },
  (MINUTES + CALM_MINUTES) * 60_000,
);
