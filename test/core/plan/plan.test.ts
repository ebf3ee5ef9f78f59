import { makePlan } from '../../../src/core/plan/plan';
import { STEP_IDS } from '../../../src/core/objects';
import type { Plan, PlanStep, StepId } from '../../../src/core/plan/types';
import { writeMark } from '../../../src/core/plan/ownership';
import type { SourceFacts, TargetFacts, WatchFacts } from '../../../src/core/plan/facts';
import type { PipelineSpec } from '../../../src/core/spec/types';
import * as f from './fixtures';

const actions = (plan: Plan): Record<string, string> =>
  Object.fromEntries(plan.steps.map((step) => [step.id, step.action]));

function step(plan: Plan, id: StepId): PlanStep {
  const found = plan.steps.find((candidate) => candidate.id === id);
  if (!found) throw new Error(`no step ${id}`);
  return found;
}

const keys = (plan: Plan): string[] => plan.needsApproval.map((approval) => approval.key);
const blocking = (plan: Plan): string[] =>
  plan.findings.filter((finding) => finding.severity === 'blocking').map((finding) => finding.code);

/** The plan of a pipeline that a run has finished, with single facts changed. */
function after(
  change: {
    spec?: PipelineSpec;
    source?: Partial<SourceFacts>;
    target?: Partial<TargetFacts>;
    watch?: WatchFacts;
  } = {},
): Plan {
  return makePlan(
    change.spec ?? f.spec,
    f.preparedSource(change.source),
    f.builtTarget(change.target),
    change.watch ?? f.watched,
  );
}

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
    const before = f.stray('cluster', 'ingest_before');
    const left = after({ target: { strays: [before] } });
    expect(step(left, 'drop-cluster')).toMatchObject({ action: 'drop', object: 'cluster ingest_before' });
    expect(keys(left)).toEqual(['drop-cluster']);
    const shared = { ...before, otherObjects: [{ id: 'u9', name: 'v', type: 'view' }] };
    expect(after({ target: { strays: [shared] } }).changes).toBe(0);
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

  describe('with other columns of a copied table', () => {
    const view = { id: 'u9', name: 'materialize.shop.v', type: 'view' };
    const other = { id: 'u8', name: 'materialize.shop.w', type: 'materialized-view' };
    const column = { schema: 'public', table: 'orders', column: 'id' };
    const source = {
      ...f.builtTarget().source!,
      children: [f.child('orders', { dependents: [view] }), f.child('customers', { dependents: [other] })],
      dependents: [view, other],
    };

    test('drops and copies that table alone, names what is built on it, and asks for both', () => {
      const plan = after({ spec: f.withSource({ excludeColumns: [column] }), target: { source } });
      expect(plan.steps.filter(({ action }) => action !== 'keep').map(({ id, action }) => `${id} ${action}`)).toEqual([
        ...['keep-definitions change', 'drop-to-recopy drop', 'source change', 'recreate-dependents create'],
        ...['running change', 'snapshot change'],
      ]);
      const drop = step(plan, 'drop-to-recopy');
      expect(drop.sentence).toBe(
        'drop public.orders alone, to copy it again: about 1,000 rows, 8.0 KiB, roughly 30 s at 200cc, made again afterwards: view materialize.shop.v',
      );
      expect(drop.changes).toEqual(['public.orders: id: joins excludeColumns']);
      expect(keys(plan)).toEqual(['rebuild-dependents', 'copy-again:public.orders']);
      expect(plan.rebuild).toMatchObject({ damage: { recreate: [], dead: [{ id: 'u-orders' }] }, dependents: [view] });
      expect(plan.tables.filter(({ fresh }) => fresh).map(({ name }) => name)).toEqual(['orders']);
      expect(blocking(plan)).toEqual([]);
    });

    test('sees a column that leaves, and none that only the statement of the source still names', () => {
      const [orders, customers] = source.children;
      const taken = { ...source, excludeColumns: ['public.orders.id'] };
      expect(after({ target: { source: taken } }).rebuild).toBeNull();
      const there = { ...taken, children: [{ ...orders!, excludeColumns: ['id'] }, customers!] };
      const plan = after({ target: { source: there } });
      expect(step(plan, 'drop-to-recopy').changes).toEqual(['public.orders: id: leaves excludeColumns']);
      expect(after({ spec: f.withSource({ excludeColumns: [column] }), target: { source: there } }).changes).toBe(0);
      const dropped = { ...there, children: [{ ...orders!, excludeColumns: ['gone upstream'] }, customers!] };
      expect(after({ target: { source: dropped } }).changes).toBe(0);
    });

    test('drops nothing of a source it adopted', () => {
      const adopted = { ...source, comment: null };
      const plan = after({ spec: f.withSource({ excludeColumns: [column] }), target: { source: adopted } });
      expect(plan.rebuild).toBeNull();
      expect(blocking(plan)).toEqual(['text-columns-changed']);
    });
  });

  describe('that leads to another server or branch', () => {
    const elsewhere = { host: 'ep-other.us-east-2.aws.neon.tech', neon: f.preparedSource().neon };
    const plan = after({ source: { ...elsewhere, slots: ['materialize_of_another'] } });

    test('makes the source again where its slot is not, dropping it before the secret and the connection change', () => {
      expect(plan.steps.flatMap(({ id, action }) => (action === 'keep' ? [] : [`${id} ${action}`]))).toEqual([
        ...['keep-definitions change', 'drop-source drop'],
        ...['cluster change', 'secret change', 'connection change', 'source create', 'recreate-dependents create'],
        ...['running change', 'snapshot change', 'right-size change'],
      ]);
      expect(step(plan, 'drop-source').sentence).toContain(
        'upstream: ep-cool-darkness-123456.us-east-2.aws.neon.tech:5432/shop → ep-other.us-east-2.aws.neon.tech:5432/shop, ' +
          'where its slot materialize_0123456789abcdef0123456789abcdef is not; copies 2 tables again: about 2,000 rows',
      );
      expect(keys(plan)).toEqual(['recreate-source']);
      expect(plan.tables.every(({ fresh }) => fresh)).toBe(true);
      expect(plan.findings.map(({ code, severity }) => `${severity} ${code}`)).toContain('warning upstream-moved');
      expect(blocking(plan)).toEqual([]);
    });

    test('alters the connection alone where the slot is: another name of the same server', () => {
      const same = after({ source: elsewhere });
      expect(same.steps.filter(({ action }) => action !== 'keep').map(({ id }) => id)).toEqual([
        'connection',
        'running',
      ]);
      expect(keys(same)).toEqual([]);
    });

    test('another database of the same server has slots of its own', () => {
      const { connection } = f.builtTarget();
      const other = after({ source: { slots: [] }, target: { connection: { ...connection!, database: 'former' } } });
      expect(step(other, 'drop-source').sentence).toContain('5432/former → ');
    });

    test('stores the password again when a run died after it dropped the source', () => {
      const died = after({ source: { ...elsewhere, slots: [] }, target: { source: null } });
      expect([step(died, 'secret').action, step(died, 'connection').action]).toEqual(['change', 'change']);
      expect(keys(died)).toEqual([]);
    });

    test('is refused when Materialize does not name the slot, and when the source is not ours', () => {
      const { source } = f.builtTarget();
      expect(blocking(after({ source: elsewhere, target: { source: { ...source!, slot: null } } }))).toEqual([
        'upstream-moved',
      ]);
      const adopted = after({ source: { ...elsewhere, slots: [] }, target: { source: { ...source!, comment: null } } });
      expect(step(adopted, 'source').action).toBe('conflict');
    });
  });

  test('with another watch changes the schedule only', () => {
    const plan = after({ watch: { exists: true, paused: false, current: false } });
    expect(plan.steps.filter(({ action }) => action !== 'keep').map(({ id }) => id)).toEqual(['watch']);
  });
});

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

