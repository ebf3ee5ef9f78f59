import { doneShare, tableShare } from '../../../src/core/snapshot/progress';
import { blockerWords } from '../../../src/core/snapshot/merge';
import { windowEnd } from '../../../src/core/snapshot/attempt-window';
import type { Blocker, SnapshotProgress, TableProgress } from '../../../src/core/snapshot/types';
import { at, orders, play, TABLES, type Scene } from './look';

const table = (progress: SnapshotProgress, name = 'orders'): TableProgress =>
  progress.tables.find((candidate) => candidate.table === name)!;
const staged = (recordsStaged: number, recordsKnown = 1000): Scene => ({
  statistics: { orders: { committed: false, recordsKnown, recordsStaged } },
});
const blocker: Blocker = {
  ...{ kind: 'session', pid: 7, gid: null, user: 'app', application: '', ageSeconds: 90, remedy: '' },
};

describe('the beginning', () => {
  test('knows nothing of what it has not seen', () => {
    expect(play([0, { unread: 'both' }])).toEqual({
      ...{ startedAt: at(0), observedAt: at(0), restarts: 0, tables: [], rowsPerSecond: null, etaSeconds: null },
      ...{ sourceStatus: 'unknown', sourceError: null, stalledLooks: 0, attempt: { slots: [], replicas: [] } },
      ...{ counters: 0, lastMovementAt: at(0), stuck: null },
    });
    expect(doneShare(play([0, { unread: 'both' }]))).toBe(0);
  });

  test('has each table waiting', () => {
    expect(table(play([0, { slots: [], replicas: [] }]))).toEqual({
      ...{ table: 'orders', upstream: { schema: 'public', name: 'orders' }, rowsCopied: 0, rowsExpected: 1000 },
      ...{ rowsEnded: 0, running: [], rowsStaged: 0, state: 'waiting', error: null },
    });
  });
});

describe('what a look does not see', () => {
  test('stays as it was known', () => {
    const known = play([0, { ...staged(5), status: 'stalled', error: 'x', copies: orders(10) }]);
    const blind = play(
      [0, { ...staged(5), status: 'stalled', error: 'x', copies: orders(10) }],
      [10, { unread: 'both' }],
    );
    const { sourceStatus, sourceError, stalledLooks, attempt, counters, tables } = known;
    expect(blind).toMatchObject({ sourceStatus, sourceError, stalledLooks, attempt, counters, tables });
    expect(blind.lastMovementAt).toBe(at(10));
  });

  test('keeps a table failed while Materialize is not seen, and forgets it when that is well', () => {
    const failed: Scene = { errors: { orders: 'truncated' } };
    expect(table(play([0, failed], [10, { unread: 'target' }])).error).toBe('truncated');
    expect(table(play([0, failed], [10, { unread: 'both' }])).state).toBe('failed');
    expect(table(play([0, failed], [10, { unread: 'upstream' }]))).toMatchObject({ state: 'waiting', error: null });
    expect(table(play([0, { copies: orders(5) }], [10, { unread: 'upstream' }])).state).toBe('copying');
  });

  test('an error of the whole source is not taken for one of its tables', () => {
    const both: Scene = { error: 'slot lost', status: 'stalled', errors: { orders: 'slot lost' } };
    expect(table(play([0, both]))).toMatchObject({ state: 'waiting', error: null });
  });
});

describe('movement', () => {
  const movesAt10 = (before: Scene, after: Scene) => play([0, before], [10, after]).lastMovementAt === at(10);

  test.each<[string, Scene, Scene, boolean]>([
    ['nothing', { copies: orders(5) }, { copies: orders(5) }, false],
    ['a row', { copies: orders(5) }, { copies: orders(6) }, true],
    ['a statistic', staged(0, 10), staged(0, 11), true],
    ['statistics that fall to none', staged(0, 10), {}, false],
    ['a table that commits', {}, { committed: ['orders'] }, true],
    ['a table that fails', {}, { errors: { customers: 'x' } }, true],
    ['another temporary slot', {}, { slots: ['mzsnapshot_b'] }, true],
    ['one more temporary slot', {}, { slots: ['mzsnapshot_a', 'mzsnapshot_b'] }, true],
    ['one slot fewer', { slots: ['a', 'b'] }, { slots: ['a'] }, false],
    ['a restart', { copies: orders(5) }, { replicas: ['u2'] }, true],
  ])('is seen in %s', (_what, before, after, moves) => expect(movesAt10(before, after)).toBe(moves));

  test('counts known and staged rows together', () => {
    expect(play([0, staged(3, 10)]).counters).toBe(13);
    expect(play([0, staged(3, 10)], [10, {}]).counters).toBe(0);
  });
});

