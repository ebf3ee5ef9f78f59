import type { TargetFacts } from '../../../../src/core/plan/facts';
import * as f from '../fixtures';
import { after, blocking, keys, step } from './asked';

describe('a changed file', () => {
  const three = f.withSource({
    tables: {
      kind: 'list',
      tables: [
        ...(f.neonSource.tables.kind === 'list' ? f.neonSource.tables.tables : []),
        { schema: 'public', name: 'items', alias: null },
      ],
    },
  });
  const withItems = { tables: [...f.preparedSource().tables, f.table('items', { bytes: '90000' })] };

  test('with one table more changes identity, publication and source, and copies that table only', () => {
    const plan = after({ spec: three, source: withItems });
    expect(plan.steps.filter(({ action }) => action !== 'keep').map(({ id, action }) => `${id} ${action}`)).toEqual([
      'replica-identity change',
      'publication change',
      'source change',
      'running change',
      'snapshot change',
    ]);
    expect(plan.tables.filter(({ fresh }) => fresh).map(({ name }) => name)).toEqual(['items']);
    expect(step(plan, 'source').sentence).toContain('the tables already there wait');
    expect(step(plan, 'snapshot').sentence).toContain('the other tables wait meanwhile');
    expect(plan.needsApproval).toEqual([]);
  });

  test('with a huge table more grows the cluster for the copy and shrinks it afterwards', () => {
    const tables = [...f.preparedSource().tables, f.table('items', { bytes: '200000000000' })];
    const plan = after({ spec: three, source: { tables } });
    expect(step(plan, 'cluster').changes).toEqual(['size: 50cc → 200cc']);
    expect(step(plan, 'right-size').changes).toEqual(['size: 200cc → 50cc']);
    expect(keys(plan)).toEqual([]);
  });

  test('with one table less asks before it drops that table', () => {
    const tables = { kind: 'list' as const, tables: [{ schema: 'public', name: 'orders', alias: null }] };
    const plan = after({ spec: f.withSource({ tables }) });
    expect(plan.removed).toEqual([
      { schema: 'public', name: 'customers', target: 'customers', kind: 'subsource', dependents: [] },
    ]);
    expect(step(plan, 'drop-tables').action).toBe('drop');
    expect(keys(plan)).toEqual(['drop-table:public.customers']);
    expect(plan.changes).toBe(1);
  });

  test('drops the cluster it ran on before only when nothing else does, and asks', () => {
    const before = f.orphan('cluster', 'ingest_before');
    const left = after({ target: { orphans: [before] } });
    expect(step(left, 'drop-cluster')).toMatchObject({ action: 'drop', object: 'cluster ingest_before' });
    expect(keys(left)).toEqual(['drop-cluster']);
    const shared = { ...before, otherObjects: [{ id: 'u9', name: 'v', type: 'view' }] };
    expect(after({ target: { orphans: [shared] } }).changes).toBe(0);
  });

  test('with two tables less asks for each of them', () => {
    const tables = { kind: 'list' as const, tables: [{ schema: 'public', name: 'items', alias: null }] };
    const plan = after({ spec: f.withSource({ tables }), source: withItems });
    expect(keys(plan)).toEqual(['drop-table:public.orders', 'drop-table:public.customers']);
  });

  test('never drops a table somebody reads from', () => {
    const tables = { kind: 'list' as const, tables: [{ schema: 'public', name: 'orders', alias: null }] };
    const dependents = [{ id: 'u9', name: 'materialize.shop.best', type: 'materialized-view' }];
    const source = { ...f.builtTarget().source!, children: [f.child('orders'), f.child('customers', { dependents })] };
    const plan = after({ spec: f.withSource({ tables }), target: { source } });
    expect(plan.removed[0]?.dependents).toEqual(dependents);
    expect(blocking(plan)).toEqual(['table-has-dependents']);
    expect(plan.findings[0]?.fix).toBe('DROP MATERIALIZED VIEW materialize.shop.best;');
  });

  test('with a table that upstream does not have is refused and drops nothing', () => {
    const plan = after({
      source: { tables: [f.preparedSource().tables[0]!], missingTables: [{ schema: 'public', name: 'customers' }] },
    });
    expect(plan.removed).toEqual([]);
    expect(blocking(plan)).toEqual(['missing-table']);
  });

  test('with another steady size resizes and nothing else', () => {
    const cluster = { ...f.spec.materialize.cluster, steadySize: '100cc' };
    const plan = after({ spec: f.withMaterialize({ cluster }) });
    expect(plan.steps.filter(({ action }) => action !== 'keep').map(({ id }) => id)).toEqual(['right-size']);
    expect(step(plan, 'right-size').changes).toEqual(['size: 50cc → 100cc']);
  });

  test('with another snapshot size changes nothing once everything is copied', () => {
    const cluster = { ...f.spec.materialize.cluster, snapshotSize: '100cc' };
    expect(after({ spec: f.withMaterialize({ cluster }) }).changes).toBe(0);
  });

  test('with another cluster makes the source again, only after approval', () => {
    const cluster = { ...f.spec.materialize.cluster, name: 'ingest_other' };
    const plan = after({ spec: f.withMaterialize({ cluster }), target: { cluster: null } });
    expect(keys(plan)).toEqual(['recreate-source']);
    expect(plan.tables.every(({ fresh }) => fresh)).toBe(true);
    expect(plan.removed).toEqual([]);
    expect(step(plan, 'drop-source').irreversible).toMatch(/slot/);
    const cost = 'copies 2 tables again: about 2,000 rows, 16 KiB, roughly 30 s at 200cc';
    expect(step(plan, 'drop-source').sentence).toContain(cost);
    expect(plan.needsApproval[0]?.reason).toContain(cost);
    expect(plan.steps.map(({ id }) => id).slice(9, 15)).toEqual([
      ...['connection', 'keep-definitions', 'drop-source', 'remove-slot', 'source', 'recreate-dependents'],
    ]);
  });

  test('that makes the source again counts what it drops as free', () => {
    const cluster = { ...f.spec.materialize.cluster, name: 'ingest_other' };
    const built = f.builtTarget();
    const full = { ...built.limits, usedSources: 200, usedTables: 200, maxPerSchema: 5 };
    const codes = (change: Partial<TargetFacts>) =>
      blocking(after({ spec: f.withMaterialize({ cluster }), target: { cluster: null, limits: full, ...change } }));
    expect(codes({})).toEqual([]);
    expect(codes({ limits: { ...full, usedSources: 201 } })).toEqual(['limit-reached']);
    const tables = { kind: 'table' as const };
    const children = [f.child('orders', tables), f.child('customers', tables)];
    const newer = { versionNum: 2_603_900, source: { ...built.source!, syntax: 'tables' as const, children } };
    expect(codes(newer)).toEqual([]);
    expect(codes({ ...newer, limits: { ...full, usedTables: 201 } })).toEqual(['limit-reached']);
  });

  test('with another watch changes the schedule only', () => {
    const plan = after({ watch: { exists: true, paused: false, current: false } });
    expect(plan.steps.filter(({ action }) => action !== 'keep').map(({ id }) => id)).toEqual(['watch']);
  });
});
