import { planSyntax, takesSourceTables } from '../../../src/core/objects/source/definition';
import { childOf, ownChild, removedTables, selectTables } from '../../../src/core/objects/tables/select';
import { makePlan } from '../../../src/core/plan/plan';
import { createTableFromSource } from '../../../src/core/objects/source/statements';
import { columnDifferences } from '../../../src/core/objects/source/rebuild';
import { parsePipeline } from '../../../src/core/spec/parse';
import * as f from '../plan/fixtures';

const NEWER = { version: 'v26.39.0', versionNum: 2_603_900 };

describe('the syntax of a new source', () => {
  it.each([
    ['v26.24', 2_602_400, 'subsources'],
    ['v26.25', 2_602_500, 'tables'],
    ['v26.39', 2_603_900, 'tables'],
  ])('%s: %s', (version, versionNum, syntax) => {
    expect(planSyntax(f.spec, f.untouchedSource(), f.emptyTarget({ version, versionNum }))).toBe(syntax);
    expect(takesSourceTables({ versionNum, forcesSourceTables: false })).toBe(syntax === 'tables');
  });

  it('is what the file says, and what the server insists on', () => {
    const file = f.withMaterialize({ syntax: 'subsources' });
    expect(planSyntax(file, f.untouchedSource(), f.emptyTarget(NEWER))).toBe('subsources');
    expect(planSyntax(f.spec, f.untouchedSource(), f.emptyTarget({ forcesSourceTables: true }))).toBe('tables');
  });

  it('stays what it is of a source that is there, after an upgrade too, and nothing is to be done', () => {
    const plan = makePlan(f.spec, f.preparedSource(), f.builtTarget(NEWER), f.watched);
    expect(plan.syntax).toBe('subsources');
    expect(plan.steps.filter(({ action }) => action !== 'keep')).toEqual([]);
  });
});

describe('two tables of one upstream table', () => {
  const source = f.builtTarget().source!;
  const ours = f.child('orders', { kind: 'table' });
  const theirs = f.child('orders', { kind: 'table', id: 'u-theirs', schema: 'reports' });
  const renamed = f.child('orders_v2', { kind: 'table', id: 'u-v2', upstream: { schema: 'public', name: 'orders' } });
  const table = { schema: 'public', name: 'orders' };
  const target = (children: (typeof ours)[], comment: string | null = f.mark) =>
    f.builtTarget({ ...NEWER, source: { ...source, syntax: 'tables', comment, children } });

  it('the one in the pipeline’s schema is ours, whatever comes first', () => {
    expect(ownChild(f.spec, [theirs, ours], table)).toBe(ours);
    expect(ownChild(f.spec, [theirs], table)).toBeNull();
  });

  it('of two there, the one of the wanted name; else the one that is there', () => {
    expect(ownChild(f.spec, [renamed, ours], table)).toBe(ours);
    expect(ownChild(f.spec, [renamed, ours], { ...table, alias: 'orders_v2' })).toBe(renamed);
    expect(ownChild(f.spec, [renamed], table)).toBe(renamed);
  });

  it('ours that is gone is made again, though somebody has another elsewhere', () => {
    const there = target([theirs, f.child('customers', { kind: 'table' })]);
    expect(selectTables(f.spec, f.preparedSource(), there).map(({ name, fresh }) => [name, fresh])).toEqual([
      ['orders', true],
      ['customers', false],
    ]);
    const plan = makePlan(f.spec, f.preparedSource(), there, f.watched);
    expect(plan.steps.find(({ id }) => id === 'source')?.changes).toEqual(['add public.orders → orders']);
  });

  it('what others made of our source elsewhere is never dropped', () => {
    const foreign = f.child('events', { kind: 'table', id: 'u-events', schema: 'reports' });
    const left = f.child('products', { kind: 'table', id: 'u-products' });
    const there = target([ours, f.child('customers', { kind: 'table' }), foreign, left]);
    expect(removedTables(f.spec, f.preparedSource(), there).map(({ name }) => name)).toEqual(['products']);
  });

  it('of a source that was adopted, a table counts wherever it is', () => {
    expect(childOf(f.spec, target([theirs], null), table)).toBe(theirs);
    expect(childOf(f.spec, target([theirs]), table)).toBeNull();
  });
});