describe('stalls in balance', () => {
  const stalled: Scene = { status: 'stalled', error: 'x' };
  test.each<[string, Scene[], number]>([
    ['go up to three and no further', [stalled, stalled, stalled, stalled], 3],
    ['come down one by one', [stalled, stalled, stalled, {}], 2],
    ['do not fall below none', [{}, {}, stalled], 1],
    ['stay while Materialize is not seen', [stalled, stalled, { unread: 'target' }], 2],
    ['are not counted for what is merely starting', [{ status: 'starting' }], 0],
  ])('%s', (_what, scenes, looks) => {
    expect(play(...scenes.map((scene, n): [number, Scene] => [n * 10, scene])).stalledLooks).toBe(looks);
  });
});

describe('rates', () => {
  test('weigh a minute: after one, the newest counts half', () => {
    const progress = play([0, { copies: orders(0) }], [10, { copies: orders(100) }], [70, { copies: orders(100) }]);
    expect(progress.rowsPerSecond).toBe(5);
  });

  test('stay where upstream was not seen, or no time went by', () => {
    const two: [number, Scene][] = [
      [0, { copies: orders(0) }],
      [10, { copies: orders(100) }],
    ];
    expect(play(...two, [20, { unread: 'upstream' }]).rowsPerSecond).toBe(10);
    expect(play(...two, [10, { copies: orders(200) }]).rowsPerSecond).toBe(10);
    expect(play([0, { copies: orders(0) }], [0, { copies: orders(100) }]).rowsPerSecond).toBeNull();
  });

  test('begin with the first row, and end with the last table that copies or waits', () => {
    expect(play([0, { copies: orders(5) }], [10, { copies: orders(5) }]).rowsPerSecond).toBeNull();
    const copied = play(
      [0, { copies: orders(5), committed: ['customers'] }],
      [10, { copies: orders(105), committed: ['customers'] }],
      [20, { committed: ['customers'] }],
    );
    expect(table(copied).state).toBe('copied');
    expect(copied).toMatchObject({ rowsPerSecond: null, etaSeconds: null });
  });

  test('give no time left where one size of several is unknown', () => {
    const progress = play([0, { copies: orders(0) }], [10, { copies: orders(100) }]);
    expect(progress.etaSeconds).toBe(190);
    const [first, second] = progress.tables;
    expect(tableShare({ ...first!, rowsExpected: null })).toBe(0);
    expect(doneShare({ ...progress, tables: [first!, { ...second!, rowsExpected: null }] })).toBe(0);
  });
});

describe('the share that is done', () => {
  const of = (state: TableProgress['state'], rowsCopied: number, rowsExpected: number | null): TableProgress => ({
    ...table(play([0, {}])),
    ...{ state, rowsCopied, rowsExpected },
  });
  const share = (...tables: TableProgress[]) => doneShare({ ...play([0, {}]), tables });

  test.each([
    [share(of('copying', 30, 100), of('waiting', 0, 100)), 0.15],
    [share(of('committed', 0, 100), of('waiting', 0, 300)), 0.25],
    [share(of('committed', 5, null), of('waiting', 0, 10), of('waiting', 0, 10)), 1 / 3],
    [share(of('committed', 0, 0), of('waiting', 0, 0)), 0.5],
    [share(of('copied', 500, 100)), 0.999],
    [share(of('committed', 0, 0)), 1],
    [share(), 0],
  ])('case %# is %d', (is, expected) => expect(is).toBeCloseTo(expected, 6));

  test.each([
    [of('copying', 5, 0), 0],
    [of('copying', 5, null), 0],
    [of('copying', 200, 100), 1],
    [of('committed', 0, null), 1],
  ])('of a table, case %#', (one, expected) => expect(tableShare(one)).toBe(expected));
});

