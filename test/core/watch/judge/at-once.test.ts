import type { Severity, VerdictName } from '../../../../src/core/watch/types';
import type { RefusedWrite, WritesProof } from '../../../../src/core/objects/replica-identity/harm/refused';
import { at, slot, table, targetCluster, targetSource, Watch, type Look, dead } from '../reading';

const GIB = 2 ** 30;

const noCap = { maxSlotWalKeepSize: null };

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
