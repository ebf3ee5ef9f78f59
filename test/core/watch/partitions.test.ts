import { parentsDue, rememberPartitions } from '../../../src/core/watch/readings/partitions';
import type { PartitionsReading, PipelineReading, WatchMemory } from '../../../src/core/watch/types';
import { lsn, type SourceChange, table, Watch, type Look } from './reading';

const named = (name: string) => ({ schema: 'public', name });
const parent = (leaves: string, change: Partial<PartitionsReading['parents'][number]> = {}) => ({
  ...{ oid: 7, ...named('orders'), leaves, cameFilled: [], ...change },
});
const seen = (leaves: string, at = 0, change = {}): Look => ({
  source: { partitions: { xid: '100', lsn: lsn(at), parents: [parent(leaves, change)] } },
});
const looked = (leaves: string, at: number, found: boolean | null | 'late'): Look => ({
  ...seen(leaves, at),
  leftovers: [{ id: 'u-orders', oid: 7, found }],
});

describe('partitions that left with rows', () => {
  it('make the copy to be looked at, are told when two looks find rows of none, and stay told until it is another', () => {
    const watch = new Watch();
    watch.check(0, seen('a'));
    expect(parentsDue(watch.memory)).toEqual([7]);
    watch.checks(1, 2, looked('a', 1, false));
    expect(parentsDue(watch.memory)).toEqual([]);
    expect(watch.check(3, seen('b', 3)).name).toBe('healthy');
    expect(parentsDue(watch.memory)).toEqual([7]);
    expect(watch.check(4, looked('b', 4, true)).name).toBe('healthy');
    const told = watch.check(5, looked('b', 5, true));
    expect(told).toMatchObject({ name: 'broken', severity: 'critical', next: 'n2m repair shop' });
    expect(told.symptoms).toMatchObject([{ rule: 'table-partitions', table: 'public.orders' }]);
    expect(watch.check(6, seen('b', 6)).name).toBe('broken');
    const copied = { tables: [table('orders', { id: 'u99' }), table('customers')] };
    expect(watch.checks(7, 8, { ...seen('b', 7), target: copied }).name).toBe('healthy');
  });

  it('are not told while the copy is behind what deleted their rows', () => {
    const watch = new Watch();
    watch.check(0, seen('a'));
    watch.checks(1, 2, looked('a', 1, false));
    watch.check(3, seen('b', 3));
    const behind = (minute: number): Look => {
      const { source, ...look } = looked('b', minute, true);
      return { ...look, source: { ...(source as SourceChange), slot: { confirmedFlushLsn: lsn(2) } } };
    };
    expect(watch.checks(4, 6, behind(4)).symptoms.map(({ rule }) => rule)).not.toContain('table-partitions');
    expect(parentsDue(watch.memory)).toEqual([7]);
    expect(watch.checks(7, 8, looked('b', 7, false)).name).toBe('healthy');
    expect(parentsDue(watch.memory)).toEqual([]);
  });

  it('are looked for again where no answer came, but not for ever', () => {
    const watch = new Watch();
    watch.check(0, seen('a'));
    watch.checks(1, 19, looked('a', 1, 'late'));
    expect(parentsDue(watch.memory)).toEqual([7]);
    watch.check(20, looked('a', 1, 'late'));
    expect(parentsDue(watch.memory)).toEqual([]);
  });

  it('are let be where nobody can tell', () => {
    const watch = new Watch();
    watch.check(0, seen('a'));
    expect(watch.checks(1, 2, looked('a', 1, null)).name).toBe('healthy');
    expect(parentsDue(watch.memory)).toEqual([]);
  });
});

describe('partitions that came with rows', () => {
  const came = { cameFilled: [named('orders_old')] };

  it('are told at once, by name, until the table is copied again', () => {
    const watch = new Watch();
    watch.check(0, seen('a'));
    expect(watch.check(1, seen('b', 1, came))).toMatchObject({
      ...{ name: 'broken', severity: 'critical', next: 'n2m repair shop' },
      cause:
        'partition public.orders_old came to public.orders with rows, which were never sent: Materialize lacks them',
    });
    expect(watch.check(2, seen('b', 2)).name).toBe('broken');
  });

  it('are in a copy that was made meanwhile', () => {
    const watch = new Watch();
    watch.check(0, seen('a'));
    const copied = { tables: [table('orders', { id: 'u99' }), table('customers')] };
    expect(watch.check(1, { ...seen('b', 1, came), target: copied }).name).toBe('healthy');
  });
});

it('a partition without full identity is a warning while it is empty, and critical with rows', () => {
  const weak = (filled: boolean): Look => ({
    source: {
      tables: [
        { ...named('orders'), replicaIdentity: 'full', weak: { count: 1, first: named('orders_9'), filled } },
        { ...named('customers'), replicaIdentity: 'full' },
      ],
    },
  });
  const next = 'ALTER TABLE "public"."orders_9" REPLICA IDENTITY FULL;';
  const watch = new Watch();
  expect(watch.check(0, weak(false))).toMatchObject({ severity: 'warn', next });
  expect(watch.check(1, weak(true))).toMatchObject({ name: 'broken', severity: 'critical', next });
});

it('what is remembered is bounded, and kept while a run changes things', () => {
  const tables = Array.from({ length: 500 }, (_, n) => table(`t${n}`));
  const parents = tables.map(({ upstream }, oid) => ({ ...upstream, oid, leaves: 'a', cameFilled: [] }));
  const reading = {
    source: {
      ok: true,
      value: { partitions: { xid: '1', lsn: lsn(1), parents }, slot: { confirmedFlushLsn: lsn(1) } },
    },
    target: { ok: true, value: { tables } },
    changeUnderWay: null,
  } as unknown as PipelineReading;
  const { partitions } = rememberPartitions({ reading, memory: null });
  expect(partitions?.parents).toHaveLength(100);
  expect(parentsDue({ partitions })).toHaveLength(5);
  const memory = { partitions } as WatchMemory;
  expect(rememberPartitions({ reading: { ...reading, changeUnderWay: 'replicate' }, memory })).toEqual({ partitions });
});
