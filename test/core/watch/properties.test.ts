import * as fc from 'fast-check';
import { alertDelivered, decideAlerts, REPEAT_MS } from '../../../src/core/watch/alerts';
import { judge, symptomKey } from '../../../src/core/watch/judge';
import type { Alert, Severity, Verdict, WatchMemory } from '../../../src/core/watch/types';
import { at, lsn, reading, slot, spec, table, targetCluster, targetSource, type Look } from './reading';

const GIB = 2 ** 30;
const OTHER = 'materialize_ffffffffffffffffffffffffffffffff';
const RANK: Record<Severity, number> = { ok: 0, warn: 1, critical: 2, terminal: 3 };

/** Everything a reading can show, in any mixture; `permanent`: also what never gets well by itself. */
const look = (permanent: boolean): fc.Arbitrary<Look> =>
  fc.record({
    source: fc.oneof<fc.WeightedArbitrary<Look['source']>[]>(
      { weight: 6, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.constant('down' as const) },
      {
        weight: 2,
        arbitrary: fc
          .double({ min: 0, max: 1.2, noNaN: true })
          .map((share) => slot({ retainedBytes: String(Math.round(share * GIB)) })),
      },
      { weight: 1, arbitrary: fc.constant(slot({ active: false, inactiveSince: at(-60) })) },
      { weight: 1, arbitrary: fc.constant(slot({ restartLsn: lsn(0), confirmedFlushLsn: lsn(0) })) },
      { weight: 1, arbitrary: fc.constant(slot({ walStatus: 'unreserved' })) },
      {
        weight: permanent ? 1 : 0,
        arbitrary: fc.constantFrom(slot({ walStatus: 'lost' }), slot({ exists: false })),
      },
      { weight: 1, arbitrary: fc.constant(slot({ slot: OTHER })) },
      {
        weight: 1,
        arbitrary: fc.constant({ tables: [{ schema: 'public', name: 'orders', replicaIdentity: 'default' }] }),
      },
    ),
    target: fc.oneof<fc.WeightedArbitrary<Look['target']>[]>(
      { weight: 6, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.constant('down' as const) },
      {
        weight: 2,
        arbitrary: fc
          .constantFrom('stalled', 'starting', 'paused')
          .map((status) => targetSource({ status, error: 'postgres: connection closed' })),
      },
      {
        weight: 2,
        arbitrary: fc
          .integer({ min: 0, max: 200_000 })
          .map((freshnessMs) => ({ tables: [table('orders', { freshnessMs })] })),
      },
      {
        weight: permanent ? 1 : 0,
        arbitrary: fc.constant({
          tables: [table('orders', { status: 'stalled', error: 'postgres: table was truncated' })],
        }),
      },
      { weight: 1, arbitrary: fc.constant(targetCluster({ memory: 0.95 })) },
      { weight: 1, arbitrary: fc.constant(targetSource({ slot: OTHER })) },
      { weight: 1, arbitrary: fc.constant({ tables: [table('orders', { committed: false })] }) },
    ),
    change: fc.option(fc.constant('replicate'), { nil: undefined, freq: 12 }),
  });

interface Step {
  minute: number;
  verdict: Verdict;
  before: WatchMemory | null;
  memory: WatchMemory;
  told: Alert[];
}

/** An hour of checks, one a minute, each delivered or not. */
function hour(looks: Look[], delivers: boolean[]): Step[] {
  const steps: Step[] = [];
  let memory: WatchMemory | null = null;
  looks.forEach((seen, minute) => {
    const before = memory;
    const judged = judge(reading(minute, seen), before, spec, at(minute));
    const decided = decideAlerts('shop', judged.verdict, judged.memory, at(minute));
    const told = delivers[minute] === false ? [] : decided.alerts;
    memory = alertDelivered(decided.memory, told, at(minute));
    steps.push({ minute, verdict: judged.verdict, before, memory, told });
  });
  return steps;
}

/** An hour in episodes, most of them short and some longer than any patience of the rules. */
const episodes = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T[]> => {
  const minutes = fc.oneof({ weight: 2, arbitrary: fc.integer({ min: 1, max: 3 }) }, fc.integer({ min: 4, max: 20 }));
  return fc
    .array(fc.tuple(value, minutes), { minLength: 60, maxLength: 60 })
    .map((all) => all.flatMap(([one, times]) => Array.from({ length: times }, () => one)).slice(0, 60));
};

const hours = fc.tuple(fc.oneof(episodes(look(false)), episodes(look(true))), episodes(fc.boolean()));
const property = (check: (steps: Step[], looks: Look[], delivers: boolean[]) => void) =>
  fc.assert(
    fc.property(hours, ([looks, delivers]) => check(hour(looks, delivers), looks, delivers)),
    { numRuns: 100 },
  );

