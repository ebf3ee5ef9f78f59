import type { StandbyReading } from '../../../src/core/watch/types';
import { primarySpec } from '../plan/fixtures';
import { at, lsn, Watch, type Look } from './reading';

const file = { ...primarySpec(), name: 'shop' };

/** A standby that has replayed as much of what its primary had, in MiB; the rest as it should be. */
const pair = (
  primary: number,
  replayed = primary,
  change: Partial<StandbyReading> = {},
  { standby = true, of = false } = {},
): Look => ({
  source: {
    server: { standby, history: 'system 7', flushedLsn: null },
    pair: {
      primary: { standby: of, flushedLsn: lsn(primary) },
      ...{ sameSystem: true, replayedLsn: lsn(replayed), feedback: true },
      ...change,
    },
  },
});

describe('a standby that Materialize reads', () => {
  it('that follows its primary is healthy, and no host that leads to a standby by mistake', () => {
    const watch = new Watch(file);
    watch.check(0, pair(10));
    expect(watch.check(1, pair(20))).toMatchObject({ name: 'healthy', symptoms: [] });
    expect(watch.check(2, pair(20))).toMatchObject({ name: 'healthy', symptoms: [] });
    expect(watch.memory?.unreplayed).toEqual({ lsn: lsn(20), at: at(2) });
  });

  it('that was promoted is broken at once, with what the file has to say then', () => {
    const watch = new Watch(file);
    watch.check(0, pair(10));
    expect(watch.check(1, pair(10, 10, {}, { standby: false }))).toMatchObject({
      ...{ name: 'broken', severity: 'critical' },
      cause: 'the standby that Materialize reads was promoted: the source ends there',
      next: 'take source.primary out of the file, n2m apply FILE, then n2m repair shop',
    });
    const without = new Watch({ ...file, source: { ...file.source, primary: undefined } as typeof file.source });
    expect(without.check(0, { source: { server: { standby: false, history: null, flushedLsn: null } } }).name).toBe(
      'healthy',
    );
  });

  it.each<[string, Look, string]>([
    ['a standby', pair(10, 10, {}, { of: true }), 'source.primary leads to a standby: nothing can be set up there'],
    [
      'another system',
      pair(10, 10, { sameSystem: false }),
      'source.primary leads to another system than the standby is a copy of: nothing can be set up there',
    ],
  ])('whose primary is %s: a failover may pass, then it is critical', (_what, look, cause) => {
    const watch = new Watch(file);
    expect(watch.check(0, look)).toMatchObject({ name: 'broken', severity: 'warn', cause });
    expect(watch.check(1, look)).toMatchObject({ severity: 'critical', cause });
    expect(watch.check(2, pair(10, 10, { sameSystem: null })).symptoms).toEqual([]);
  });

  it('that does not replay is told by how long, from the check that saw its primary further', () => {
    const watch = new Watch(file);
    watch.check(0, pair(10));
    // Caught up with what the check before saw, and no more: that is no time.
    expect(watch.check(1, pair(30, 10)).name).toBe('healthy');
    expect(watch.check(2, pair(40, 10))).toMatchObject({
      ...{ name: 'lagging', severity: 'warn' },
      cause:
        'the standby has not replayed what its primary had 1m 00s ago, and lacks 30 MiB of WAL: Materialize gets nothing newer',
      next: expect.stringMatching(/^on the standby: /) as string,
    });
    expect(watch.checks(3, 6, pair(40, 10))).toMatchObject({ name: 'lagging', severity: 'critical' });
    expect(watch.check(7, pair(40, 30)).name).toBe('healthy');
    expect(watch.check(8, pair(40, 40)).name).toBe('healthy');
  });

  it('is not measured by how far another primary was: the pair is another one, or was restored', () => {
    const watch = new Watch(file);
    watch.check(0, pair(500));
    watch.check(1, pair(510, 500));
    expect(watch.check(2, pair(10)).name).toBe('healthy');
    expect(watch.memory?.unreplayed).toEqual({ lsn: lsn(10), at: at(2) });
    expect(watch.checks(3, 9, pair(20)).name).toBe('healthy');
  });

  it('keeps since when over a check that could not read it', () => {
    const watch = new Watch(file);
    watch.check(0, pair(10));
    watch.check(1, pair(30, 10));
    watch.check(2, { source: 'down' });
    expect(watch.check(3, pair(40, 10)).cause).toContain('had 2m 00s ago');
  });

  it('without feedback is told that its slot may be lost, also while all is well', () => {
    const watch = new Watch(file);
    expect(watch.check(0, pair(10, 10, { feedback: false }))).toMatchObject({
      ...{ name: 'lagging', severity: 'warn' },
      cause: expect.stringMatching(/^hot_standby_feedback is off: /) as string,
      next: "on the standby: ALTER SYSTEM SET hot_standby_feedback = 'on'; SELECT pg_catalog.pg_reload_conf();",
    });
  });

  it.each(['rows_removed', 'conflict with recovery'])(
    'whose slot is lost to %s: terminal, with what keeps the next one',
    (reason) => {
      const watch = new Watch(file);
      watch.check(0, pair(10));
      const look = pair(10);
      const slot = { walStatus: 'lost', invalidationReason: reason };
      expect(watch.check(1, { source: { ...(look.source as object), slot } })).toMatchObject({
        ...{ name: 'broken', severity: 'terminal', next: 'n2m repair shop' },
        cause: expect.stringMatching(
          new RegExp(
            `^slot materialize_\\w+ is lost \\(${reason}\\): the primary removed rows that it needs \\(hot_standby_feedback and primary_slot_name`,
          ),
        ) as string,
      });
    },
  );
});
