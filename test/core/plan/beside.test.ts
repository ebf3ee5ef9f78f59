import { besideOf } from '../../../src/core/objects/beside/decide';
import type { ChildFacts } from '../../../src/core/objects/source/facts';
import type { ColumnFacts } from '../../../src/core/objects/tables/facts';
import type { TargetFacts } from '../../../src/core/plan/facts';
import { makePlan } from '../../../src/core/plan/plan';
import type { Plan, PlanStep } from '../../../src/core/plan/types';
import type { PipelineSpec } from '../../../src/core/spec/types';
import * as f from './fixtures';

const column = (name: string, change: Partial<ColumnFacts> = {}): ColumnFacts => ({
  ...{ name, type: 'text', typeOid: 25, nullable: true, generated: null, expression: null, ingest: 'yes' },
  ...change,
});

const view = { id: 'u9', name: 'materialize.shop.v', type: 'view' };
const other = { id: 'u8', name: 'materialize.shop.w', type: 'view' };

/** Both tables as source tables, each with a column `id` alone, unless said otherwise. */
const orders = (change: Partial<ChildFacts> = {}): ChildFacts =>
  f.child('orders', { kind: 'table', columns: ['id'], ...change });
const customers = (change: Partial<ChildFacts> = {}): ChildFacts =>
  f.child('customers', { kind: 'table', columns: ['id'], ...change });
const copy = (end: 'new' | 'old', change: Partial<ChildFacts> = {}): ChildFacts =>
  orders({ id: `u-orders-${end}`, name: `orders_n2m_${end}`, ...change });

interface Scene {
  children?: ChildFacts[];
  upstream?: { orders?: ColumnFacts[]; customers?: ColumnFacts[] };
  spec?: PipelineSpec;
  target?: Partial<TargetFacts>;
  comment?: string | null;
}

const sides = ({ children = [orders(), customers()], upstream = {}, target, comment }: Scene) => {
  const built = f.builtTarget(target);
  const source = built.source!;
  const prepared = f.preparedSource();
  return {
    from: {
      ...prepared,
      tables: prepared.tables.map((table) => ({
        ...table,
        columns: [...table.columns, ...(upstream[table.name as 'orders' | 'customers'] ?? [])],
      })),
    },
    to: {
      ...built,
      versionNum: 2_603_900,
      source: {
        ...source,
        ...(comment === undefined ? {} : { comment }),
        ...{ syntax: 'tables' as const, children, dependents: children.flatMap(({ dependents }) => dependents) },
        ...{
          textColumns: children.flatMap((child) =>
            child.textColumns.map((name) => `public.${child.upstream.name}.${name}`),
          ),
          excludeColumns: children.flatMap((child) =>
            child.excludeColumns.map((name) => `public.${child.upstream.name}.${name}`),
          ),
        },
      },
    },
  };
};

const planned = (scene: Scene): Plan => {
  const { from, to } = sides(scene);
  return makePlan(scene.spec ?? f.spec, from, to, f.watched);
};

const due = (plan: Plan): string[] =>
  plan.steps.filter(({ action }) => action !== 'keep').map(({ id, action }) => `${id} ${action}`);
const step = (plan: Plan, id: string): PlanStep => plan.steps.find((one) => one.id === id)!;
const told = (plan: Plan, code: string) => plan.findings.filter((finding) => finding.code === code);

const note = [column('note')];

