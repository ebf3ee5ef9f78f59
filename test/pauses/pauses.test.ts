import { startMaterialize } from '../../local/materialize/standin';
import { inLanes } from '../e2e/support/lanes';
import { EGRESS } from '../e2e/support/destroyable';
import { has, itSince, SUBSOURCES_VERSION } from '../e2e/support/versions';
import { SOURCE_TABLES } from '../e2e/support/world';
import { RUNS, type Run, type Servers } from './cases';
import { unpaused, wrongs, type Line } from './journal';
import type { Pauses } from './paused';

/**
 * A worker stands still (SIGSTOP: a machine that is moved, a container that is frozen) at every change that apply, a changed
 * file, rotate, repair and destroy make, once each. It is given up and replaced, and goes on beside its successor: it must
 * change nothing any more, and the run must end as if nothing had happened. `npm run test:pauses`.
 */
interface Case extends Pauses {
  run: string;
  title: string;
  needs: Run['needs'];
}

const CASES = (['before', 'after'] as const).flatMap((mode) =>
  Object.entries(RUNS).flatMap(([run, { parts, needs, after }]) =>
    Array.from({ length: mode === 'before' || after ? parts : 0 }, (_, which): Case => {
      const title = `${run}, ${mode} each change${parts > 1 ? `, part ${which + 1} of ${parts}` : ''}`;
      return { mode, share: [which, parts], run, needs, title };
    }),
  ),
);
/** Part of a title, for some of them. */
const { N2M_PAUSES: ONLY = 'all' } = process.env;
const RUN = CASES.filter(({ needs, title }) => has(needs) && (ONLY === 'all' || title.includes(ONLY)));

let servers: Servers;
let results: Map<string, Promise<Line[]>>;
/** What was written down in all cases of a run. */
const written = new Map<string, Line[]>();

beforeAll(async () => {
  const pace = { speed: 20, statisticsInterval: 500, schemaValidationInterval: 1_000, restartDelay: 1_000 };
  const [subsources, sourceTables] = await Promise.all([
    startMaterialize({ ...pace, version: SUBSOURCES_VERSION }),
    startMaterialize({ ...pace, flags: SOURCE_TABLES, egressIps: [EGRESS] }),
  ]);
  servers = { subsources, sourceTables };
  results = inLanes(RUN, ({ title }) => title, perform);
}, 60_000);
afterAll(async () => {
  await Promise.allSettled(results.values());
  await Promise.all([servers.subsources.stop(), servers.sourceTables.stop()]);
});

describe('workers that stand still, are replaced, and go on beside their successors', () => {
  for (const one of RUN) {
    const test = async () => {
      const lines = await results.get(one.title);
      expect(wrongs(lines ?? [], one.mode)).toEqual([]);
    };
    itSince(one.needs, one.title, test, 3_600_000);
  }

  for (const mode of ['before', 'after'] as const) {
    for (const run of new Set(RUN.filter((one) => one.mode === mode).map((one) => one.run))) {
      it(`${run}: somebody stood still ${mode} each of its changes`, () => {
        const lines = written.get(`${run} ${mode}`) ?? [];
        expect(lines.some(({ what }) => what === 'stopped')).toBe(true);
        expect(unpaused(lines)).toEqual([]);
      });
    }
  }
});

async function perform({ run, title, mode, share }: Case): Promise<Line[]> {
  const known = RUNS[run];
  if (!known) throw new Error(`no run ${run}`);
  const began = Date.now();
  // Said at once: the last of them ends most of an hour later.
  const say = (end: string) =>
    process.stderr.write(`${title}: ${end} after ${Math.round((Date.now() - began) / 1000)} s\n`);
  const lines = await known.perform(servers, { mode, share }).catch((error: Error) => {
    say(`FAILED, ${error.message}`);
    throw error;
  });
  const stopped = lines.filter(({ what }) => what === 'stopped').length;
  say(`stood still ${stopped} times, ${wrongs(lines, mode).length} wrong`);
  const key = `${run} ${mode}`;
  written.set(key, [...(written.get(key) ?? []), ...lines]);
  return lines;
}
