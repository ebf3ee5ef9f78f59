import type { Severity, SlotReading, Verdict, VerdictName } from '../../../src/core/watch/types';
import { TABLE_ERRORS, valueRefused } from '../../../src/core/watch/errors/table-errors';
import { SOURCE_ERRORS } from '../../../src/core/watch/source-errors';
import type { RefusedWrite, WritesProof } from '../../../src/core/objects/replica-identity/refused';
import { judge } from '../../../src/core/watch/judge';
import { at, lsn, reading, SLOT, slot, spec, table, targetCluster, targetSource, Watch, type Look } from './reading';

const GIB = 2 ** 30;
const noCap = { maxSlotWalKeepSize: null };
const dead = (error: string): Look => ({
  target: { tables: [table('orders', { status: 'stalled', error }), table('customers')] },
});
const truncated = 'postgres: Source error: source must be dropped and recreated due to failure: table was truncated';

const refusing = (...writes: Partial<RefusedWrite>[]): WritesProof => ({
  refused: writes.map((write) => ({
    ...{
      schema: 'public',
      name: 'orders',
      operation: 'UPDATE',
      code: '42P10',
      detail: 'Column list …',
      virtual: false,
    },
    publications: [{ name: 'theirs', columns: true, generated: true }],
    ...write,
  })),
  refusedCount: writes.length,
  untold: [],
  untoldCount: 0,
});

test('refused writes are told during a change and a copy, and with the statement that mends each kind', () => {
  const next = (write: Partial<RefusedWrite>) =>
    new Watch().check(0, { source: { writes: refusing(write) }, change: 'replicate' }).symptoms[0]?.next;
  const on = (publications: RefusedWrite['publications'], virtual = false) => ({ publications, virtual });
  expect(next({})).toBe(
    'ALTER PUBLICATION "theirs" DROP TABLE ONLY "public"."orders"; ALTER PUBLICATION "theirs" ADD TABLE ONLY "public"."orders";',
  );
  expect(next(on([{ name: 'p', columns: false, generated: false }]))).toBe(
    'ALTER PUBLICATION "p" SET (publish_generated_columns = stored);',
  );
  expect(next(on([{ name: 'p', columns: false, generated: false }], true))).toBe(
    'ALTER TABLE "public"."orders" REPLICA IDENTITY DEFAULT;',
  );
  expect(next({ code: '55000' })).toBe('ALTER TABLE "public"."orders" REPLICA IDENTITY FULL;');
});

test('a pipeline without trouble is healthy and says by how much', () => {
  const verdict = new Watch().checks(0, 5);
  expect(verdict).toMatchObject({
    name: 'healthy',
    severity: 'ok',
    cause: '2 tables at most 1.2 s behind, the slot moves',
  });
});

