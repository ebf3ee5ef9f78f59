import { lsn, slot, table, targetSource, Watch, type Look } from '../reading';

const GIB = 2 ** 30;

describe('what cannot be seen', () => {
  test.each<[string, Look]>([
    ['the source database', { source: 'down' }],
    ['Materialize', { target: 'down' }],
    ['both', { source: 'down', target: 'down' }],
  ])('is unknown from the first check on, never healthy: %s', (_what, look) => {
    const watch = new Watch();
    expect(watch.check(0, look).name).toBe('unknown');
    expect(watch.checks(1, 30, look).name).toBe('unknown');
  });

  test('leaves what is known to be broken broken', () => {
    const watch = new Watch();
    watch.check(0);
    watch.check(1, { source: slot({ walStatus: 'lost' }) });
    expect(watch.checks(2, 9, { source: 'down', target: 'down' })).toMatchObject({
      name: 'broken',
      severity: 'terminal',
    });
  });

  test('names the rules it could not judge', () => {
    const { notJudged } = new Watch().check(0, { source: 'down' });
    expect(notJudged).toContain('retained-wal');
    expect(notJudged).not.toContain('freshness');
  });

  test('a source that stands is never called healthy, also before anybody is told', () => {
    const watch = new Watch();
    watch.check(0);
    expect(watch.check(1, { target: targetSource({ status: 'stalled', error: 'postgres: x' }) })).toMatchObject({
      name: 'broken',
      severity: 'ok',
    });
  });
});

describe('a run or a copy under way', () => {
  test('is changing, whatever it shows meanwhile', () => {
    const look: Look = {
      change: 'replicate',
      target: targetSource({ status: 'starting' }),
      source: slot({ exists: false, active: false }),
    };
    expect(new Watch().checks(0, 20, look)).toMatchObject({
      name: 'changing',
      severity: 'ok',
      cause: 'replicate is under way',
    });
  });

  test('still tells of WAL that fills up', () => {
    const verdict = new Watch().check(0, { change: 'replicate', source: slot({ retainedBytes: String(0.9 * GIB) }) });
    expect(verdict).toMatchObject({ name: 'changing', severity: 'critical' });
  });

  test('of tables copied for the first time is snapshotting, and the slot may stand', () => {
    const watch = new Watch();
    watch.check(0);
    const tables = [table('orders'), table('customers', { committed: false, freshnessMs: null })];
    let verdict = watch.check(1);
    for (let minute = 2; minute < 100; minute += 1) {
      verdict = watch.check(minute, {
        source: slot({ restartLsn: lsn(1), confirmedFlushLsn: lsn(1) }),
        target: { tables },
      });
    }
    expect(verdict).toMatchObject({ name: 'snapshotting', severity: 'ok', cause: '1 of 2 tables are being copied' });
    expect(watch.check(100, { source: slot({ restartLsn: lsn(1), confirmedFlushLsn: lsn(1) }) }).severity).toBe('ok');
  });
});
