import { comparisonOf, verifiedAfter } from '../../../src/core/verify/latest';
import { emptyTally, verifyResult, withFailure, withTable } from '../../../src/core/verify/report';
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

  it('counts no run twice', () => {
    const known = after(run(3, 'differs'), run(5, 'equal'));
    const again = verifiedAfter(known, [run(5, 'equal'), run(3, 'differs')], { now: at(6), slot: 's' });
    expect(again).toEqual({ ...known, lookedAt: at(6) });
    // What an older build kept says of the last one alone.
    expect(
      verifiedAfter({ ...known, seen: undefined }, [run(3, 'differs')], { now: at(6), slot: 's' }).differs,
    ).toBeNull();
  });

  it('hears of one that began early and ended late, past a short one in between', () => {
    const long = { ...run(1, 'differs'), endedAt: at(50) };
    expect(after(run(20, 'equal'), long).differs?.at).toBe(at(1));
    // What began before the difference was found has not seen what was done about it.
    expect(after(long, { ...run(40, 'equal'), endedAt: at(55) }).differs?.at).toBe(at(1));
    expect(after(long, run(51, 'equal')).differs).toBeNull();
  });

  it.each<[string, string[] | null, string[] | null, boolean]>([
    ['of which another table was never still', ['public.a'], ['public.hot'], true],
    ['of which that very table was not all compared', ['public.a'], ['public.a'], false],
    ['with more such tables than it names', ['public.a'], null, false],
    ['after a difference in more tables than were named', null, ['public.hot'], false],
  ])('is mended by one of everything without a difference, %s: as far as it proves it', (_, differ, open, mended) => {
    const found = { ...run(1, 'differs'), tables: { differ, open: [] } };
    const then = { ...run(2, 'incomplete'), tables: { differ: [], open } };
    expect(after(found, then).differs === null).toBe(mended);
  });

  it('is of the copy that was compared, whichever there is by the time somebody looks', () => {
    const look = { now: at(9), slot: 'new' };
    expect(verifiedAfter(null, [{ ...run(1, 'differs'), slot: 'old' }], look).slot).toBe('old');
    expect(verifiedAfter(null, [run(1, 'differs')], look).slot).toBe('new');
  });

  it('names the tables that differ and those that were not all compared, unless they are too many', () => {
    const table = (name: string, differing: number, unsettled: number) => ({
      ...{ table: name, how: 'key' as const, rows: 9, differing, more: false, unsettled, partial: false },
      ...{ notCompared: [], differences: [] },
    });
    const tally = [table('a', 1, 0), table('b', 0, 2), table('c', 0, 0)].reduce(
      withTable,
      emptyTally('shop', at(1), 'full', true, 'slot'),
    );
    const kept = comparisonOf(verifyResult(withFailure(tally, 'd', 'why'), 61));
    expect(kept).toMatchObject({ tables: { differ: ['a'], open: ['b', 'd'] }, endedAt: at(2).replace(':00.', ':01.') });
    expect(kept.slot).toBe('slot');
    const many = Array.from({ length: 30 }, (_, n) => table(`t${n}`, 1, 1)).reduce(withTable, tally);
    expect(comparisonOf(verifyResult(many, 1)).tables).toEqual({ differ: null, open: null });
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
