import { alertLine, slackBody, webhookBody } from '../../../src/core/watch/render-alert';
import { at, slot, spec, table, targetCluster, targetSource, Watch } from './reading';
import { lateness, switchNote } from '../../../src/core/watch/lateness';
import type { WatchSwitch } from '../../../src/core/watch/types';

const GIB = 2 ** 30;
const warn = { source: slot({ retainedBytes: String(0.75 * GIB) }) };
const critical = { source: slot({ retainedBytes: String(0.9 * GIB) }) };
const lost = { source: slot({ walStatus: 'lost' }) };

describe('one trouble', () => {
  test('is told at once, then not again for four hours', () => {
    const watch = new Watch();
    watch.checks(0, 500, warn);
    expect(watch.kinds()).toEqual(['0 raised warn', '240 repeated warn', '480 repeated warn']);
  });

  test('is told at once when it gets worse, and not when it gets better again and worse', () => {
    const watch = new Watch();
    watch.checks(0, 2, warn);
    watch.checks(3, 5, critical);
    watch.checks(6, 8, warn);
    watch.checks(9, 20, critical);
    expect(watch.kinds()).toEqual(['0 raised warn', '3 escalated critical']);
  });

  test('is over after two calm checks, not after one', () => {
    const watch = new Watch();
    watch.checks(0, 2, warn);
    watch.check(3);
    expect(watch.kinds()).toEqual(['0 raised warn']);
    watch.checks(4, 10);
    expect(watch.kinds()).toEqual(['0 raised warn', '4 recovered ok']);
    expect(watch.memory?.alerts).toEqual([]);
  });

  test('that comes back after one calm check was never over', () => {
    const watch = new Watch();
    watch.checks(0, 2, warn);
    watch.check(3);
    watch.checks(4, 20, warn);
    expect(watch.kinds()).toEqual(['0 raised warn']);
  });

  test('that cannot be looked at is neither worse nor over', () => {
    const watch = new Watch();
    watch.checks(0, 2, warn);
    watch.check(3, { source: 'down' });
    watch.checks(4, 4, { source: 'down' });
    expect(watch.memory?.alerts.find(({ key }) => key === 'retained-wal')).toMatchObject({ calmChecks: 0 });
  });

  test('is left alone while a run changes things', () => {
    const watch = new Watch();
    const broken = { target: { tables: [table('orders', { status: 'stalled', error: 'x: table was truncated' })] } };
    watch.checks(0, 2, broken);
    watch.checks(3, 50, { change: 'repairReplication' });
    expect(watch.kinds()).toEqual(['0 raised critical']);
  });
});

describe('several troubles', () => {
  test('of one check are one alert, the worst first', () => {
    const watch = new Watch();
    watch.check(0, {
      ...critical,
      target: targetCluster({ memory: 0.85 }),
    });
    expect(watch.delivered).toHaveLength(1);
    expect(watch.delivered[0]?.alert.symptoms.map(({ rule }) => rule)).toEqual(['retained-wal', 'cluster-utilization']);
  });

  test('one after the other are told one by one, and over only when all are', () => {
    const watch = new Watch();
    watch.checks(0, 2, warn);
    const both = {
      ...warn,
      target: { tables: [table('orders', { status: 'stalled', error: 'postgres: invalid UTF8 string' })] },
    };
    watch.checks(3, 5, both);
    expect(watch.delivered[1]?.alert).toMatchObject({ kind: 'escalated', severity: 'critical', alsoOpen: 1 });
    watch.checks(6, 9, warn);
    watch.checks(10, 20);
    expect(watch.kinds()).toEqual(['0 raised warn', '3 escalated critical', '11 recovered ok']);
    expect(watch.delivered[2]?.alert.symptoms.map(({ rule }) => rule).sort()).toEqual(['retained-wal', 'table-error']);
  });

  test('of a database that stops and comes back are one alert chain and one recovery', () => {
    const watch = new Watch();
    watch.checks(0, 5);
    const stopped = {
      source: 'down' as const,
      target: targetSource({ status: 'stalled', error: 'postgres: sql client error: connection closed' }),
    };
    watch.checks(6, 20, stopped);
    watch.check(21, {
      target: targetSource({ stalledSince: [{ at: at(20.5), error: 'shop_source: postgres: connection closed' }] }),
    });
    watch.checks(22, 60);
    expect(watch.kinds().filter((kind) => kind.includes('recovered'))).toEqual(['23 recovered ok']);
  });
});

