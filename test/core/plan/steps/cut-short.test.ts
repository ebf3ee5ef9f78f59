import { makePlan } from '../../../../src/core/plan/plan';
import * as f from '../fixtures';
import { actions, after, keys, step } from './asked';

describe('a run that was cut short', () => {
  test('while copying is waited for again and not resized in the middle', () => {
    const source = {
      ...f.builtTarget().source!,
      children: [f.child('orders', { committed: false }), f.child('customers', { committed: false })],
    };
    const cluster = { ...f.builtTarget().cluster!, size: '200cc' };
    const plan = after({ target: { source, cluster }, watch: f.notWatched });
    expect(actions(plan)).toMatchObject({
      cluster: 'keep',
      source: 'keep',
      running: 'change',
      snapshot: 'change',
      'right-size': 'change',
      watch: 'create',
    });
  });

  test('before the resize resizes', () => {
    const plan = after({ target: { cluster: { ...f.builtTarget().cluster!, size: '200cc' } } });
    expect(actions(plan)).toMatchObject({ snapshot: 'keep', 'right-size': 'change' });
  });

  test('after the role was made needs no second one', () => {
    const plan = makePlan(f.spec, f.preparedSource({ publication: null }), f.emptyTarget(), f.notWatched);
    expect(step(plan, 'role').action).toBe('adopt');
    expect(step(plan, 'secret').action).toBe('create');
    expect(keys(plan)).toEqual([]);
  });
});
