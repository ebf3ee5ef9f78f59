import { startTemporal, type TemporalOptions } from '../../local/temporal/server';
import type { WorldOptions } from '../e2e/support/world';
import { RECORDED_KEY } from './stored';
import { SUBSOURCES_VERSION } from '../e2e/support/versions';
import { besideLife } from './scenarios/beside';
import { changedLife } from './scenarios/changed';
import { encryptedLife } from './scenarios/encrypted';
import { followingLife } from './scenarios/follows';

import { firstRuns } from './scenarios/first-runs';
import { brokenLife } from './scenarios/broken';
import { longLife } from './scenarios/long';
import { stoppedCopy } from './scenarios/stopped-copy';
import { inWorld, type Scenario } from './scenarios/scenario';

const log = (line: string): boolean => process.stderr.write(`${line}\n`);

/** What a server that suggests to go on as a new run does early: a plan and a few steps are longer. */
const SUGGESTS_EARLY = { 'limit.historyCount.suggestContinueAsNew': 40 };

interface Recording {
  scenario: Scenario;
  temporal?: TemporalOptions;
  world?: WorldOptions;
}

const RECORDINGS: Record<string, Recording> = {
  'first-runs': { scenario: firstRuns },
  'stopped-copy': { scenario: stoppedCopy },
  changed: { scenario: changedLife, world: { materialize: { version: SUBSOURCES_VERSION } } },
  beside: { scenario: besideLife },
  follows: { scenario: followingLife },
  broken: { scenario: brokenLife },
  encrypted: { scenario: encryptedLife, world: { env: RECORDED_KEY } },
  long: { scenario: longLife, temporal: { dynamicConfig: SUGGESTS_EARLY } },
};

/**
 * `npm run record-histories`: records the histories that replay.test.ts replays, all of runs on real servers by the built
 * worker; with names, only those lives. Run it from the commit that is released, never from the one under work: a history
 * recorded by changed code would be compared with itself.
 */
async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const unknown = wanted.filter((name) => !(name in RECORDINGS));
  if (unknown.length > 0) throw new Error(`no such life: ${unknown.join(', ')}; ${Object.keys(RECORDINGS).join(', ')}`);
  for (const [name, { scenario, temporal, world }] of Object.entries(RECORDINGS)) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const server = await startTemporal({ log, useExisting: false, ...temporal });
    process.env.N2M_TEST_TEMPORAL_ADDRESS = server.address;
    process.env.N2M_TEST_TEMPORAL_NAMESPACE = server.namespace;
    try {
      await inWorld(scenario, world);
    } finally {
      await server.stop();
    }
  }
}

main().then(
  () => process.exit(),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
