import fc from 'fast-check';
import { type Seen, Settling } from '../../../src/core/verify/settle';

const up = (rows: Record<string, [digest: string, version: string]>): Map<string, Seen> =>
  new Map(Object.entries(rows).map(([key, [digest, version]]) => [key, { digest, version }]));
const down = (rows: Record<string, string>): Map<string, string> => new Map(Object.entries(rows));

describe('telling what differs from what is on its way', () => {
  it('takes a row that is the same once for equal', () => {
    const settling = new Settling(['a', 'b']);
    settling.observe(up({ a: ['x', '1'], b: ['y', '1'] }), down({ a: 'x', b: 'old' }));
    expect(settling.pending).toEqual(['b']);
    settling.observe(up({ b: ['y', '1'] }), down({ b: 'y' }));
    expect([settling.pending, settling.differing.size]).toEqual([[], 0]);
  });

  it('takes a row for different that upstream did not write between three looks', () => {
    const settling = new Settling(['a']);
    for (let look = 0; look < 3; look += 1) {
      expect(settling.differing.size).toBe(0);
      settling.observe(up({ a: ['x', '1'] }), down({ a: 'lost' }));
    }
    expect([...settling.differing]).toEqual([['a', { digest: 'x', version: '1' }]]);
    expect(settling.pending).toEqual([]);
  });

  it('starts over with a row that was written meanwhile, also where it looks as before', () => {
    const settling = new Settling(['a']);
    settling.observe(up({ a: ['x', '1'] }), down({ a: 'lost' }));
    settling.observe(up({ a: ['x', '1'] }), down({ a: 'lost' }));
    settling.observe(up({ a: ['x', '2'] }), down({ a: 'lost' }));
    settling.observe(up({ a: ['x', '2'] }), down({ a: 'lost' }));
    expect(settling.pending).toEqual(['a']);
    settling.observe(up({ a: ['x', '2'] }), down({ a: 'lost' }));
    expect([...settling.differing.keys()]).toEqual(['a']);
  });

  it('finds rows that one side alone has', () => {
    const settling = new Settling(['missing', 'extra', 'gone']);
    const look = () => settling.observe(up({ missing: ['x', '1'] }), down({ extra: 'y' }));
    for (let looks = 0; looks < 3; looks += 1) look();
    expect([...settling.differing]).toEqual([['missing', { digest: 'x', version: '1' }]]);
    // It has no version: one that comes and goes between the looks would be the same.
    for (let looks = 3; looks < 5; looks += 1) look();
    expect(settling.pending).toEqual(['extra']);
    look();
    expect([...settling.differing.keys()]).toEqual(['missing', 'extra']);
  });

  // A copy that is right and late: each look shows a state upstream had at that moment or later, never an earlier one.
  it('never cries over a copy that is right, however it is written to', () => {
    const writes = fc.array(fc.nat(3), { minLength: 12, maxLength: 60 });
    fc.assert(
      fc.property(writes, fc.array(fc.nat(4), { minLength: 12, maxLength: 12 }), (history, delays) => {
        const settling = new Settling(['row']);
        let at = 0;
        for (const delay of delays) {
          const later = Math.min(history.length - 1, at + delay);
          const version = String(versionAt(history, at));
          settling.observe(up({ row: [`v${history[at]}`, version] }), down({ row: `v${history[later]}` }));
          at = Math.min(history.length - 1, later + 1);
        }
        expect(settling.differing.size).toBe(0);
      }),
    );
  });
});

/** Every write makes another version, except of a state that stays. */
const versionAt = (history: readonly number[], at: number): number => {
  let version = 0;
  for (let i = 1; i <= at; i += 1) if (history[i] !== history[i - 1]) version += 1;
  return version;
};