describe('what one check tells at once', () => {
  test.each<[string, Look, string, VerdictName, Severity, RegExp]>([
    [
      '70 % of the cap',
      { source: slot({ retainedBytes: String(0.7 * GIB) }) },
      'retained-wal',
      'lagging',
      'warn',
      /70 % of the 1\.0 GiB/,
    ],
    [
      '85 % of the cap',
      { source: slot({ retainedBytes: String(0.85 * GIB) }) },
      'retained-wal',
      'lagging',
      'critical',
      /85 %/,
    ],
    [
      '1 GiB without a cap',
      { source: { ...slot({ retainedBytes: String(GIB) }), ...noCap } },
      'retained-wal',
      'lagging',
      'warn',
      /without a cap/,
    ],
    [
      '2 GiB without a cap',
      { source: { ...slot({ retainedBytes: String(2 * GIB) }), ...noCap } },
      'retained-wal',
      'lagging',
      'critical',
      /2\.0 GiB/,
    ],
    [
      'wal_status unreserved',
      { source: slot({ walStatus: 'unreserved' }) },
      'slot-unreserved',
      'stuck',
      'critical',
      /no longer reserves/,
    ],
    [
      'wal_status lost',
      { source: slot({ walStatus: 'lost', invalidationReason: 'wal_removed' }) },
      'slot-lost',
      'broken',
      'terminal',
      /lost \(wal_removed\)/,
    ],
    [
      'a truncated table',
      dead(truncated),
      'table-error',
      'broken',
      'critical',
      /public\.orders stands still: it was truncated/,
    ],
    [
      'a table taken out of the publication',
      {
        source: {
          publication: { exists: true, leavesOut: [], tables: [{ schema: 'public', name: 'customers' }] },
        },
      },
      'table-unpublished',
      'broken',
      'critical',
      /public\.orders was taken out of publication n2m_shop/,
    ],
    [
      'a table dropped upstream',
      {
        source: {
          publication: { exists: true, leavesOut: [], tables: [{ schema: 'public', name: 'customers' }] },
          tables: [{ schema: 'public', name: 'customers', replicaIdentity: 'full' }],
        },
      },
      'table-unpublished',
      'broken',
      'critical',
      /does not exist upstream/,
    ],
    [
      'a weakened replica identity',
      { source: { tables: [{ schema: 'public', name: 'orders', replicaIdentity: 'default' }] } },
      'table-identity',
      'broken',
      'critical',
      /public\.orders has replica identity default/,
    ],
    [
      'updates that Postgres refuses',
      { source: { writes: refusing({ operation: 'UPDATE' }, { operation: 'DELETE' }) } },
      'writes-refused',
      'broken',
      'critical',
      /^the application's UPDATE and DELETE of public\.orders fail with 42P10: .* left out by publication theirs$/,
    ],
    [
      'a dropped publication',
      { source: { publication: { exists: false, leavesOut: [], tables: [] } } },
      'publication-missing',
      'broken',
      'critical',
      /n2m_shop does not exist/,
    ],
    [
      '80 % of memory',
      { target: targetCluster({ memory: 0.8 }) },
      'cluster-utilization',
      'lagging',
      'warn',
      /80 % of its memory/,
    ],
    [
      '90 % of disk',
      { target: targetCluster({ disk: 0.91 }) },
      'cluster-utilization',
      'lagging',
      'critical',
      /91 % of its disk/,
    ],
    [
      'a restart by out-of-memory',
      {
        target: targetCluster({
          replicas: [{ id: 'u1', name: 'r1', size: '50cc', status: 'online', reason: 'oom-killed', since: at(6) }],
        }),
      },
      'cluster-oom',
      'stuck',
      'critical',
      /ran out of memory/,
    ],
    [
      'a source that is gone',
      { target: { ...targetSource({ exists: false }), tables: [] } },
      'source-missing',
      'broken',
      'critical',
      /does not exist in Materialize/,
    ],
  ])('%s', (_what, look, rule, name, severity, cause) => {
    const watch = new Watch();
    watch.checks(0, 5);
    const verdict = watch.check(6, look);
    expect(verdict).toMatchObject({ name, severity, cause: expect.stringMatching(cause) as string });
    expect(verdict.symptoms.map((symptom) => symptom.rule)).toEqual([rule]);
  });

  test('a slot that is gone after it was seen, and never says so of one not yet made', () => {
    const gone = {
      source: slot({ exists: false, active: false, restartLsn: null, confirmedFlushLsn: null, retainedBytes: null }),
    };
    expect(new Watch().check(0, gone).name).toBe('healthy');
    const watch = new Watch();
    watch.check(0);
    expect(watch.check(1, gone)).toMatchObject({ name: 'broken', severity: 'terminal', next: 'n2m repair shop' });
  });

  test('each table with trouble by its name', () => {
    const tables = [
      table('orders', { status: 'stalled', error: truncated }),
      table('customers', { status: 'stalled', error: truncated }),
    ];
    const verdict = new Watch().check(0, { target: { tables } });
    expect(verdict.symptoms.map((symptom) => symptom.table)).toEqual(['public.customers', 'public.orders']);
  });

  test('a hundred tables with one trouble as twenty symptoms', () => {
    const tables = Array.from({ length: 100 }, (_, n) =>
      table(`t${String(n).padStart(3, '0')}`, { status: 'stalled', error: truncated }),
    );
    const watch = new Watch();
    const verdict = watch.checks(0, 3, { target: { tables } });
    expect(verdict.symptoms).toHaveLength(20);
    expect(verdict.symptoms.at(-1)?.cause).toContain('81 more tables');
  });
});

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