describe('a column that was added upstream', () => {
  test('is told, and brought by a copy beside the table, which stays until it is committed', () => {
    const plan = planned({ upstream: { orders: note }, children: [orders({ dependents: [view] }), customers()] });
    expect(due(plan)).toEqual(['copy-beside change', 'running change', 'snapshot change', 'switch-tables change']);
    expect(told(plan, 'columns-added')).toEqual([
      {
        code: 'columns-added',
        severity: 'warning',
        subject: 'public.orders',
        sentence:
          'public.orders has columns upstream that Materialize lacks: note; n2m apply copies it again beside it: about 1,000 rows, 8.0 KiB, roughly 30 s at 200cc',
        fix: 'to do without: source.excludeColumns: [public.orders.note]',
      },
    ]);
    expect(step(plan, 'copy-beside')).toMatchObject({
      sentence: 'copy public.orders again beside the one there: about 1,000 rows, 8.0 KiB, roughly 30 s at 200cc',
      changes: ['public.orders: note: added upstream'],
      interrupts: 'the tables of this source can be read and stand still while it is copied; upstream keeps the WAL',
    });
    expect(step(plan, 'switch-tables').sentence).toBe(
      'let the copy of public.orders take its place once committed, and drop the old; what is built on it is made again: view materialize.shop.v',
    );
    expect(plan.needsApproval.map(({ key }) => key)).toEqual(['copy-again:public.orders', 'rebuild-dependents']);
    expect(plan.tables.filter(({ fresh }) => fresh).map(({ name, target }) => [name, target])).toEqual([
      ['orders', 'orders'],
    ]);
    expect(plan.rebuild).toBeNull();
  });

  test('is nothing where the file leaves it out, where it is generated, and where nobody looked at the copy', () => {
    const spec = f.withSource({ excludeColumns: [{ schema: 'public', table: 'orders', column: 'note' }] });
    expect(planned({ upstream: { orders: note }, spec }).changes).toBe(0);
    expect(planned({ upstream: { orders: [column('sum', { generated: 'stored' })] } }).changes).toBe(0);
    const unread = [orders({ columns: undefined }), customers()];
    expect(planned({ upstream: { orders: note }, children: unread }).changes).toBe(0);
  });

  test('of a type that Materialize refuses waits for the file, and so does what came with it', () => {
    const mood = column('mood', { type: 'mood', ingest: 'text' });
    const plan = planned({ upstream: { orders: [...note, mood] } });
    expect(plan.changes).toBe(0);
    expect(told(plan, 'columns-added')).toMatchObject([
      {
        sentence:
          'public.orders has columns upstream that Materialize lacks: note, mood; mood is mood, which Materialize takes as text only',
        fix: 'source.textColumns: [public.orders.mood]',
      },
    ]);
    const spec = f.withSource({ textColumns: [{ schema: 'public', table: 'orders', column: 'mood' }] });
    expect(step(planned({ upstream: { orders: [...note, mood] }, spec }), 'copy-beside').changes).toEqual([
      'public.orders: note: added upstream, mood: added upstream',
    ]);
  });

  test('of an adopted source is told alone', () => {
    const plan = planned({ upstream: { orders: note }, comment: null });
    expect(due(plan)).toEqual([]);
    expect(told(plan, 'columns-added')[0]?.sentence).toMatch(
      /this one was adopted. Copying it again: about 1,000 rows/,
    );
  });

  test('takes the way of before in a source with subsources, with its pause, and says so', () => {
    const children = [orders({ kind: 'subsource' }), customers({ kind: 'subsource' })];
    const plan = planned({ upstream: { orders: note }, children });
    expect(due(plan)).toEqual([
      ...['keep-definitions change', 'drop-to-recopy drop', 'source change', 'recreate-dependents create'],
      ...['running change', 'snapshot change'],
    ]);
    expect(told(plan, 'columns-added')[0]?.sentence).toMatch(/n2m apply drops it and copies it again, and nobody can/);
    expect(plan.beside).toBeUndefined();
  });

  test('of a table whose name has no room for another is brought that way, too', () => {
    const name = 'o'.repeat(250);
    const plan = planned({ upstream: { orders: note }, children: [orders({ name }), customers()] });
    expect(due(plan)[1]).toBe('drop-to-recopy drop');
  });
});

test('a column that the file leaves out goes by a copy beside, and one that never was in the copy needs none', () => {
  const spec = f.withSource({ excludeColumns: [{ schema: 'public', table: 'orders', column: 'note' }] });
  const children = [orders({ columns: ['id', 'note'] }), customers()];
  const plan = planned({ upstream: { orders: note }, children, spec });
  expect(step(plan, 'copy-beside').changes).toEqual(['public.orders: note: joins excludeColumns']);
  const done = [orders({ excludeColumns: ['note'] }), customers()];
  expect(planned({ upstream: { orders: note }, children: done, spec }).changes).toBe(0);
  expect(planned({ children: done, spec: f.withSource({}) }).changes).toBe(0);
});

