import type { Comparison, Verified } from '../../../src/core/verify/types';
import { verifiedAfter } from '../../../src/core/verify/latest';
import { at, SLOT, spec, Watch } from './reading';

const differs: Comparison = {
  ...{ at: at(3), verdict: 'differs', amount: 'full', whole: true, sentence: '2 rows differ of 1 table' },
  where: ['public.orders (total)'],
};
const found: Verified = { lookedAt: at(4), last: differs, differs, slot: SLOT };
const equal: Verified = { ...found, last: { ...differs, verdict: 'equal' }, differs: null };

describe('what a comparison found', () => {
  it('is told at once, again after hours, and over when nothing is found any more', () => {
    const watch = new Watch();
    expect(watch.checks(0, 4).name).toBe('healthy');
    expect(watch.check(5, { verified: found })).toMatchObject({
      name: 'broken',
      severity: 'critical',
      cause: 'the copy is not what its source is: public.orders (total); 2 rows differ of 1 table',
      next: 'n2m verify shop',
      symptoms: [{ rule: 'verify-differs' }],
    });
    expect(watch.memory?.verified).toEqual(found);
    expect(watch.checks(6, 300, { verified: found }).name).toBe('broken');
    expect(watch.checks(301, 303, { verified: equal }).name).toBe('healthy');
    expect(watch.kinds()).toEqual(['5 raised critical', '245 repeated critical', '302 recovered ok']);
  });

  it('says nothing of a copy that was made again, nor where nobody compared', () => {
    const watch = new Watch();
    expect(watch.check(0, { verified: { ...found, slot: 'materialize_ffffffffffffffffffffffffffffffff' } }).name).toBe(
      'healthy',
    );
    expect(watch.check(1, { verified: { ...found, differs: null, last: null } }).name).toBe('healthy');
    expect(watch.check(2).name).toBe('healthy');
    expect(watch.memory).not.toHaveProperty('verified');
  });

  it('warns where the comparison that the file asks for fails, until one has compared', () => {
    const verify = { every: 86_400_000, sample: 1 };
    const failed = { at: at(4), message: 'permission denied for table orders' };
    const watch = new Watch({ ...spec, verify });
    expect(watch.check(5, { verified: { ...equal, failed } })).toMatchObject({
      ...{ name: 'unknown', severity: 'warn', next: 'n2m verify shop', symptoms: [{ rule: 'verify-failed' }] },
      cause: expect.stringContaining('failed: permission denied for table orders') as string,
    });
    expect(watch.checks(6, 8, { verified: { ...equal, failed: null } }).name).toBe('healthy');
    const alone = new Watch();
    expect(alone.check(5, { verified: { ...equal, failed } }).name).toBe('healthy');
  });

  it('is over with the next that ends with a result, whatever that is', () => {
    const failed = { at: at(10), message: 'x' };
    const look = { now: at(12), slot: SLOT };
    const before = verifiedAfter(equal, [], { ...look, failed });
    expect(before.failed).toEqual(failed);
    expect(verifiedAfter(before, [], look).failed).toEqual(failed);
    const later = { ...differs, at: at(11), endedAt: at(11) };
    expect(verifiedAfter(before, [later], look).failed).toBeNull();
    expect(verifiedAfter(before, [{ ...differs, at: at(8), endedAt: at(9) }], look).failed).toEqual(failed);
  });
});