describe('terminal states', () => {
  test('are latched: a slot made anew under the old name clears nothing', () => {
    const watch = new Watch();
    watch.check(0);
    watch.check(1, { source: slot({ exists: false }) });
    expect(watch.checks(2, 60)).toMatchObject({ name: 'broken', severity: 'terminal', next: 'n2m repair shop' });
  });

  test('a slot that is missing is told once, also when Materialize made it anew and finds it too young', () => {
    const error = 'postgres: slot overcompacted. Requested LSN 12 but only LSNs >= 13 are available';
    const stalled: Look = { target: targetSource({ status: 'stalled', error }) };
    const watch = new Watch();
    watch.check(0);
    watch.check(1, { source: slot({ exists: false }), ...stalled });
    const verdict = watch.checks(2, 9, stalled);
    expect(verdict.symptoms.map(({ rule }) => rule)).toEqual(['slot-missing']);
    expect(watch.kinds()).toEqual(['1 raised terminal']);
  });

  test('a slot made anew before anybody missed it is lost', () => {
    const error = 'postgres: slot overcompacted. Requested LSN 12 but only LSNs >= 13 are available';
    const watch = new Watch();
    watch.check(0);
    const verdict = watch.check(1, { target: targetSource({ status: 'stalled', error }) });
    expect(verdict.symptoms.map(({ rule }) => rule)).toEqual(['slot-lost']);
  });

  test.each([
    ['a list', spec.source.tables, 'take it out of the file, then n2m apply'],
    ['schemas', { kind: 'schemas' as const, schemas: ['public'], aliases: [] }, 'n2m apply'],
    ['all', { kind: 'all' as const, aliases: [] }, 'n2m apply'],
  ])('a table dropped upstream leaves %s by a command that can be followed', (_what, tables, next) => {
    const watch = new Watch({ ...spec, source: { ...spec.source, tables } });
    const customers = { schema: 'public', name: 'customers' };
    const source: Look['source'] = {
      publication: { exists: true, leavesOut: [], tables: [customers] },
      tables: [{ ...customers, replicaIdentity: 'full' }],
    };
    expect(watch.checks(0, 2, { source }).symptoms).toMatchObject([{ rule: 'table-unpublished', next }]);
  });

  test('a table that was taken out of the publication and died of it is told once, and again when only it is dead', () => {
    const source: Look['source'] = {
      publication: { exists: true, leavesOut: [], tables: [{ schema: 'public', name: 'customers' }] },
    };
    const died = dead('postgres: Source error: table was dropped');
    const watch = new Watch();
    watch.check(0);
    watch.check(1, { source });
    expect(watch.check(2, { source, ...died }).symptoms.map(({ rule }) => rule)).toEqual(['table-unpublished']);
    expect(watch.check(3, { source: 'down', ...died }).symptoms).toEqual([]);
    watch.checks(4, 6, { source, ...died });
    expect(watch.kinds()).toEqual(['1 raised critical']);
    expect(watch.check(7, died).symptoms.map(({ rule }) => rule)).toEqual(['table-error']);
    expect(watch.kinds()).toEqual(['1 raised critical', '7 raised critical']);
  });

  test('a dead table that is not published either is told once, also when its row looks well again', () => {
    const source: Look['source'] = {
      publication: { exists: true, leavesOut: [], tables: [{ schema: 'public', name: 'customers' }] },
    };
    const watch = new Watch();
    watch.check(0);
    watch.check(1, { source, ...dead('postgres: Source error: table was dropped') });
    const verdict = watch.checks(2, 9, { source });
    expect(verdict.symptoms.map(({ rule }) => rule)).toEqual(['table-error']);
    expect(watch.kinds()).toEqual(['1 raised critical']);
  });

  test('are over when a repair brought another slot', () => {
    const watch = new Watch();
    watch.check(0);
    watch.check(1, { source: slot({ walStatus: 'lost' }) });
    const other = 'materialize_ffffffffffffffffffffffffffffffff';
    const repaired = { source: slot({ slot: other }), target: targetSource({ slot: other }) };
    expect(watch.check(2, repaired).name).toBe('healthy');
    expect(watch.memory?.latched).toEqual([]);
  });

  test('of a table are latched by its id, also when its row says running again', () => {
    const watch = new Watch();
    watch.check(0, dead(truncated));
    expect(watch.check(1)).toMatchObject({ name: 'broken', severity: 'critical' });
    expect(watch.check(2, { target: { tables: [table('orders', { id: 'u99' }), table('customers')] } }).name).toBe(
      'healthy',
    );
  });

  test('are told apart from errors that end by themselves', () => {
    const watch = new Watch();
    watch.check(0, dead('postgres: invalid UTF8 string: x'));
    expect(watch.check(1).name).toBe('healthy');
  });
});