test('a column that left upstream is told, with the way out', () => {
  const plan = planned({ children: [orders({ columns: ['id', 'note'] }), customers()] });
  expect(told(plan, 'columns-gone')).toMatchObject([
    {
      severity: 'warning',
      sentence: 'public.orders lost note upstream, which the copy has: Materialize ends the table with an error',
      fix: 'n2m repair shop',
    },
  ]);
});

test('tables that something is built on together change places together', () => {
  const upstream = { orders: note, customers: note };
  const apart = planned({ upstream, children: [orders({ dependents: [view] }), customers({ dependents: [other] })] });
  expect(apart.beside?.groups.map(({ tables }) => tables.map(({ id }) => id))).toEqual([['u-orders'], ['u-customers']]);
  const children = [orders({ dependents: [view] }), customers({ dependents: [view, other] })];
  expect(planned({ upstream, children }).beside?.groups).toMatchObject([
    { tables: [{ id: 'u-orders' }, { id: 'u-customers' }], dependents: [view, view, other] },
  ]);
});

describe('what a run that ended early left', () => {
  const upstream = { orders: note };
  const beside = (children: ChildFacts[], more: Scene = { upstream }) => {
    const { from, to } = sides({ ...more, children: [...children, customers()] });
    return besideOf(more.spec ?? f.spec, from, to);
  };
  const whole = copy('new', { columns: ['id', 'note'] });

  test('a copy that has the columns is gone on with', () => {
    expect(beside([orders(), whole])).toMatchObject({ groups: [{ tables: [{ id: 'u-orders' }] }], left: [] });
    const excluded = f.withSource({ excludeColumns: [{ schema: 'public', table: 'orders', column: 'note' }] });
    const children = [orders({ columns: ['id', 'note'] }), copy('new', { excludeColumns: ['note'] })];
    expect(beside(children, { upstream, spec: excluded })).toMatchObject({ groups: [{ tables: [{}] }], left: [] });
  });

  test.each([
    ['lacks a column that came since', [orders(), copy('new')], ['orders_n2m_new']],
    ['died', [orders(), { ...whole, error: 'table was dropped' }], ['orders_n2m_new']],
    ['is as the table is', [orders({ columns: ['id', 'note'] }), whole], ['orders_n2m_new']],
    ['took the place', [orders({ id: 'u-n', columns: ['id', 'note'] }), copy('old')], ['orders_n2m_old']],
    ['has lost its table', [whole], ['orders_n2m_new']],
  ])('a copy that %s: what nobody needs is dropped', (_why, children, left) => {
    expect(beside(children)?.left.map(({ name }) => name)).toEqual(left);
  });

  test('between two names the table gets its own back, and is no other table', () => {
    const children = [copy('old'), whole];
    expect(beside(children)).toMatchObject({
      groups: [{ tables: [{ id: 'u-orders-old', item: { name: 'orders' } }] }],
      ...{ left: [], unnamed: ['orders_n2m_old'] },
    });
    const plan = planned({ upstream, children: [...children, customers()] });
    expect(plan.tables.map(({ target }) => target)).toEqual(['orders', 'customers']);
    expect(due(plan)[0]).toBe('copy-beside change');
    expect(plan.removed).toEqual([]);
  });

  test('with nothing to copy it is one step, which asks nobody', () => {
    const children = [orders({ columns: ['id', 'note'] }), copy('old'), customers()];
    const plan = planned({ upstream, children });
    expect(due(plan)).toEqual(['copy-beside change', 'running change']);
    expect(step(plan, 'copy-beside').sentence).toBe('drop orders_n2m_old, which a run that ended early left');
    expect(plan.needsApproval).toEqual([]);
  });

  test('a table that upstream calls so is none of them', () => {
    const named = orders({ name: 'orders_n2m_new', upstream: { schema: 'public', name: 'orders_n2m_new' } });
    expect(beside([orders({ columns: ['id', 'note'] }), named])).toBeNull();
  });
});
