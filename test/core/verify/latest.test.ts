import { comparisonOf, verifiedAfter } from '../../../src/core/verify/latest';
import { emptyTally, verifyResult, withTable } from '../../../src/core/verify/report';
import type { Amount, Comparison, Verified } from '../../../src/core/verify/types';

const at = (minute: number): string => `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000Z`;
const run = (minute: number, verdict: Comparison['verdict'], amount: Amount = 'full', whole = true): Comparison => ({
  ...{ at: at(minute), verdict, amount, whole, sentence: `${verdict} ${minute}`, where: [] },
});
const after = (...runs: Comparison[]): Verified =>
  runs.reduce<Verified | null>((known, one) => verifiedAfter(known, [one], { now: one.at, slot: 's' }), null) ??
  verifiedAfter(null, [], { now: at(0), slot: 's' });

describe('what comparisons found so far', () => {
  it.each<[string, Comparison[], string | null]>([
    ['nothing yet', [], null],
    ['equal', [run(1, 'equal')], null],
    ['a difference', [run(1, 'differs')], at(1)],
    ['a difference that a comparison of everything does not find any more', [run(1, 'differs'), run(2, 'equal')], null],
    ['a sample that finds nothing afterwards', [run(1, 'differs'), run(2, 'equal', { sample: 0.01 })], at(1)],
    ['one table that is equal afterwards', [run(1, 'differs'), run(2, 'equal', 'full', false)], at(1)],
    ['one that could not compare all afterwards', [run(1, 'differs'), run(2, 'incomplete')], at(1)],
    ['another difference', [run(1, 'differs'), run(2, 'differs', { sample: 0.01 })], at(2)],
  ])('%s', (_, runs, differs) => {
    const known = after(...runs);
    expect(known.differs?.at ?? null).toBe(differs);
    expect(known.last?.at ?? null).toBe(runs.at(-1)?.at ?? null);
  });

  it('counts no run twice, and none that is older than what is known', () => {
    const known = after(run(5, 'equal'));
    const again = verifiedAfter(known, [run(3, 'differs'), run(5, 'equal')], { now: at(6), slot: 's' });
    expect(again).toEqual({ ...known, lookedAt: at(6) });
  });

  it('keeps tables and columns, and neither keys nor values', () => {
    const tally = withTable(emptyTally('shop', at(1), 'full'), {
      ...{ table: 'public.orders', how: 'key', rows: 9, differing: 1, more: false, unsettled: 0, partial: false },
      notCompared: [],
      differences: [
        {
          ...{ table: 'public.orders', key: { email: 'ann@example.com' }, hash: null, what: 'changed' },
          columns: [{ column: 'total', upstream: 'secret', materialize: 'other' }],
        },
      ],
    });
    const kept = comparisonOf(verifyResult(tally, 1));
    expect(kept.where).toEqual(['public.orders (total)']);
    expect(JSON.stringify(kept)).not.toMatch(/ann@|secret|other/);
  });
});
