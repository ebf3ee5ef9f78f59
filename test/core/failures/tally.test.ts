import { NO_FAILURES, tallied, UNEXPECTED_ATTEMPTS, type Tally } from '../../../src/core/failures/tally';
import type { FailureInfo } from '../../../src/core/failures/types';

const failure = (type: FailureInfo['type'], rest: Partial<FailureInfo> = {}): FailureInfo => ({
  ...{ type, system: 'source', message: 'm', code: null, retryable: true, hint: null },
  ...rest,
});
const ODD = failure('Unexpected');
const OUTAGE = failure('Unreachable');
const NO_SUCH_HOST = failure('Unreachable', { patienceMs: 600_000 });
const QUOTA = failure('QuotaExceeded', { patienceMs: 600_000 });

/** After these failures, one every `stepMs`: how many of them until it was over; null while it is not. */
function overAfter(failures: FailureInfo[], stepMs = 30_000): number | null {
  let tally: Tally = NO_FAILURES;
  for (const [index, info] of failures.entries()) {
    const next = tallied(tally, info, 1_000 + index * stepMs);
    if (next.over) return index + 1;
    // As it comes back from a heartbeat.
    tally = JSON.parse(JSON.stringify(next.tally)) as Tally;
  }
  return null;
}

const many = (info: FailureInfo, count: number): FailureInfo[] => new Array<FailureInfo>(count).fill(info);

it('ends at once what is permanent', () => {
  expect(overAfter([failure('NotFound', { retryable: false })])).toBe(1);
});

it('counts the unforeseen by itself: an outage of any length uses up nothing', () => {
  expect(overAfter([...many(OUTAGE, 100), ODD])).toBeNull();
  expect(overAfter([ODD, ...many(OUTAGE, 100), ODD, ODD, ODD])).toBeNull();
  expect(overAfter([ODD, ...many(OUTAGE, 3), ODD, ODD, ODD, ODD])).toBe(8);
  expect(overAfter(many(ODD, UNEXPECTED_ATTEMPTS))).toBe(UNEXPECTED_ATTEMPTS);
  expect(overAfter(many(ODD, UNEXPECTED_ATTEMPTS - 1))).toBeNull();
});

it('waits for what may pass as long as it says, and no longer', () => {
  expect(overAfter(many(NO_SUCH_HOST, 20))).toBeNull();
  expect(overAfter(many(NO_SUCH_HOST, 21))).toBe(21);
});

it('begins to wait anew after anything else', () => {
  expect(overAfter([...many(NO_SUCH_HOST, 20), OUTAGE, ...many(NO_SUCH_HOST, 20)])).toBeNull();
  expect(overAfter([...many(NO_SUCH_HOST, 20), QUOTA, ...many(NO_SUCH_HOST, 20)])).toBeNull();
});

it('tries twice what is there and was not seen, and no conflict for ever', () => {
  const exists = failure('Conflict', { message: `catalog item '"quoted"' already exists` });
  const changed = failure('Conflict', { message: 'the list is being changed by somebody else' });
  expect(overAfter([exists])).toBeNull();
  expect(overAfter([exists, OUTAGE, exists, exists])).toBe(3);
  expect(overAfter(many(changed, 4))).toBeNull();
  expect(overAfter(many(changed, 10))).toBe(5);
});

it('goes on while another object each time was made meanwhile: each look saw the one before', () => {
  const exists = (table: number, rest = 'and more') =>
    failure('Conflict', { message: `catalog item 't_${table}' already exists; n2m looked for t_${table} ${rest}` });
  const others = Array.from({ length: 40 }, (_, table) => exists(table));
  expect(overAfter(others)).toBeNull();
  expect(overAfter([...others, exists(39, 'and nothing more')])).toBe(41);
  expect(overAfter([...others, OUTAGE, exists(39)])).toBe(42);
});

it('does not count the time in which nobody tried', () => {
  const day = 24 * 3_600_000;
  expect(overAfter(many(NO_SUCH_HOST, 5), day)).toBeNull();
  expect(overAfter(many(NO_SUCH_HOST, 11), day)).toBe(11);
});

it('reads a count that an earlier version left out', () => {
  expect(tallied({ ...NO_FAILURES }, ODD, 0).tally).toEqual({
    unexpected: 1,
    conflicts: 0,
    exists: null,
    waiting: null,
  });
});
