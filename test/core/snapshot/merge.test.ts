import type { Blocker } from '../../../src/core/snapshot/types';
import { doneShare, isCommitted } from '../../../src/core/snapshot/progress';
import { at, orders, play, TABLES } from './look';

const blocker: Blocker = {
  kind: 'session',
  pid: 4711,
  gid: null,
  user: 'app',
  application: 'import',
  ageSeconds: 90,
  remedy: 'SELECT pg_terminate_backend(4711);',
};

const table = (progress: ReturnType<typeof play>, name: string) => {
  const found = progress.tables.find((candidate) => candidate.table === name);
  if (!found) throw new Error(`no table ${name}`);
  return found;
};

describe('rows', () => {
  test('come from upstream, which shows them at once', () => {
    const progress = play([0, {}], [10, { copies: orders(300) }]);
    expect(table(progress, 'orders')).toMatchObject({ state: 'copying', rowsCopied: 300, rowsExpected: 1000 });
    expect(table(progress, 'customers')).toMatchObject({ state: 'waiting', rowsCopied: 0 });
  });

  test('add up over the ranges in which one table is copied', () => {
    const both = [
      { pid: 1, rows: 200 },
      { pid: 2, rows: 100 },
    ];
    const progress = play([0, { copies: { orders: both } }], [10, { copies: { orders: [{ pid: 2, rows: 150 }] } }]);
    expect(table(progress, 'orders')).toMatchObject({ state: 'copying', rowsCopied: 350 });
  });

  test('stay when the copy ended, which is not yet a commit', () => {
    const progress = play([0, { copies: orders(1000) }], [10, {}]);
    expect(table(progress, 'orders')).toMatchObject({ state: 'copied', rowsCopied: 1000 });
    expect(isCommitted(progress)).toBe(false);
  });

  test('count as known from Materialize once its statistics arrive', () => {
    const statistics = { orders: { committed: false, recordsKnown: 1500, recordsStaged: 1200 } };
    expect(table(play([0, { statistics }]), 'orders')).toMatchObject({ rowsCopied: 1200, rowsExpected: 1500 });
  });

  test('are kept while upstream cannot be read', () => {
    const progress = play([0, { copies: orders(300) }], [10, { unread: 'upstream' }]);
    expect(table(progress, 'orders')).toMatchObject({ state: 'copying', rowsCopied: 300 });
  });
});

describe('committed', () => {
  test('is told first by the write frontier, long before the statistics', () => {
    expect(isCommitted(play([0, { committed: TABLES }]))).toBe(true);
  });

  test('is told by the statistics of a live replica as well', () => {
    const done = { committed: true, recordsKnown: 10, recordsStaged: 10 };
    expect(isCommitted(play([0, { statistics: { orders: done, customers: done } }]))).toBe(true);
  });

  test('is latched: a new replica that says otherwise changes nothing', () => {
    const undone = { committed: false, recordsKnown: 0, recordsStaged: 0 };
    const progress = play(
      [0, { committed: TABLES }],
      [10, { replicas: ['u2'], statistics: { orders: undone, customers: undone } }],
    );
    expect(isCommitted(progress)).toBe(true);
    expect(progress.restarts).toBe(0);
  });

  test('needs every table: one without a row is not yet committed', () => {
    const progress = play([0, { committed: ['orders'] }]);
    expect(isCommitted(progress)).toBe(false);
    expect(doneShare(progress)).toBe(0.5);
  });

  test('is never concluded from not having looked', () => {
    expect(isCommitted(play([0, { unread: 'both' }]))).toBe(false);
  });

  test('is not said of a table that failed', () => {
    const progress = play([0, { committed: TABLES, errors: { orders: 'postgres: table was truncated' } }]);
    expect(table(progress, 'orders')).toMatchObject({ state: 'failed', error: 'postgres: table was truncated' });
    expect(isCommitted(progress)).toBe(false);
  });
});

