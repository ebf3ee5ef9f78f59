import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REGISTRY } from '../../src/activities/registry';
import { DEADLINE, LOOKS, remoteDeadline, startToClose, waitsOf, type Size } from '../../src/core/budgets';
import { OBJECTS } from '../../src/core/objects';
import type { Timeouts } from '../../src/core/objects/object';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const SIZES: Size[] = [0, 1, 2_000, 10_000].flatMap((tables) =>
  [1_000, 10 * MINUTE, 5 * HOUR].map((resizeDeadline) => ({ tables, resizeDeadline })),
);
const usual: Size = { tables: 20, resizeDeadline: 10 * MINUTE };

/** Hours, by itself: it goes on where the attempt before ended. */
const UNBOUNDED = 'verifyTables';
/** Every other activity with its group: of its step or removal, else `slow`, as what belongs to several objects has it. */
const GROUPS = new Map<string, Timeouts>(
  [...REGISTRY.keys()]
    .filter((name) => !(name in LOOKS) && name !== UNBOUNDED)
    .map((name) => {
      const steps = OBJECTS.flatMap((object) => [...object.steps, ...(object.removals ?? [])]);
      return [name, steps.find(({ activity }) => activity === name)?.timeouts ?? 'slow'];
    }),
);
const SRC = join(__dirname, '../../src/activities');

describe('an attempt has the time that everything inside it may take', () => {
  it.each([...GROUPS])('%s (%s), at every size', (activity, timeouts) => {
    for (const size of SIZES) {
      const waits = waitsOf(activity, size);
      const attempt = startToClose(activity, timeouts, size);
      // One after the other, and around them a connection, a statement whose answer is lost, and a look.
      const around = DEADLINE.connect + 2 * DEADLINE.statement;
      expect(attempt).toBeGreaterThanOrEqual(waits.reduce((sum, ms) => sum + ms, around));
    }
  });

  it.each(Object.entries(LOOKS))('%s, which only looks or tells', (activity, attempt) => {
    expect(REGISTRY.has(activity)).toBe(true);
    const waits = waitsOf(activity, usual);
    // A check and an alert have nothing beside their waits; plans have a connection and a statement that hangs.
    const around = ['check', 'tellRun'].includes(activity) ? 0 : DEADLINE.connect + DEADLINE.statement;
    expect(attempt).toBeGreaterThan(waits.reduce((sum, ms) => sum + ms, around));
  });

  it('is what the workflows ask for', () => {
    const proxies = readFileSync(join(SRC, '../workflows/proxies.ts'), 'utf8');
    for (const name of ['check', 'lookForOwed', 'tellRun'])
      expect(proxies).toMatch(new RegExp(`{ ${name} } = proxyActivities<Activities>\\({[^}]*LOOKS\\.${name}`));
    expect(proxies).toMatch(/makePlan, planDestroy, planRotate, planRepair, keepDefinitions }[^}]*LOOKS\.makePlan/);
  });

  it('grows with the tables and with what the file says of a resize, and never shrinks below its group', () => {
    const attempt = (name: string, change: Partial<Size> = {}) =>
      startToClose(name, GROUPS.get(name) ?? 'quick', { ...usual, ...change });
    expect(attempt('ensureSchema', { tables: 10_000 })).toBe(3 * MINUTE);
    expect(attempt('ensureCluster')).toBe(23 * MINUTE);
    expect(attempt('ensureSecret')).toBe(9 * MINUTE);
    expect(attempt('rightSize', { resizeDeadline: 5 * HOUR })).toBe(5 * HOUR + 63 * MINUTE);
    expect(attempt('ensureSource')).toBe(20 * MINUTE);
    expect(attempt('ensureSource', { tables: 10_000 })).toBeGreaterThan(2 * HOUR);
    expect(attempt('awaitSnapshot', { tables: 10_000 })).toBe(45 * MINUTE);
  });

  it('gives a statement that asks upstream for each table minutes where there are thousands', () => {
    expect([0, 2_000].map(remoteDeadline)).toEqual([90_000, 690_000]);
  });
});

describe('deadlines', () => {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  const text = (path: string) => readFileSync(join(SRC, path), 'utf8');
  /** Of what only looks: a side of a check or of a comparison, a run that is asked, an error that may pass. */
  const OWN = ['verify/sides.ts', 'repair/owed.ts', 'first-copy/await-running.ts'];
  const ELSEWHERE = /(?:DEADLINE|PATIENCE)\w* = \d|deadlineMs: \d|Date\.now\(\) \+ \d/;

  it('of activities that change something are nowhere but in the one table', () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter((path) => !OWN.includes(path) && ELSEWHERE.test(text(path)))).toEqual([]);
    expect(OWN.filter((path) => !ELSEWHERE.test(text(path)))).toEqual([]);
  });

  it('that a file waits for are in the budget of an activity it has', () => {
    const shared = new Set(['connect', 'statement', 'remote']);
    const faults = files.flatMap((path) => {
      const own = [...text(path).matchAll(/export const (\w+) = activity\(/g)].map(([, name = '']) => name);
      if (own.length === 0) return [];
      const used = [...text(path).matchAll(/\bDEADLINE\.(\w+)/g)].map(([, key = '']) => key);
      return used.flatMap((key) => {
        const ms = DEADLINE[key as keyof typeof DEADLINE];
        const counted = own.some((name) => waitsOf(name, usual).includes(ms));
        return shared.has(key) || counted
          ? []
          : [`${path} waits for ${key}, and none of ${own.join(', ')} has the time`];
      });
    });
    expect(faults).toEqual([]);
  });
});
