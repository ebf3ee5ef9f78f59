import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedVersion } from '../../../local/materialize/version';
import { inLanes } from '../../e2e/support/lanes';
import { Replay, type Unit, unitKey } from './transcripts/replay';
import { unrecorded } from './transcripts/unrecorded';

/** Recordings that build on each other share one stand-in and one upstream. */
const environments: Record<string, string[]> = {
  shop: [
    '01-session',
    '02-catalog',
    '03-cluster',
    '04-secret-connection',
    '05-source',
    '06-source-errors',
    '07-resize',
    // Recorded in this order, as the slots in them show.
    '09-add-drop-table',
    '10-blocked-snapshot',
    '08-big-snapshot',
    '12-source-tables',
    '13-drop',
  ],
  failures: ['11-failures'],
  evidence: ['14-evidence-of-commit'],
  blocked: ['15-blocking-pids'],
  restart: ['16-upstream-restart'],
  lost: ['17-lost-answers'],
  privileges: ['18-privileges'],
  life39: ['19-source-tables-life', '24-names'],
  resize39: ['20-resize-async'],
  values39: ['21-unreadable-values', '22-publication-narrowed'],
  ddl39: ['23-upstream-ddl'],
};

/** What each was recorded from. */
const versionOf = (environment: string): RecordedVersion => (environment.endsWith('39') ? '26.39' : '26.9');

/** As recorded where a state is to be seen that stands only until the next attempt; elsewhere short, to save time. */
const restartDelays: Record<string, number> = { restart: 5_000 };

/** How long a watched series may take to come to where the recording ended. */
const PATIENCE_MS = 30_000;
const MOST_TIMES = 3;
/** Recorded answers that the stand-in gives; raise it when more are followed. */
const FLOOR = 745;

const notFollowed = JSON.parse(readFileSync(join(__dirname, 'not-followed.json'), 'utf8')) as Record<string, string>;
const known = new Set(Object.keys(notFollowed));
const units: Unit[] = [];

/** What came of one recording: its answers, and what broke it off. */
interface Played {
  units: Unit[];
  broken: Error | null;
}

const NOT_PLAYED: Played = { units: [], broken: null };

/** What the stand-in answered otherwise than recorded, and is not known to. */
const surprisesOf = ({ units }: Played): Unit[] =>
  units.filter((unit) => !unit.followed && !known.has(unitKey(unit.scenario, unit.step, unit.series)));

/**
 * Some answers were recorded in moments, as before a copy is committed, and a busy machine may ask after them. A stand-in that
 * answers otherwise does so each time.
 */
async function playUntilFollowed(name: string, scenarios: string[]): Promise<Map<string, Played>> {
  for (let time = 1; ; time += 1) {
    const all = await playAll(name, scenarios);
    const isFollowed = [...all.values()].every((one) => one.broken === null && surprisesOf(one).length === 0);
    if (isFollowed || time === MOST_TIMES) return all;
    process.stdout.write(
      `${name} is played again: ${[...all.values()].flatMap(surprisesOf).map(({ sql }) => sql)[0]}\n`,
    );
  }
}

/** The recordings of one environment, one after the other. */
async function playAll(name: string, scenarios: string[]): Promise<Map<string, Played>> {
  const replay = await Replay.start(PATIENCE_MS, unrecorded, versionOf(name), restartDelays[name]);
  try {
    const all = new Map<string, Played>();
    for (const scenario of scenarios) {
      const played: Played = { units: [], broken: null };
      await replay.play(scenario, known, played.units).catch((error: Error) => (played.broken = error));
      all.set(scenario, played);
    }
    return all;
  } finally {
    await replay.stop();
  }
}

let played: Map<string, Promise<Map<string, Played>>>;
beforeAll(() => {
  const environment = ([name]: [string, string[]]) => name;
  played = inLanes(Object.entries(environments), environment, ([name, scenarios]) =>
    playUntilFollowed(name, scenarios),
  );
});
afterAll(() => Promise.allSettled(played.values()));

describe.each(Object.entries(environments))('%s', (name, scenarios) => {
  test.each(scenarios)(
    '%s',
    async (scenario) => {
      const { units: own, broken } = (await played.get(name))?.get(scenario) ?? NOT_PLAYED;
      units.push(...own);
      const told = surprisesOf({ units: own, broken }).map((unit) => ({
        unit: unitKey(unit.scenario, unit.step, unit.series),
        sql: unit.sql,
        given: unit.given,
        expected: unit.expected,
      }));
      if (process.env.N2M_TRANSCRIPTS_SHOW) for (const one of told) process.stdout.write(`${JSON.stringify(one)}\n`);
      if (broken !== null) throw broken;
      expect(own).not.toEqual([]);
      expect(told.map((one) => ({ unit: one.unit, sql: one.sql, answer: one.given }))).toEqual(
        told.map((one) => ({ unit: one.unit, sql: one.sql, answer: one.expected })),
      );
    },
    600_000,
  );
});

test('as many recorded answers are followed as before', () => {
  const followed = units.filter((unit) => unit.followed);
  const unexpected = followed.filter((unit) => known.has(unitKey(unit.scenario, unit.step, unit.series)));
  process.stdout.write(
    `recorded answers followed: ${followed.length} of ${units.length}; listed as not followed: ${known.size}` +
      `${unexpected.length > 0 ? `; listed, but followed: ${unexpected.map((unit) => unitKey(unit.scenario, unit.step, unit.series)).join(', ')}` : ''}\n`,
  );
  expect(followed.length).toBeGreaterThanOrEqual(FLOOR);
});