describe('a restart', () => {
  test.each([
    ['a replaced replica', { replicas: ['u2'] }, 200],
    ['a counter that falls', { copies: orders(20) }, 100],
    ['other connections under another temporary slot', { slots: ['mzsnapshot_b'], copies: orders(20, 200) }, 200],
  ])('is seen by %s and counted once', (_how, scene, pid) => {
    const progress = play([0, { copies: orders(500) }], [10, scene], [20, { ...scene, copies: orders(50, pid) }]);
    expect(progress.restarts).toBe(1);
    expect(table(progress, 'orders').rowsCopied).toBe(50);
  });

  test('is not seen in the next range of the same table', () => {
    const progress = play([0, { copies: orders(500, 1) }], [10, { copies: orders(20, 2) }]);
    expect(progress.restarts).toBe(0);
    expect(table(progress, 'orders').rowsCopied).toBe(520);
  });

  test('is not seen in the temporary slot of another source', () => {
    const progress = play([0, { copies: orders(500) }], [10, { slots: ['mzsnapshot_other'] }]);
    expect(progress.restarts).toBe(0);
  });

  test('leaves committed tables committed', () => {
    const progress = play([0, { committed: ['customers'], copies: orders(500) }], [10, { replicas: ['u2'] }]);
    expect(progress.restarts).toBe(1);
    expect(table(progress, 'customers').state).toBe('committed');
    expect(table(progress, 'orders')).toMatchObject({ state: 'waiting', rowsCopied: 0 });
  });
});

describe('rate and remaining time', () => {
  test('follow the rows of both tables', () => {
    const progress = play(
      [0, { copies: orders(0), committed: ['customers'] }],
      [10, { copies: orders(100), committed: ['customers'] }],
      [20, { copies: orders(200), committed: ['customers'] }],
    );
    expect(progress.rowsPerSecond).toBe(10);
    expect(progress.etaSeconds).toBe(80);
  });

  test('are smoothed: one slow look does not stop the clock', () => {
    const progress = play([0, { copies: orders(0) }], [10, { copies: orders(100) }], [20, { copies: orders(100) }]);
    expect(progress.rowsPerSecond).toBeGreaterThan(5);
    expect(progress.rowsPerSecond).toBeLessThan(10);
  });

  test('are unknown while a table’s size is unknown', () => {
    const progress = play([0, { copies: orders(0), expected: null }], [10, { copies: orders(100), expected: null }]);
    expect(progress).toMatchObject({ rowsPerSecond: 10, etaSeconds: null });
  });
});

describe('stuck', () => {
  test('is seen at once when somebody holds a lock, and named', () => {
    const progress = play([0, {}], [10, { blockers: [blocker] }]);
    expect(progress.stuck).toMatchObject({ since: at(10), blockers: [blocker] });
    expect(progress.stuck?.cause).toBe('pid 4711 of app (import), open for 1m 30s');
  });

  test('ends when the blocker is gone', () => {
    expect(play([0, { blockers: [blocker] }], [10, {}]).stuck).toBeNull();
  });

  test('without a cause is ten minutes without movement on either side', () => {
    expect(play([0, { copies: orders(5) }], [599, { copies: orders(5) }]).stuck).toBeNull();
    const progress = play([0, { copies: orders(5) }], [600, { copies: orders(5) }]);
    expect(progress.stuck).toMatchObject({ since: at(0), cause: expect.stringContaining('cause unknown') as string });
  });

  test('ends when something moves again', () => {
    expect(
      play([0, { copies: orders(5) }], [700, { copies: orders(5) }], [710, { copies: orders(6) }]).stuck,
    ).toBeNull();
  });

  test.each(['upstream', 'target', 'both'] as const)('is never concluded from not having looked (%s)', (unread) => {
    expect(play([0, { copies: orders(5) }], [900, { copies: orders(5), unread }]).stuck).toBeNull();
  });

  test('counts only the time in which both sides were seen', () => {
    const progress = play([0, {}], [500, { unread: 'both' }], [900, {}]);
    expect(progress.stuck).toBeNull();
    expect(play([0, {}], [500, { unread: 'both' }], [1200, {}]).stuck).not.toBeNull();
  });

  test('is not said of a flapping status: that moves nothing', () => {
    const progress = play([0, {}], [300, { status: 'stalled', error: 'x' }], [600, { status: 'running' }]);
    expect(progress.stuck).not.toBeNull();
  });

  test('is over with the commit', () => {
    expect(play([0, { blockers: [blocker] }], [10, { committed: TABLES, blockers: [blocker] }]).stuck).toBeNull();
  });
});
