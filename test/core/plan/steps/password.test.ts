import { makePlan } from '../../../../src/core/plan/plan';
import * as f from '../fixtures';
import { actions, after, keys, step } from './asked';

describe('the password', () => {
  test('is stored again while no connection has proved it: the last run may have stored a wrong one', () => {
    const plan = after({ target: { connection: null, source: null } });
    expect(actions(plan)).toMatchObject({ secret: 'change', connection: 'create' });
  });

  test('is stored again for another role', () => {
    const other = { ...f.builtTarget().connection!, user: 'somebody' };
    expect(actions(after({ target: { connection: other } }))).toMatchObject({ secret: 'change', connection: 'change' });
  });

  test('is stored again when the role is made anew', () => {
    const plan = after({ source: { role: null, neon: { ...f.preparedSource().neon!, roleNames: [] } } });
    expect(actions(plan)).toMatchObject({ role: 'create', secret: 'change', connection: 'keep' });
  });
});

describe('passwords', () => {
  const role = { ...f.preparedSource().role!, memberOf: [] };

  test('of a role Neon does not keep are reset only after somebody agreed', () => {
    const source = f.preparedSource();
    const plan = makePlan(
      f.spec,
      { ...source, neon: { ...source.neon!, storesPasswords: false } },
      f.emptyTarget(),
      f.notWatched,
    );
    expect(keys(plan)).toEqual(['reset-password']);
  });

  test('of a role of our own that SQL made are set again without asking', () => {
    const source = f.preparedSource({ neon: null, role: { ...role, comment: f.mark } });
    const plan = makePlan(f.postgresSpec(), source, f.emptyTarget(), f.notWatched);
    expect(step(plan, 'role').changes).toContain('password: a new one');
    expect(keys(plan)).toEqual([]);
  });

  test('of a role somebody else made are reset only after somebody agreed', () => {
    const plan = makePlan(f.postgresSpec(), f.preparedSource({ neon: null, role }), f.emptyTarget(), f.notWatched);
    expect(keys(plan)).toEqual(['reset-password']);
  });

  test('that are given are never reset', () => {
    const spec = f.postgresSpec({ role: { name: 'materialize', via: 'given', password: 'env:N2M_SECRET_ROLE' } });
    const plan = makePlan(spec, f.preparedSource({ neon: null, role }), f.emptyTarget(), f.notWatched);
    expect(step(plan, 'role').action).toBe('keep');
  });
});
