import * as fc from 'fast-check';
import { packIds, unpacked } from '../../../src/core/watch/readings/id-runs';
import { symptomKey } from '../../../src/core/watch/judge';
import type { TargetTableReading } from '../../../src/core/watch/types';
import { type Look, slot, type SourceChange, table, Watch } from './reading';

const TRUNCATED = 'postgres: table was truncated';

/** So many tables, of which some are dead; `from`: ids, as a repair gives new ones. */
const tables = (count: number, dead: (n: number) => boolean, from = 0): TargetTableReading[] =>
  Array.from({ length: count }, (_, n) =>
    table(`t${String(n).padStart(5, '0')}`, {
      ...{ id: `u${from + n}` },
      ...(dead(n) ? { status: 'stalled', error: TRUNCATED } : {}),
    }),
  );
const none = () => false;
/** All of them are published. */
const look = (all: TargetTableReading[], change: SourceChange = {}): Look => ({
  source: {
    publication: { exists: true, leavesOut: [], tables: all.map(({ upstream }) => upstream) },
    tables: all.map(({ upstream }) => ({ ...upstream, replicaIdentity: 'full' })),
    ...change,
  },
  target: { tables: all },
});

describe('more dead tables than are kept with their sentences', () => {
  it('stay told when their rows look well again, until the last of them is another one', () => {
    const watch = new Watch();
    watch.check(0, look(tables(10_000, (n) => n % 6 !== 0)));
    expect(JSON.stringify(watch.memory?.latchedMore).length).toBeLessThan(30_000);
    const looksWell = watch.check(1, look(tables(10_000, none)));
    expect(looksWell).toMatchObject({ name: 'broken', severity: 'critical' });
    const told = looksWell.symptoms.filter(({ rule }) => rule === 'table-error');
    expect(told.at(-1)?.cause).toMatch(/^\d,\d{3} more tables, one of them: /);
    watch.check(2, { target: 'down' });
    expect(watch.memory?.latchedMore?.[0]?.count).toBe(8_333 - 19);
    // All are copied again but one, of those that are counted.
    const last = tables(10_000, none, 20_000).map((one, n) => (n === 5_000 ? { ...one, id: 'u5000' } : one));
    expect(watch.check(3, look(last)).symptoms).toMatchObject([
      { rule: 'table-error', table: null, cause: expect.stringMatching(/^1 more table, one of them: /) as string },
    ]);
    expect(watch.check(4, look(tables(10_000, none, 20_000))).symptoms).toEqual([]);
    expect(watch.memory?.latchedMore).toBeUndefined();
  });

  it('of more than a hundred that died one after the other, none is forgotten, and neither is a lost slot', () => {
    const watch = new Watch();
    for (let at = 0; at < 200; at += 10) {
      watch.check(at, look(tables(200, (n) => n >= 190 - at && n < 200 - at)));
    }
    watch.check(200, look(tables(200, none), slot({ walStatus: 'lost' })));
    const { symptoms } = watch.check(201, look(tables(200, none)));
    expect(symptoms.map(({ rule }) => rule)).toContain('slot-lost');
    const counted = symptoms.find((symptom) => symptomKey(symptom) === 'table-error');
    expect(counted?.cause).toMatch(/^1\d\d more tables/);
    expect(symptoms.filter(({ rule, table: of }) => rule === 'table-error' && of !== null).length).toBeLessThan(101);
    expect(watch.memory?.latched.length).toBe(100);
  });
});

describe('ids in few bytes', () => {
  const ids = fc.uniqueArray(
    fc.oneof(
      fc.nat(3_000).map((n) => `u${n}`),
      fc.nat(50).map((n) => `s${n}`),
      fc.string(),
    ),
  );

  it('are the same set, whatever they are', () => {
    fc.assert(
      fc.property(ids, ids, (some, others) => {
        const has = unpacked(packIds(some));
        expect(some.filter((id) => !has(id))).toEqual([]);
        expect(others.filter((id) => has(id) && !some.includes(id))).toEqual([]);
      }),
    );
  });

  it('that are scattered over very many are rather too many than too few, and bounded', () => {
    const scattered = Array.from({ length: 50_000 }, (_, n) => `u${n * 3}`);
    const packed = packIds(scattered);
    expect(packed.length).toBeLessThan(32_000);
    const has = unpacked(packed);
    expect(scattered.every(has)).toBe(true);
    expect(has('u150001')).toBe(false);
  });
});