describe('tables made without constraints', () => {
  const name = { database: 'm', schema: 's', name: 'src' };
  const upstream = { schema: 'public', name: 'Orders' };
  const made = (excludeConstraints: { schema: string; table: string; constraint: string | null }[]) =>
    createTableFromSource(
      { name, textColumns: [], excludeColumns: [], excludeConstraints },
      { upstream, target: { ...name, name: 't' } },
    );
  const of = (constraint: string | null, table = 'Orders') => ({ schema: 'public', table, constraint });

  it('name them as texts, or say all of them', () => {
    expect(made([of(`it's a "key"`), of('b'), of('c', 'customers')])).toBe(
      `CREATE TABLE "m"."s"."t" FROM SOURCE "m"."s"."src" (REFERENCE "public"."Orders") WITH (EXCLUDE CONSTRAINTS ('it''s a "key"', 'b'))`,
    );
    expect(made([of(null)])).toMatch(/ WITH \(EXCLUDE ALL CONSTRAINTS\)$/);
    expect(made([of(null, 'customers')])).toMatch(/\(REFERENCE "public"."Orders"\)$/);
  });

  const spec = (...constraints: (string | null)[]) =>
    f.withSource({ excludeConstraints: constraints.map((constraint) => of(constraint, 'orders')) });
  const differences = (file: (string | null)[], has: string[] | 'all', there = ['orders_pkey', 'orders_key']) =>
    columnDifferences(
      spec(...file),
      f.builtTarget().source!,
      f.child('orders', has.length === 0 ? {} : { excludeConstraints: has }),
      f.table('orders', { constraints: there }),
    );

  it('are copied again where the file says otherwise, and not for what was dropped upstream, as it was meant', () => {
    expect(differences([], [])).toEqual([]);
    expect(differences(['orders_key'], [])).toEqual(['orders_key: joins excludeConstraints']);
    expect(differences(['orders_key'], ['orders_key'])).toEqual([]);
    expect(differences([], ['orders_key'])).toEqual(['orders_key: leaves excludeConstraints']);
    expect(differences([null], ['orders_key'])).toEqual(['every constraint joins excludeConstraints']);
    expect(differences([null], 'all')).toEqual([]);
    expect(differences([], 'all')).toEqual(['every constraint leaves excludeConstraints']);
    expect(differences(['orders_key'], ['orders_key'], ['orders_pkey'])).toEqual([]);
    expect(differences([], ['orders_key'], ['orders_pkey'])).toEqual([]);
    expect(differences(['orders_key'], [], ['orders_pkey'])).toEqual([]);
  });

  it('are named in the plan', () => {
    const target = f.emptyTarget({ version: 'v26.42.0', versionNum: 2_604_200 });
    const changes = (...constraints: (string | null)[]) =>
      makePlan(spec(...constraints), f.untouchedSource(), target, f.watched).steps.find(({ id }) => id === 'source')
        ?.changes;
    expect(changes('orders_pkey')).toEqual([
      'public.orders → orders, without orders_pkey',
      'public.customers → customers',
    ]);
    expect(changes(null)?.[0]).toBe('public.orders → orders, without any constraint');
  });

  const read = (entries: string[], tables = ['public.orders', 'public."Odd"']) =>
    parsePipeline(
      JSON.stringify({
        name: 'shop',
        source: {
          ...{ kind: 'neon', project: 'shiny-wind-028834', apiKey: 'env:N2M_SECRET_NEON_API_KEY', database: 'shop' },
          ...{ tables, excludeConstraints: entries },
        },
        materialize: {
          url: 'env:N2M_SECRET_MATERIALIZE_URL',
          cluster: { snapshotSize: '200cc', steadySize: '50cc' },
        },
      }),
    );

  it('are read from the file, a constraint or a table', () => {
    const file = read(['public.orders."Key.1"', 'public."Odd"']);
    if (!file.ok) throw new Error(JSON.stringify(file.problems));
    expect(file.spec.source.excludeConstraints).toEqual([of('Key.1', 'orders'), of(null, 'Odd')]);
    const none = read([]);
    expect(none.ok && 'excludeConstraints' in none.spec.source).toBe(false);
  });

  it.each([
    [['public.other.key'], 'public.other is not among source.tables'],
    [['public.orders.a', 'public.orders.a'], 'is listed twice; keep one'],
    [['public.orders.a', 'public.orders'], 'is one of all that public.orders stands for; keep one'],
    [['orders'], 'schema.table.constraint'],
    [['a.b.c.d'], 'schema.table.constraint'],
  ])('%j: %s', (entries, message) => {
    const file = read(entries);
    expect(file.ok).toBe(false);
    if (!file.ok) expect(file.problems.map((problem) => problem.message).join()).toContain(message);
  });
});

describe('the way from one syntax to the other', () => {
  const view = { id: 'u9', name: 'materialize.shop.v', type: 'view' };
  const { source } = f.builtTarget();
  const planned = (syntax: 'auto' | 'subsources' | 'tables', has: 'subsources' | 'tables', versionNum = 2_603_900) => {
    const target = f.builtTarget({ versionNum, source: { ...source!, syntax: has, dependents: [view] } });
    return makePlan(f.withMaterialize({ syntax }), f.preparedSource(), target, f.watched);
  };
  const price = 'about 2,000 rows, 16 KiB, roughly 30 s at 200cc';

  it('is offered with what it gives and its price', () => {
    const plan = planned('auto', 'subsources');
    expect(plan.changes).toBe(0);
    expect(plan.findings).toMatchObject([
      {
        code: 'older-syntax',
        sentence: `source shop_source has subsources, the older form; with tables of its own, columns are added and left out without a pause; the way there copies 2 tables again, which cannot be read until then: ${price}, and neither can what is made again with them: view materialize.shop.v`,
      },
    ]);
    expect(planned('auto', 'subsources', 2_604_200).findings[0]?.sentence).toContain('and constraints can be left out');
  });

  it.each([
    ['tables', 'subsources', ''],
    [
      'subsources',
      'tables',
      '; with subsources, a column that is added upstream comes only by dropping its table and copying it again, and no constraint can be left out',
    ],
  ] as const)('to %s is approved with the price and what it gives up', (to, from, lost) => {
    const plan = planned(to, from);
    expect(plan.syntax).toBe(to);
    expect(plan.needsApproval).toMatchObject([
      { key: 'rebuild-dependents', reason: 'drop and make again what others built on it: view materialize.shop.v' },
      {
        key: 'recreate-source',
        reason: `drop source shop_source, to make it again: syntax: ${from} → ${to}; copies 2 tables again: ${price}${lost}, made again afterwards: view materialize.shop.v; 2 tables cannot be read until copied again; what Materialize still has of them goes first, and the replication slot with it`,
      },
    ]);
    // The source is made by this run: an attempt after one that was killed takes it for its own.
    expect(plan.steps.find(({ id }) => id === 'source')).toMatchObject({ action: 'create' });
  });
});