describe('a restart', () => {
  const restarts = (...looks: [number, Scene][]) => play(...looks).restarts;

  test('needs something that had been copied, or counted', () => {
    expect(restarts([0, {}], [10, { replicas: ['u2'] }])).toBe(0);
    expect(restarts([0, staged(0, 10)], [10, { replicas: ['u2'] }])).toBe(1);
    expect(restarts([0, { committed: TABLES }], [10, { replicas: ['u2'] }])).toBe(0);
    const rest: Scene = { committed: ['orders'], copies: orders(50) };
    expect(restarts([0, { copies: orders(50) }], [10, rest], [20, { ...rest, replicas: ['u2'] }])).toBe(0);
  });

  test('is not seen where replicas overlap, or are not known', () => {
    const before: [number, Scene] = [0, { copies: orders(5), replicas: ['u1', 'u2'] }];
    expect(restarts(before, [10, { copies: orders(5), replicas: ['u2', 'u3'] }])).toBe(0);
    expect(restarts(before, [10, { copies: orders(5), replicas: [] }])).toBe(0);
    expect(restarts([0, { copies: orders(5), replicas: [] }], [10, { copies: orders(5), replicas: ['u3'] }])).toBe(0);
    expect(restarts(before, [10, { copies: orders(5), unread: 'target' }])).toBe(0);
  });

  test('is seen in staged rows that fall, of the same table', () => {
    expect(restarts([0, staged(50)], [10, staged(49)])).toBe(1);
    expect(restarts([0, staged(50)], [10, staged(50)])).toBe(0);
    expect(restarts([0, staged(50)], [10, {}])).toBe(0);
    const other: Scene = { statistics: { customers: { committed: false, recordsKnown: 10, recordsStaged: 1 } } };
    expect(restarts([0, staged(50)], [10, { statistics: { ...staged(50).statistics, ...other.statistics } }])).toBe(0);
  });

  test('is seen in new connections only where all of them are new, under a slot that is', () => {
    const two = (first: number, second: number): Scene['copies'] => ({
      orders: [
        { pid: first, rows: 20 },
        { pid: second, rows: 20 },
      ],
    });
    const before: [number, Scene] = [0, { copies: two(1, 2), slots: ['a'] }];
    expect(restarts(before, [10, { copies: two(3, 4), slots: ['b'] }])).toBe(1);
    expect(restarts(before, [10, { copies: two(2, 4), slots: ['b'] }])).toBe(0);
    expect(restarts(before, [10, { copies: two(3, 4), slots: ['a', 'b'] }])).toBe(0);
    expect(restarts(before, [10, { copies: two(3, 4), slots: [] }])).toBe(0);
  });

  test('begins the table anew, and the counters', () => {
    const again = play([0, { ...staged(50), copies: orders(40) }], [10, { replicas: ['u2'], slots: ['z'] }]);
    expect(table(again)).toMatchObject({ rowsCopied: 0, rowsEnded: 0, rowsStaged: 0, running: [], state: 'waiting' });
    expect(again).toMatchObject({ counters: 0, attempt: { slots: ['z'], replicas: ['u2'] } });
  });
});

describe('who holds it up', () => {
  test.each<[Partial<Blocker>, string]>([
    [{}, 'pid 7 of app, open for 1m 30s'],
    [{ application: 'psql' }, 'pid 7 of app (psql), open for 1m 30s'],
    [{ pid: null }, 'pid ? of app, open for 1m 30s'],
    [{ kind: 'prepared', gid: 'tx1' }, 'prepared transaction tx1 of app, open for 1m 30s'],
    [{ kind: 'prepared', gid: null }, 'prepared transaction ? of app, open for 1m 30s'],
  ])('%j is named', (change, words) => expect(blockerWords({ ...blocker, ...change })).toBe(words));

  test('are all named, and known on while upstream is not seen', () => {
    const blockers = [blocker, { ...blocker, pid: 8 }];
    const cause = 'pid 7 of app, open for 1m 30s; pid 8 of app, open for 1m 30s';
    expect(play([0, { blockers }]).stuck).toEqual({ since: at(0), cause, blockers });
    expect(play([0, { blockers }], [10, { unread: 'upstream' }]).stuck).toEqual({ since: at(0), cause, blockers });
  });

  test.each<[Scene, string]>([
    [{ status: 'stalled', error: 'slow' }, '; the source says: slow'],
    [{ status: 'paused' }, '; the source is paused: its cluster has no replica'],
    [{ status: 'running' }, '; cause unknown, the source says running'],
  ])('is unknown where nobody does: %j', (scene, words) => {
    expect(play([0, scene], [600, scene]).stuck).toEqual({
      ...{ since: at(0), blockers: [] },
      cause: `nothing moved on either side for 10m 00s${words}`,
    });
  });
});

test('an attempt window that begins with nothing known ends when it gets stuck, and not before', () => {
  expect(windowEnd(null, play([0, { blockers: [blocker] }]))).toBe('stuck');
  expect(windowEnd(null, play([0, {}]))).toBeNull();
});