describe('terminal trouble', () => {
  test('is repeated and never called over by calm readings', () => {
    const watch = new Watch();
    watch.check(0);
    watch.check(1, lost);
    watch.checks(2, 300);
    expect(watch.kinds()).toEqual(['1 raised terminal', '241 repeated terminal']);
  });

  test('is over two checks after a repair', () => {
    const watch = new Watch();
    watch.check(0);
    watch.check(1, lost);
    watch.checks(2, 5, { change: 'repairReplication' });
    const other = 'materialize_ffffffffffffffffffffffffffffffff';
    watch.checks(6, 10, { source: slot({ slot: other }), target: targetSource({ slot: other }) });
    expect(watch.kinds()).toEqual(['1 raised terminal', '7 recovered ok']);
  });
});

describe('an alert nobody took', () => {
  test('is told again by every check until somebody does', () => {
    const watch = new Watch();
    watch.checks(0, 9, warn, false);
    watch.checks(10, 20, warn);
    expect(watch.kinds()).toEqual(['10 raised warn']);
  });

  test('is not lost when the trouble is over by then: its end is told', () => {
    const watch = new Watch();
    watch.checks(0, 5, critical, false);
    watch.checks(6, 9, {}, false);
    watch.checks(10, 12);
    expect(watch.kinds()).toEqual(['10 recovered ok']);
    expect(watch.delivered[0]?.alert.cause).toContain('retained-wal');
  });

  test('of a worsening is told as such when somebody takes it', () => {
    const watch = new Watch();
    watch.check(0, warn);
    watch.checks(1, 5, critical, false);
    watch.check(6, critical);
    expect(watch.kinds()).toEqual(['0 raised warn', '6 escalated critical']);
  });
});

describe('the text', () => {
  const watch = new Watch();
  watch.check(0);
  watch.check(1, lost);
  const alert = watch.delivered[0]?.alert;
  if (!alert) throw new Error('no alert');

  test('for the log has cause and next command in its one line', () => {
    expect(alertLine(alert)).toBe(
      'shop is broken (terminal): slot materialize_0123456789abcdef0123456789abcdef is lost: the WAL it needs is gone, every table has to be copied again; next: n2m repair shop',
    );
  });

  test('for Slack has them in the first two lines, and nothing Slack takes for markup', () => {
    const { text } = JSON.parse(slackBody({ ...alert, cause: 'a <b> & c' })) as { text: string };
    expect(text.split('\n')).toEqual([
      ':rotating_light: *shop* is broken (terminal): a &lt;b&gt; &amp; c',
      'next: `n2m repair shop`',
    ]);
  });

  test('for a webhook is the alert as JSON with a version', () => {
    expect(JSON.parse(webhookBody(alert))).toEqual({ version: 1, ...alert });
  });
});

test.each([
  [2, null],
  [3, 'warn'],
  [6, 'critical'],
])('a check %s periods ago is %s', (minutes, severity) => {
  expect(lateness(at(0), spec.watch.every, at(minutes))?.severity ?? null).toBe(severity);
});

describe('checks that did not happen', () => {
  const note = (change: 'paused' | 'resumed', minute: number) =>
    switchNote(change, { who: 'ada@desk', at: at(minute), reason: 'maintenance: at night' });

  const as = (text: string | null): WatchSwitch => ({ paused: false, note: text, changedAt: null });

  test('because the watch is paused are not late', () => {
    expect(lateness(at(0), spec.watch.every, at(60), { ...as(note('paused', 1)), paused: true })).toBeNull();
  });

  test('are counted from the end of a pause, by whom ever it was ended', () => {
    const watch = as(note('resumed', 60));
    expect(lateness(at(0), spec.watch.every, at(61), watch)).toBeNull();
    expect(lateness(at(0), spec.watch.every, at(63), watch)).toMatchObject({ severity: 'warn' });
    expect(lateness(at(70), spec.watch.every, at(71), watch)).toBeNull();
    expect(lateness(at(0), spec.watch.every, at(61), as('via the UI'))?.severity).toBe('critical');
  });

  test('are counted from the moment another period was applied', () => {
    const watch = { ...as(null), changedAt: at(60) };
    expect(lateness(at(0), spec.watch.every, at(62), watch)).toBeNull();
    expect(lateness(at(0), spec.watch.every, at(66), watch)).toMatchObject({ severity: 'critical' });
  });

  test('after a pause alert nobody, after a dead worker once', () => {
    const watch = new Watch();
    watch.checks(0, 3);
    watch.check(60, { watch: as(note('resumed', 59)) });
    watch.checks(61, 70);
    expect(watch.kinds()).toEqual([]);
    watch.check(90, { watch: as(note('resumed', 59)) });
    watch.checks(91, 99);
    expect(watch.kinds()).toEqual(['90 raised critical', '92 recovered ok']);
  });
});