describe('what is not ours', () => {
  const unmarked = (target: TargetFacts): TargetFacts => ({
    ...target,
    schema: { ...target.schema, comment: null },
    cluster: { ...target.cluster!, comment: null },
    secret: { ...target.secret!, comment: null },
    connection: { ...target.connection!, comment: null },
    source: { ...target.source!, comment: null },
  });
  const publication = { ...f.preparedSource().publication!, comment: 'made by hand' };

  test('is adopted when it matches, and that counts as no change', () => {
    const plan = makePlan(f.spec, f.preparedSource({ publication }), unmarked(f.builtTarget()), f.notWatched);
    expect(actions(plan)).toMatchObject({
      publication: 'adopt',
      schema: 'adopt',
      cluster: 'adopt',
      secret: 'adopt',
      connection: 'adopt',
      source: 'adopt',
    });
    expect(plan.steps.filter(({ action }) => action !== 'keep' && action !== 'adopt').map(({ id }) => id)).toEqual([
      'watch',
    ]);
    expect(plan.changes).toBe(1);
  });

  test('was adopted before and is kept from then on', () => {
    const plan = makePlan(f.spec, f.preparedSource({ publication }), unmarked(f.builtTarget()), f.watched);
    expect(new Set(plan.steps.map(({ action }) => action))).toEqual(new Set(['keep']));
  });

  test.each<[string, StepId, Partial<SourceFacts>, (target: TargetFacts) => TargetFacts]>([
    [
      'a publication without one of the tables',
      'publication',
      { publication: { ...publication, tables: publication.tables.slice(0, 1) } },
      (t) => t,
    ],
    [
      'a publication that leaves out deletes',
      'publication',
      { publication: { ...publication, publishes: { ...publication.publishes, delete: false } } },
      (t) => t,
    ],
    [
      'a connection to another host',
      'connection',
      {},
      (t) => ({ ...t, connection: { ...t.connection!, host: 'elsewhere' } }),
    ],
    ['a cluster of another size', 'cluster', {}, (t) => ({ ...t, cluster: { ...t.cluster!, size: '100cc' } })],
    ['an unmanaged cluster', 'cluster', {}, (t) => ({ ...t, cluster: { ...t.cluster!, managed: false, size: null } })],
    [
      'a source of another publication',
      'source',
      {},
      (t) => ({ ...t, source: { ...t.source!, publication: 'other' } }),
    ],
    [
      'a source without one of the tables',
      'source',
      {},
      (t) => ({ ...t, source: { ...t.source!, children: [f.child('orders')] } }),
    ],
    ['a secret that nothing of this pipeline uses', 'secret', {}, (t) => ({ ...t, connection: null, source: null })],
  ])('is a conflict when it differs: %s', (_what, id, source, change) => {
    const plan = makePlan(f.spec, f.preparedSource(source), change(unmarked(f.builtTarget())), f.notWatched);
    expect(step(plan, id).action).toBe('conflict');
    expect(step(plan, id).changes).toEqual([expect.stringMatching(/^there: /), expect.stringMatching(/^file: /)]);
  });

  test('belongs to another pipeline and is a conflict even when it matches', () => {
    const other = { ...f.preparedSource().publication!, comment: writeMark('other') };
    const plan = after({ source: { publication: other } });
    expect(step(plan, 'publication')).toMatchObject({
      action: 'conflict',
      sentence: expect.stringContaining('belongs to pipeline other') as string,
    });
  });

  test('shares the cluster, which is resized only after somebody agreed', () => {
    const otherObjects = [{ id: 'u77', name: 'materialize.public.report', type: 'materialized-view' }];
    const cluster = { ...f.builtTarget().cluster!, size: '200cc', otherObjects };
    const plan = after({ target: { cluster } });
    expect(keys(plan)).toEqual(['resize-shared-cluster']);
    expect(step(plan, 'right-size').interrupts).toContain('materialize.public.report');
  });

  test('lends a role to two pipelines only when its password is given', () => {
    const role = { ...f.preparedSource().role!, comment: writeMark('other') };
    const spec = f.postgresSpec();
    expect(step(after({ spec, source: { neon: null, role } }), 'role').action).toBe('conflict');
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
