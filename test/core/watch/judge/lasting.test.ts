import type { Severity, SlotReading, Verdict } from '../../../../src/core/watch/types';
import { at, lsn, slot, table, targetSource, Watch, type Look } from '../reading';

const GIB = 2 ** 30;

describe('what has to last', () => {
  /** The first minute at which each severity was reached, when the same trouble goes on from minute 10. */
  function reached(look: (minute: number) => Look, until: number): Partial<Record<Severity, number>> {
    const watch = new Watch();
    watch.checks(0, 9);
    const first: Partial<Record<Severity, number>> = {};
    for (let minute = 10; minute <= until; minute += 1) {
      const { severity } = watch.check(minute, look(minute));
      if (severity !== 'ok') first[severity] ??= minute - 10;
    }
    return first;
  }

  const still = lsn(9);
  test.each<[string, (minute: number) => Look, number, Partial<Record<Severity, number>>]>([
    [
      'an inactive slot: 30 minutes, 24 hours',
      () => ({ source: { ...slot({ active: false, inactiveSince: at(10) }) } }),
      1500,
      { warn: 30, critical: 1440 },
    ],
    [
      'a restart point that stands still: 30 minutes',
      () => ({ source: slot({ restartLsn: still }) }),
      60,
      { warn: 29 },
    ],
    [
      'confirmed LSN that stands still: 10 and 30 minutes',
      () => ({ source: slot({ confirmedFlushLsn: still }) }),
      60,
      { warn: 9, critical: 29 },
    ],
    [
      'a source that does not run: 1 and 5 minutes',
      () => ({ target: targetSource({ status: 'starting' }) }),
      30,
      { warn: 1, critical: 5 },
    ],
    [
      'a source that flaps counts as not running',
      (m) => ({
        target: targetSource({ stalledSince: [{ at: at(m), error: 'shop_source: postgres: sql client error' }] }),
      }),
      30,
      { warn: 1, critical: 5 },
    ],
    ['5 s behind: 5 checks', () => ({ target: { tables: [table('orders', { freshnessMs: 7000 })] } }), 30, { warn: 4 }],
    [
      '1 min behind: 15 minutes',
      () => ({ target: { tables: [table('orders', { freshnessMs: 61_000 })] } }),
      30,
      { warn: 4, critical: 15 },
    ],
    ['an unreachable database: 2 and 5 checks', () => ({ source: 'down' }), 30, { warn: 1, critical: 4 }],
    ['an unreachable Materialize: 2 and 5 checks', () => ({ target: 'down' }), 30, { warn: 1, critical: 4 }],
  ])('%s', (_what, look, until, expected) => {
    expect(reached(look, until)).toEqual(expected);
  });

  test('nothing stands still on a server that writes nothing', () => {
    const idle = { currentLsn: still, ...slot({ restartLsn: still, confirmedFlushLsn: still }) };
    const watch = new Watch();
    watch.checks(0, 9);
    expect(watch.checks(10, 200, { source: idle }).name).toBe('healthy');
  });

  test('one calm check in between begins the count anew', () => {
    const watch = new Watch();
    const late = { target: { tables: [table('orders', { freshnessMs: 7000 })] } };
    watch.checks(0, 3, late);
    watch.check(4);
    expect(watch.checks(5, 8, late).severity).toBe('ok');
    expect(watch.check(9, late).severity).toBe('warn');
  });

  test('Neon’s forty hours are counted down in the sentence', () => {
    const watch = new Watch();
    watch.check(0);
    const verdict = watch.check(120, { source: slot({ active: false, inactiveSince: at(0) }) });
    expect(verdict.symptoms.find(({ rule }) => rule === 'slot-idle')?.cause).toContain('1d 14h are left');
  });

  test('who holds the slot up is named with what ends it', () => {
    const blockers = [
      {
        kind: 'session' as const,
        pid: 99,
        gid: null,
        user: 'app',
        application: 'job',
        ageSeconds: 7200,
        remedy: 'SELECT pg_terminate_backend(99)',
      },
    ];
    const watch = new Watch();
    watch.checks(0, 9);
    let verdict = watch.check(10);
    for (let minute = 11; minute < 45; minute += 1) {
      verdict = watch.check(minute, { source: { ...slot({ restartLsn: still }), blockers } });
    }
    expect(verdict).toMatchObject({ name: 'stuck', next: 'SELECT pg_terminate_backend(99)' });
    expect(verdict.cause).toContain('held up by pid 99 of app (job), open for 2h 00m');
  });

  describe('a writing transaction that keeps the slot where it is', () => {
    const writer = (pid: number, ageSeconds: number) => ({
      ...{ kind: 'session' as const, pid, gid: null, user: 'app', application: 'job', ageSeconds },
      remedy: `SELECT pg_terminate_backend(${pid});`,
    });
    /** The slot stands from minute 10 on; the transactions are looked at in the last minute. */
    function standing(change: Partial<SlotReading>, writers: (minute: number) => ReturnType<typeof writer>[]): Verdict {
      const watch = new Watch();
      watch.checks(0, 10);
      let verdict = watch.check(11);
      for (let minute = 12; minute < 45; minute += 1) {
        verdict = watch.check(minute, {
          source: { ...slot({ restartLsn: lsn(10), ...change }), writers: writers(minute) },
        });
      }
      return verdict;
    }

    test('is named where it is as old as the standstill, with what ends it', () => {
      const verdict = standing({}, (minute) => [writer(99, (minute - 11) * 60), writer(98, 5)]);
      expect(verdict).toMatchObject({ name: 'stuck', next: 'SELECT pg_terminate_backend(99);' });
      expect(verdict.cause).toMatch(
        /does not move while WAL grows for .*; held up by pid 99 of app \(job\), open for 33m/,
      );
    });

    test('is named where the WAL it holds is what is wrong', () => {
      const change = { retainedBytes: String(0.9 * GIB) };
      const verdict = standing(change, (minute) => [writer(99, (minute - 11) * 60)]);
      expect(verdict).toMatchObject({ name: 'lagging', next: 'SELECT pg_terminate_backend(99);' });
      expect(verdict.cause).toMatch(/drops it; held up by pid 99/);
    });

    test('is none of the traffic of the last minutes, nor to blame where nobody consumes', () => {
      expect(standing({}, () => [writer(98, 60)]).cause).not.toContain('held up');
      const idle = { active: false, inactiveSince: at(10) };
      expect(standing(idle, (minute) => [writer(99, minute * 60)]).cause).not.toContain('held up');
    });
  });

  describe('a transaction that holds up a first copy', () => {
    const holder = (pid: number) => ({
      ...{ kind: 'session' as const, pid, gid: null, user: 'app', application: '', ageSeconds: 90 },
      remedy: `SELECT pg_terminate_backend(${pid});`,
    });
    const tables = [table('orders'), table('customers', { committed: false, freshnessMs: null })];
    const blocked = (pid: number): Look => ({ source: { blockers: [holder(pid)] }, target: { tables } });

    test('is told at the second check, critical from stuckAfter, and over with the transaction', () => {
      const watch = new Watch();
      watch.check(0);
      expect(watch.check(1, blocked(7))).toMatchObject({
        name: 'stuck',
        severity: 'ok',
        next: 'SELECT pg_terminate_backend(7);',
      });
      const verdict = watch.checks(2, 11, blocked(7));
      expect(verdict.symptoms.map(({ rule }) => rule)).toEqual(['snapshot-blocked']);
      expect(verdict).toMatchObject({
        name: 'stuck',
        cause: '1 of 2 tables are being copied, held up by pid 7 of app, open for 1m 30s',
        next: 'SELECT pg_terminate_backend(7);',
      });
      watch.checks(12, 14, { target: { tables } });
      expect(watch.kinds()).toEqual(['2 raised warn', '11 escalated critical', '13 recovered ok']);
    });

    test('is told while a run waits for the copy, too', () => {
      const watch = new Watch();
      expect(watch.checks(0, 1, { ...blocked(7), change: 'replicate' })).toMatchObject({
        name: 'changing',
        severity: 'warn',
        next: 'SELECT pg_terminate_backend(7);',
      });
    });

    test('is another one at each check on a busy server, which is no trouble', () => {
      const watch = new Watch();
      for (let minute = 0; minute < 30; minute += 1) watch.check(minute, blocked(100 + minute));
      expect(watch.kinds()).toEqual([]);
    });

    test('holds nothing up when nothing is copied', () => {
      const watch = new Watch();
      expect(watch.checks(0, 5, { source: { blockers: [holder(7)] } }).name).toBe('healthy');
    });
  });

  test('checks that did not happen are told by the next one', () => {
    const watch = new Watch();
    watch.check(0);
    expect(watch.check(2).symptoms).toEqual([]);
    expect(watch.check(5).symptoms[0]).toMatchObject({ rule: 'check-late', severity: 'warn' });
    expect(watch.check(15).symptoms[0]).toMatchObject({ rule: 'check-late', severity: 'critical' });
    expect(watch.check(16).name).toBe('healthy');
  });
});
