import { planSyntax, takesSourceTables } from '../../../src/core/objects/source/definition';
import { childOf, ownChild, removedTables, selectTables } from '../../../src/core/objects/tables/select';
import { makePlan } from '../../../src/core/plan/plan';
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
