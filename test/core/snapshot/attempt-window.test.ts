import { windowEnd } from '../../../src/core/snapshot/attempt-window';
import type { Blocker, WindowEnd } from '../../../src/core/snapshot/types';
import { orders, play, TABLES, type Scene } from './look';

const blocker: Blocker = {
  kind: 'prepared',
  pid: null,
  gid: 'x',
  user: 'a',
  application: '',
  ageSeconds: 1,
  remedy: '',
};
const half: Scene = { copies: orders(500), committed: ['customers'], expected: 1000 };
const stalled: Scene = { status: 'stalled', error: 'postgres: slot overcompacted' };

type Looks = [number, Scene][];

test.each<[string, Looks, Looks, WindowEnd | null]>([
  ['goes on while nothing is worth telling', [[0, {}]], [[10, { copies: orders(10) }]], null],
  ['ends with the commit', [[0, half]], [[10, { committed: TABLES }]], 'committed'],
  ['ends with a tenth more done', [[0, half]], [[10, { ...half, copies: orders(700) }]], 'milestone'],
  ['goes on within a tenth', [[0, half]], [[10, { ...half, copies: orders(550) }]], null],
  ['ends when it gets stuck', [[0, {}]], [[10, { blockers: [blocker] }]], 'stuck'],
  ['goes on while it stays stuck', [[0, { blockers: [blocker] }]], [[10, { blockers: [blocker] }]], null],
  ['ends when it comes loose', [[0, { blockers: [blocker] }]], [[10, {}]], 'unstuck'],
  ['goes on over one stalled look', [[0, {}]], [[10, stalled]], null],
  [
    'ends when the source stays stalled',
    [[0, {}]],
    [
      [10, stalled],
      [20, stalled],
      [30, stalled],
    ],
    'stalled',
  ],
  [
    'ends when it is stalled while flapping',
    [[0, {}]],
    [
      [10, stalled],
      [20, stalled],
      [30, {}],
      [40, stalled],
      [50, stalled],
    ],
    'stalled',
  ],
  [
    'does not end twice for one stall',
    [
      [0, stalled],
      [10, stalled],
      [20, stalled],
    ],
    [
      [30, {}],
      [40, stalled],
    ],
    null,
  ],
  ['ends when a table fails', [[0, {}]], [[10, { errors: { orders: 'table was truncated' } }]], 'stalled'],
])('a stint %s', (_title, before, during, expected) => {
  expect(windowEnd(play(...before), play(...before, ...during))).toBe(expected);
});

test('the first stint ends at once when everything is committed already', () => {
  expect(windowEnd(null, play([0, { committed: TABLES }]))).toBe('committed');
});

test('a copy of a day returns at most ten times for its progress', () => {
  let start = play([0, {}]);
  let returns = 0;
  const looks: Looks = [[0, {}]];
  for (let rows = 0; rows <= 1000; rows += 10) {
    looks.push([rows + 1, { copies: orders(rows), committed: ['customers'] }]);
    const next = play(...looks);
    if (windowEnd(start, next) === null) continue;
    returns += 1;
    start = next;
  }
  expect(returns).toBeLessThanOrEqual(10);
  expect(returns).toBeGreaterThanOrEqual(5);
});
