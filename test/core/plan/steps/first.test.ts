import { makePlan } from '../../../../src/core/plan/plan';
import { STEP_IDS } from '../../../../src/core/objects';
import * as f from '../fixtures';
import { actions, after, blocking, keys, step } from './asked';

describe('the first plan of a Neon project nobody has prepared', () => {
  const plan = makePlan(f.spec, f.untouchedSource(), f.emptyTarget(), f.notWatched);

  test('has every step but dropping, in the order of the guide', () => {
    expect(plan.steps.map(({ id }) => id)).toEqual(STEP_IDS.filter((id) => id !== 'drop-tables'));
  });

  test('creates what is missing and keeps what needs nothing', () => {
    expect(actions(plan)).toEqual({
      'logical-replication': 'change',
      role: 'create',
      'replica-identity': 'change',
      grants: 'create',
      publication: 'create',
      'ip-allow': 'keep',
      schema: 'create',
      cluster: 'create',
      secret: 'create',
      connection: 'create',
      source: 'create',
      running: 'create',
      snapshot: 'create',
      'right-size': 'change',
      watch: 'create',
    });
    expect(plan.changes).toBe(14);
  });

  test('asks before it restarts computes and before it drops connections', () => {
    expect(keys(plan)).toEqual(['enable-logical-replication', 'create-role']);
  });

  test('says that logical replication cannot be undone and whom it interrupts', () => {
    const { irreversible, interrupts } = step(plan, 'logical-replication');
    expect(irreversible).toMatch(/cannot turn/);
    expect(interrupts).toMatch(/restarts every compute/);
  });

  test('is blocked by nothing, because the run mends all of it', () => {
    expect(blocking(plan)).toEqual([]);
  });

  test('copies every table and estimates that for each size of the region', () => {
    expect(plan.tables.map(({ target, fresh }) => ({ target, fresh }))).toEqual([
      { target: 'orders', fresh: true },
      { target: 'customers', fresh: true },
    ]);
    expect(plan.snapshot.rows).toBe(2000);
    expect(plan.snapshot.bytes).toBe('16384');
    expect(plan.snapshot.estimates.map(({ size }) => size)).toEqual(['25cc', '50cc', '100cc', '200cc']);
  });

  test('is plain JSON', () => {
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});

describe('the plan after a finished run', () => {
  test('keeps everything and changes nothing', () => {
    const plan = after();
    expect(new Set(plan.steps.map(({ action }) => action))).toEqual(new Set(['keep']));
    expect(plan.changes).toBe(0);
    expect(plan.needsApproval).toEqual([]);
    expect(blocking(plan)).toEqual([]);
  });

  test('changes nothing for source tables either', () => {
    const source = f.builtTarget().source!;
    const children = [f.child('orders', { kind: 'table' }), f.child('customers', { kind: 'table' })];
    const plan = after({ target: { source: { ...source, syntax: 'tables', children } } });
    expect(plan.changes).toBe(0);
    expect(plan.syntax).toBe('tables');
  });

  test('changes nothing for a plain Postgres with a role made by SQL', () => {
    const spec = f.postgresSpec();
    const role = { ...f.preparedSource().role!, memberOf: [], bypassRls: false, comment: f.mark };
    const defaultPrivileges = [{ owner: 'neondb_owner', schema: 'public' }];
    const plan = after({ spec, source: { neon: null, role, defaultPrivileges } });
    expect(plan.steps.filter(({ action }) => action !== 'keep')).toEqual([]);
  });

  test('does not mind a source that flaps while a person looks', () => {
    const source = { ...f.builtTarget().source!, status: 'starting' };
    expect(after({ target: { source } }).changes).toBe(0);
  });
});

describe('logical replication', () => {
  test('of a plain Postgres is its operator’s to enable', () => {
    const plan = makePlan(f.postgresSpec(), f.untouchedSource({ neon: null }), f.emptyTarget(), f.notWatched);
    expect(step(plan, 'logical-replication').action).toBe('conflict');
    expect(blocking(plan)).toEqual(['wal-level']);
  });

  test('enabled but not in force yet is a restart, which can be undone', () => {
    const source = f.preparedSource({ walLevel: 'replica' });
    const plan = makePlan(f.spec, source, f.emptyTarget(), f.notWatched);
    expect(step(plan, 'logical-replication')).toMatchObject({ action: 'change', irreversible: null });
    expect(keys(plan)).toEqual(['enable-logical-replication']);
  });
});
