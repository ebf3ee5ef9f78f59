import { keep } from '../../../src/core/watch/readings/kept';
import { lacking } from '../../../src/core/watch/readings/columns';
import type { TargetTableReading } from '../../../src/core/watch/types';
import { healthySource, healthyTarget, reading, table, Watch } from './reading';

const named = (name: string) => ({ schema: 'public', name });
const upstream = healthySource(0, {
  tables: ['orders', 'customers'].map((name) => ({ ...named(name), replicaIdentity: 'full', columns: 3 })),
});
const lacks = (...tables: TargetTableReading[]): string[] =>
  lacking(upstream, healthyTarget({ tables })).map((one) => one.table);
const copy = table('orders_n2m_new', { upstream: named('orders'), committed: false, columns: 4 });

describe('columns that came upstream', () => {
  it('are seen by their number, in what is committed, well and read by people', () => {
    expect(lacks(table('orders', { columns: 2 }), table('customers', { columns: 3 }))).toEqual(['orders']);
    expect(lacks(table('orders', { columns: 2, committed: false }))).toEqual([]);
    expect(lacks(table('orders', { columns: 2, error: 'table was dropped' }))).toEqual([]);
    expect(lacks(table('orders', { columns: 4 }), table('orders'))).toEqual([]);
    expect(lacks(table('orders', { columns: 3 }), { ...copy, committed: true, columns: 1 })).toEqual([]);
  });

  it('are a warning with the first of them by name, until the copy has them', () => {
    const watch = new Watch();
    const behind = {
      count: 4,
      first: [
        { ...named('orders'), columns: ['a', 'b', 'c', 'd', 'e'] },
        { ...named('customers'), columns: [] },
      ],
    };
    const told = watch.check(0, { behind });
    expect(told).toMatchObject({
      name: 'lagging',
      severity: 'warn',
      cause:
        'Materialize lacks columns that upstream has: public.orders (a, b, c and 2 more), public.customers and 2 more',
    });
    expect(told.next).toMatch(/^n2m apply FILE brings them/);
    expect(watch.check(1).name).toBe('healthy');
  });

  it('take no room in what a check keeps', () => {
    const behind = { count: 1, first: [{ ...named('orders'), columns: ['a'] }] };
    const tables = [table('orders', { columns: 2 })];
    const kept = (look = {}) => keep(reading(0, { target: { tables }, ...look }), 'all');
    expect(kept({ behind })).toEqual(kept());
    expect(JSON.stringify(kept())).not.toContain('columns');
  });
});

describe('a copy beside its table', () => {
  const tables = [table('orders'), copy];

  it('is no table of its own, and holds the slot up while it is made', () => {
    const watch = new Watch();
    const copying = { target: { tables } };
    expect(watch.check(0, { ...copying, change: 'replicate' }).name).toBe('changing');
    expect(watch.check(1, copying)).toMatchObject({
      name: 'lagging',
      severity: 'warn',
      cause: 'a run ended before a copy took the place of its table: orders_n2m_new',
      next: 'n2m apply FILE goes on with it',
    });
    const dead = { tables: [table('orders'), { ...copy, status: 'stalled', error: 'postgres: table was truncated' }] };
    expect(watch.check(2, { target: dead }).symptoms.map(({ rule }) => rule)).toEqual(['columns-behind']);
  });
});