describe('in any hour of noise', () => {
  test('no trouble is told twice within four hours unless it got worse or was over in between', () => {
    property((steps) => {
      const told = new Map<string, { minute: number; severity: Severity }>();
      for (const { minute, told: alerts } of steps) {
        for (const alert of alerts) {
          for (const symptom of alert.symptoms) {
            const key = symptomKey(symptom);
            const before = told.get(key);
            if (alert.kind === 'recovered') told.delete(key);
            else {
              if (before && (minute - before.minute) * 60_000 < REPEAT_MS) {
                expect(RANK[symptom.severity]).toBeGreaterThan(RANK[before.severity]);
              }
              told.set(key, { minute, severity: symptom.severity });
            }
          }
        }
      }
    });
  });

  test('no trouble is lost: whoever can be reached has heard of all a verdict names, at its severity', () => {
    property((steps, _looks, delivers) => {
      // What a receiver knows, from nothing but what it was told.
      const known = new Map<string, Severity>();
      for (const { minute, verdict, told } of steps) {
        for (const { kind, symptoms } of told) {
          for (const symptom of symptoms) {
            const before = known.get(symptomKey(symptom)) ?? 'ok';
            if (kind === 'recovered') known.delete(symptomKey(symptom));
            else if (RANK[symptom.severity] > RANK[before]) known.set(symptomKey(symptom), symptom.severity);
          }
        }
        if (delivers[minute] === false) continue;
        for (const symptom of verdict.symptoms) {
          expect(RANK[known.get(symptomKey(symptom)) ?? 'ok']).toBeGreaterThanOrEqual(RANK[symptom.severity]);
        }
      }
    });
  });

  test('what nobody took in time is told all the same, also when it is over by then', () => {
    fc.assert(
      fc.property(hours, ([looks, delivers]) => {
        const calm = Array.from({ length: 10 }, (): Look => ({}));
        const steps = hour([...looks, ...calm], [...delivers, ...calm.map(() => true)]);
        const told = new Set(steps.flatMap((step) => step.told.flatMap(({ symptoms }) => symptoms.map(symptomKey))));
        const seen = new Set(steps.flatMap(({ verdict }) => verdict.symptoms.map(symptomKey)));
        const untold = [...seen].filter((key) => !told.has(key));
        // A recovery tells what is over, and comes when nothing is left: a dead table stays until it is replaced.
        const last = steps.at(-1);
        const kept = last?.memory.latched.length === 0 ? [] : last?.memory.alerts.map(({ key }) => key);
        expect(untold.filter((key) => !kept?.includes(key))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  test('nothing is called over before two checks looked for it and found it gone', () => {
    property((steps) => {
      steps.forEach(({ told }, index) => {
        for (const alert of told.filter(({ kind }) => kind === 'recovered')) {
          expect(['healthy', 'snapshotting']).toContain(alert.verdict);
          for (const symptom of alert.symptoms) {
            const past = steps.slice(0, index + 1);
            const seen = past.findLastIndex(({ verdict }) =>
              verdict.symptoms.some((one) => symptomKey(one) === symptomKey(symptom)),
            );
            const looked = past.slice(seen + 1).filter(({ verdict }) => !verdict.notJudged.includes(symptom.rule));
            expect(seen).toBeGreaterThanOrEqual(0);
            expect(looked.length).toBeGreaterThanOrEqual(2);
          }
        }
      });
    });
  });

  test('a lost slot is never healthy again before another slot takes its place', () => {
    property((steps) => {
      let lost: string | null = null;
      for (const { verdict, memory } of steps) {
        if (lost !== null && memory.slot !== lost) lost = null;
        if (verdict.symptoms.some(({ rule }) => rule === 'slot-lost' || rule === 'slot-missing')) lost = memory.slot;
        if (lost !== null) expect(['broken', 'changing']).toContain(verdict.name);
      }
    });
  });

  test('a side that could not be read is never part of a healthy verdict', () => {
    property((steps, looks) => {
      steps.forEach(({ verdict, minute }) => {
        const seen = looks[minute];
        if (seen?.source === 'down' || seen?.target === 'down') {
          expect(['unknown', 'broken', 'stuck', 'lagging', 'changing']).toContain(verdict.name);
          if (verdict.severity === 'ok' && verdict.name !== 'changing') expect(verdict.name).toBe('unknown');
        }
      });
    });
  });

  test('what is remembered stays small', () => {
    property((steps) => {
      for (const { memory } of steps) expect(JSON.stringify(memory).length).toBeLessThan(20_000);
    });
  });

  test('memory survives the way through JSON unchanged', () => {
    property((steps) => {
      for (const { memory } of steps) expect(JSON.parse(JSON.stringify(memory))).toEqual(memory);
    });
  });
});

test('what is remembered stays small when a thousand tables die one after the other', () => {
  let memory: WatchMemory | null = null;
  let largest = 0;
  for (let minute = 0; minute < 100; minute += 1) {
    const tables = Array.from({ length: 1000 }, (_, n) =>
      table(`t${n}`, n < minute * 10 ? { status: 'stalled', error: 'postgres: table was truncated' } : {}),
    );
    const judged = judge(reading(minute, { target: { tables } }), memory, spec, at(minute));
    memory = decideAlerts('shop', judged.verdict, judged.memory, at(minute)).memory;
    largest = Math.max(largest, JSON.stringify(memory).length);
  }
  expect(largest).toBeLessThan(150_000);
});