describe('the texts of Materialize', () => {
  test.each(SOURCE_ERRORS.map((known) => [known.example, known]))(
    'of the source mean something: %s',
    (example, known) => {
      expect(SOURCE_ERRORS.find((other) => other.pattern.test(example))).toBe(known);
      const watch = new Watch();
      watch.check(0);
      const target = {
        ...targetSource({ status: 'stalled', error: example }),
        tables: [table('orders', { status: 'stalled', error: example })],
      };
      const verdict = watch.checks(1, 2, { target });
      expect(verdict.symptoms.map((symptom) => symptom.rule)).toEqual([known.rule]);
      expect(verdict.cause).toContain(known.meaning);
    },
  );

  test.each(TABLE_ERRORS.map((known) => [known.example, known]))('of a table mean something: %s', (example, known) => {
    const verdict = new Watch().check(0, dead(example));
    const value = valueRefused(example);
    if (value) expect(verdict.cause).toBe(`public.orders cannot be read: ${known.meaning}, ${value.why}`);
    else expect(verdict.cause).toContain(`public.orders stands still: ${known.meaning}`);
  });

  test.each<[string, string]>([
    [
      'UNIQUE constraint "it\'s \\"odd\\"" (a, b) was dropped upstream',
      `: UNIQUE constraint "it's \\"odd\\"" (a, b) was dropped upstream, which a table made WITH (EXCLUDE CONSTRAINTS ('it''s "odd"')) outlives`,
    ],
    [
      'PRIMARY KEY constraint "orders_pkey" (id) was renamed or recreated upstream',
      `: PRIMARY KEY constraint "orders_pkey" (id) was renamed or recreated upstream, which a table made WITH (EXCLUDE CONSTRAINTS ('orders_pkey')) outlives`,
    ],
    [
      'UNIQUE constraint "old" (a) was renamed upstream to "new"',
      `: UNIQUE constraint "old" (a) was renamed upstream to "new", which a table made WITH (EXCLUDE CONSTRAINTS ('new')) outlives`,
    ],
    [
      'the NOT NULL constraint on column "table was truncated" was dropped upstream',
      `: NOT NULL constraint on column "table was truncated" was dropped upstream, which a table made WITH (EXCLUDE ALL CONSTRAINTS) outlives`,
    ],
    ['the type of column "a" changed upstream', ': the type of column "a" changed upstream'],
    [
      'column "a" changed position upstream (the column or table was likely dropped and recreated)',
      ': column "a" changed position upstream',
    ],
    ['table was dropped and recreated upstream (it now has oid 16999)', ': it was dropped and made again upstream'],
    ['table was renamed or moved upstream (it is now b.c)', ': it was renamed or moved to another schema upstream'],
  ])('of a changed table name what changed: %s', (change, cause) => {
    const watch = new Watch();
    const verdict = watch.check(0, dead(`postgres: incompatible schema change on public.orders: ${change}`));
    expect(verdict).toMatchObject({ name: 'broken', severity: 'critical', next: 'n2m repair shop' });
    expect(verdict.cause.slice(-cause.length)).toBe(cause);
    expect(watch.memory?.latched).toHaveLength(1);
  });

  test('of a demoted primary is terminal, also where only the tables have it', () => {
    const error =
      'postgres: unsupported action: upstream physical replica status changed (e.g. a physical replica was promoted to a primary). Expected pg_is_in_recovery()=false but got true';
    const tables = ['orders', 'customers'].map((name) => table(name, { status: 'stalled', error }));
    const watch = new Watch();
    watch.check(0);
    const { name, severity, symptoms, next } = watch.check(1, { target: { tables } });
    expect({ name, severity, rules: symptoms.map(({ rule }) => rule), next }).toEqual({
      ...{ name: 'broken', severity: 'terminal', rules: ['source-restored'] },
      next: 'let the host lead to the primary; then n2m repair shop',
    });
    expect(watch.check(2).severity).toBe('terminal');
  });

  test('that nobody knows are told after two checks', () => {
    const watch = new Watch();
    expect(watch.check(0, dead('postgres: something new'))).toMatchObject({ name: 'broken', severity: 'ok' });
    expect(watch.check(1, dead('postgres: something new'))).toMatchObject({ name: 'broken', severity: 'critical' });
  });

  test('that the whole source suffers from are not told once per table', () => {
    const error = 'postgres: sql client error: connection closed';
    const tables = [table('orders', { status: 'stalled', error }), table('customers', { status: 'stalled', error })];
    const watch = new Watch();
    const verdict = watch.checks(0, 6, { target: { ...targetSource({ status: 'stalled', error }), tables } });
    expect(verdict.symptoms.map((symptom) => symptom.rule)).toEqual(['not-running']);
  });

  test('of a paused cluster lead to its replication factor', () => {
    const target = { ...targetSource({ status: 'paused' }), ...targetCluster({ replicationFactor: 0, replicas: [] }) };
    const verdict = new Watch().checks(0, 2, { target });
    expect(verdict).toMatchObject({
      name: 'broken',
      next: 'ALTER CLUSTER "ingest_shop" SET (REPLICATION FACTOR = 1);',
    });
    expect(verdict.cause).toContain('replication factor 0');
  });

  test('of a table are no trouble of its own when its row alone lags behind a source that is back', () => {
    const error = 'postgres: sql client error: connection closed';
    const watch = new Watch();
    watch.check(0);
    const tables = [table('orders', { status: 'stalled', error }), table('customers', { status: 'stalled', error })];
    const refused = 'postgres: db error: FATAL: password authentication failed for user "materialize"';
    watch.checks(1, 3, { target: { ...targetSource({ status: 'stalled', error: refused }), tables } });
    watch.check(4, { target: { tables } });
    watch.checks(5, 9);
    expect(watch.kinds()).toEqual(['2 raised warn', '5 recovered ok']);
    watch.checks(10, 11, { target: { tables } });
    expect(watch.kinds().at(-1)).toBe('11 raised critical');
  });
});

