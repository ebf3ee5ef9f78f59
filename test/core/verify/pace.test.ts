import { reachable } from '../../../src/core/verify/lsn';
import { FIRST_PACE, isTooSlow, type Pace, paced, pauseAfter } from '../../../src/core/verify/pace';

describe('how much is read upstream at once', () => {
  it('grows where reading is fast, within bounds, and shrinks where it is slow', () => {
    let pace: Pace = FIRST_PACE;
    for (let i = 0; i < 20; i += 1) pace = paced(pace, pace.rows, 1);
    expect(pace.rows).toBe(16_384);
    pace = paced(pace, pace.rows, 1_000);
    expect(pace.rows).toBe(4_096);
    for (let i = 0; i < 20; i += 1) pace = paced(pace, pace.rows, 5_000);
    expect(pace.rows).toBe(250);
  });

  it('rests as long as it read, longer where upstream is slow, and never for ever', () => {
    expect(pauseAfter(FIRST_PACE, 200)).toBe(200);
    expect(pauseAfter({ ...FIRST_PACE, slow: 2 }, 200)).toBe(800);
    expect(pauseAfter({ ...FIRST_PACE, slow: 9 }, 5_000)).toBe(10_000);
  });

  it('gives up after several readings in a row that were far slower than the best', () => {
    let pace = paced(FIRST_PACE, 2_000, 100);
    for (let i = 0; i < 8; i += 1) {
      expect(isTooSlow(pace)).toBe(false);
      pace = paced(pace, 250, 1_500);
    }
    expect(isTooSlow(pace)).toBe(true);
    expect(paced(pace, 250, 20).slow).toBe(0);
  });

  it('does not take the last few rows of a table for a slow reading', () => {
    expect(paced(paced(FIRST_PACE, 2_000, 100), 0, 3_000).slow).toBe(0);
    expect(paced(paced(FIRST_PACE, 2_000, 100), 3, 30).slow).toBe(0);
  });
});

describe('where a reader of the WAL can get', () => {
  it('is before the header of a page that nothing was written to', () => {
    expect(reachable(8_192n * 5n + 24n)).toBe(8_192n * 5n);
    expect(reachable(8_192n * 5n + 40n)).toBe(8_192n * 5n);
    expect(reachable(8_192n * 5n + 41n)).toBe(8_192n * 5n + 41n);
    expect(reachable(8_192n * 5n)).toBe(8_192n * 5n);
  });
});
