import type { ServerReading } from '../../../src/core/watch/types';
import { postgresSpec } from '../plan/fixtures';
import { lsn, SLOT, table, Watch, type Look } from './reading';

const OTHER = 'materialize_ffffffffffffffffffffffffffffffff';
const published = { exists: true, tables: ['orders', 'customers'].map((name) => ({ schema: 'public', name })) };
const less = { source: { publication: { ...published, leavesOut: ['update', 'delete'] } } };
const narrow = { source: { publication: { ...published, narrowed: [{ schema: 'public', name: 'orders' }] } } };

describe('policies that hide rows from the role', () => {
  const hides = (...names: string[]): Look => ({
    source: {
      tables: ['orders', 'customers', ...names]
        .map((name) => ({ schema: 'public', name, replicaIdentity: 'full' }))
        .map((one) => ({ ...one, rowSecurity: one.name !== 'customers' })),
    },
  });

  it('are told at once, while a copy runs, too, with what lets the role past them', () => {
    const warned = { name: 'broken', severity: 'warn', next: 'ALTER ROLE "materialize" BYPASSRLS;' };
    const watch = new Watch();
    watch.check(0);
    expect(watch.check(1, hides())).toMatchObject({
      ...warned,
      cause: expect.stringMatching(/^policies hide rows of public\.orders from materialize: /) as string,
    });
    expect(watch.check(2).symptoms).toEqual([]);
    const copying = { target: { tables: [table('orders', { committed: false })] } };
    expect(watch.check(3, { ...hides(), ...copying })).toMatchObject(warned);
    const made = { ...postgresSpec(), name: 'shop' };
    expect(new Watch(made).check(0, hides()).next).toMatch(/^n2m apply; .* ALTER ROLE "materialize" BYPASSRLS;$/);
  });

  it('of a thousand tables name a few', () => {
    const many = Array.from({ length: 1000 }, (_, n) => `t${n}`);
    expect(new Watch().check(0, hides(...many)).cause.length).toBeLessThan(300);
  });
});

describe('what a publication leaves out', () => {
  it('is told at the next check, and stays told after it was put back, until the source is another one', () => {
    const watch = new Watch();
    watch.check(0);
    expect(watch.check(1, less)).toMatchObject({
      name: 'broken',
      severity: 'critical',
      cause: 'publication n2m_shop left out update, delete of every table: Materialize lacks them',
      next: 'n2m repair shop',
    });
    expect(watch.check(3, less).cause).toContain('of every table, seen for 2m 00s: Materialize lacks them');
    expect(watch.check(4)).toMatchObject({
      name: 'broken',
      cause: expect.stringContaining('left out update') as string,
    });
    const repaired: Look = { source: { slot: { slot: OTHER } }, target: { source: source(OTHER) } };
    expect(watch.checks(5, 6, repaired).name).toBe('healthy');
  });

  it('is told of one table, until that table is another one', () => {
    const watch = new Watch();
    watch.check(0);
    const { name, symptoms } = watch.check(1, narrow);
    expect({ name, tables: symptoms.map((symptom) => symptom.table) }).toEqual({
      name: 'broken',
      tables: ['public.orders'],
    });
    expect(watch.check(2).name).toBe('broken');
    const copied = { target: { tables: [table('orders', { id: 'u99' }), table('customers')] } };
    expect(watch.checks(3, 4, copied).name).toBe('healthy');
  });

  it('is told of no table of another schema whose names, written together, read the same', () => {
    const watch = new Watch();
    const dotted = { ...published, narrowed: [{ schema: 'public.orders', name: 'old' }] };
    const target = { tables: [table('orders'), table('old', { upstream: { schema: 'public', name: 'orders.old' } })] };
    const there = { exists: true, tables: [...published.tables, { schema: 'public', name: 'orders.old' }] };
    watch.check(0, { source: { publication: there }, target });
    const { symptoms } = watch.check(1, { source: { publication: { ...dotted, tables: there.tables } }, target });
    expect(symptoms.map(({ rule }) => rule)).toEqual([]);
  });
});

const source = (slot: string) => ({
  ...{ exists: true, id: 'u4', slot, status: 'running', error: null, stalledSince: [] },
});
const server = (change: Partial<ServerReading>): Look => ({
  source: { server: { standby: false, history: 'system 7', flushedLsn: lsn(500), ...change } },
});

describe('the server upstream', () => {
  it.each<[string, Partial<ServerReading>, RegExp]>([
    ['ends before where it was', { flushedLsn: lsn(499.9) }, /went back in time: its WAL ends at .* and went to/],
    ['is another one', { history: 'system 8', flushedLsn: lsn(900) }, /another one \(system 7 before, system 8 now\)/],
  ])('%s: terminal, for good, also once it is further than before', (_what, change, cause) => {
    const watch = new Watch();
    watch.check(0, server({}));
    expect(watch.check(1, server(change))).toMatchObject({
      name: 'broken',
      severity: 'terminal',
      cause: expect.stringMatching(cause) as string,
      next: 'n2m repair shop',
    });
    expect(watch.check(2, server({ ...change, flushedLsn: lsn(900) })).severity).toBe('terminal');
    const repaired = server({ ...change, flushedLsn: lsn(901) });
    const anew = {
      source: { ...(repaired.source as object), slot: { slot: OTHER } },
      target: { source: source(OTHER) },
    };
    expect(watch.checks(3, 4, anew).name).toBe('healthy');
  });

  it('that does not tell, as Aurora, or stands still, is no other one', () => {
    const watch = new Watch();
    watch.check(0, server({}));
    expect(watch.check(1, server({ history: null, flushedLsn: null })).name).toBe('healthy');
    expect(watch.check(2, server({})).name).toBe('healthy');
    expect(watch.memory?.server).toMatchObject({ history: 'system 7', flushedLsn: lsn(500) });
  });

  it('remembers the furthest over a time in which it does not tell', () => {
    const watch = new Watch();
    watch.check(0, server({}));
    watch.check(1, server({ standby: true, flushedLsn: null }));
    expect(watch.check(2, server({ flushedLsn: lsn(400) })).cause).toMatch(/went back in time/);
  });

  it('is a standby: a failover may pass, then it is critical', () => {
    const watch = new Watch();
    watch.check(0, server({}));
    const standby = server({ standby: true, flushedLsn: null });
    expect(watch.check(1, standby)).toMatchObject({ name: 'broken', severity: 'warn' });
    expect(watch.check(2, standby)).toMatchObject({
      severity: 'critical',
      cause: expect.stringMatching(/standby/) as string,
    });
    expect(watch.memory?.slot).toBe(SLOT);
  });
});