describe('events of Materialize', () => {
  const seconds = (minute: number, more: number): string =>
    new Date(Date.parse(at(minute)) + more * 1000).toISOString();
  const seenTo = (look: Look, minute = 1): string | undefined => {
    const watch = new Watch();
    watch.check(0);
    watch.check(minute, look);
    return watch.memory?.eventsSeenTo;
  };

  test('are asked for from before the reading began: its end would lose those in between', () => {
    const slow = { ...reading(1), durationMs: 20_000 };
    expect(judge(slow, null, spec, at(1)).memory.eventsSeenTo).toBe(seconds(1, -25));
  });

  test('are not seen twice', () => {
    const event = { at: seconds(1, -2), error: 'shop_source: postgres: x' };
    expect(seenTo({ target: targetSource({ stalledSince: [event] }) })).toBe(event.at);
  });

  test('of the time in which Materialize could not be read are asked for later', () => {
    expect(seenTo({ target: 'down' }, 30)).toBe(seenTo({}, 0));
  });
});

test('the first check takes no old events for new ones', () => {
  const target = targetSource({ stalledSince: [{ at: at(-60), error: 'shop_source: postgres: slot overcompacted' }] });
  expect(judge(reading(0, { target }), null, spec, at(0)).verdict.name).toBe('healthy');
});

test('the first check knows a source that flaps over a lost slot, though it runs at that moment', () => {
  const event = { at: at(-0.5), error: 'shop_source: postgres: slot overcompacted' };
  const { verdict } = judge(reading(0, { target: targetSource({ stalledSince: [event] }) }), null, spec, at(0));
  expect(verdict).toMatchObject({ name: 'broken', severity: 'terminal' });
});

test('a slot whose name nobody told yet is not missed', () => {
  const source = slot({ slot: '', exists: false });
  expect(judge(reading(0, { source, target: 'down' }), null, spec, at(0)).memory).toMatchObject({
    slot: null,
    slotSeen: false,
  });
  expect(SLOT).toMatch(/^materialize_[0-9a-f]{32}$/);
});
