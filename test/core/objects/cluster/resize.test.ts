import { endOf, isCopying, PAUSE_KEY } from '../../../../src/core/objects/cluster/resize';
import { makePlan } from '../../../../src/core/plan/plan';
import type { ClusterFacts, Reconfiguration } from '../../../../src/core/objects/cluster/facts';
import type { TargetFacts } from '../../../../src/core/plan/facts';
import type { Plan } from '../../../../src/core/plan/types';
import * as f from '../../plan/fixtures';

const NEWER = { version: 'v26.39.0', versionNum: 2_603_900, resizesInBackground: true };
const built = f.builtTarget().cluster!;
const at = (size: string, change: Partial<ClusterFacts> = {}): ClusterFacts => ({
  ...built,
  size,
  replicas: [{ id: 'u1', name: 'r1', size, status: 'online' }],
  ...change,
});
const underWay = (size: string): Reconfiguration => ({
  status: 'in-progress',
  size,
  deadline: '2026-11-30T00:00:00.000Z',
});
const plan = (cluster: ClusterFacts | null, change: Partial<TargetFacts> = {}): Plan =>
  makePlan(f.spec, f.preparedSource(), f.builtTarget({ ...NEWER, cluster, ...change }), f.watched);
const step = (made: Plan, id: string) => made.steps.find((one) => one.id === id);
const finding = (made: Plan, code: string) => made.findings.find((one) => one.code === code);

describe('the words of a plan, by version', () => {
  it('side by side, both billed, seconds at the cut-over', () => {
    expect(step(plan(at('200cc')), 'right-size')).toMatchObject({
      action: 'change',
      interrupts:
        'old and new replicas run side by side, both billed, until the cut-over to 50cc: what runs on it stands still for seconds then',
    });
  });

  it('replaced, before that', () => {
    const older = makePlan(f.spec, f.preparedSource(), f.builtTarget({ cluster: at('200cc') }), f.watched);
    expect(step(older, 'right-size')?.interrupts).toMatch(/^its replicas are replaced by 50cc/);
  });
});

describe('a resize that is under way', () => {
  it('to the steady size is waited for, and to another one first', () => {
    const ours = plan(at('200cc', { reconfiguration: underWay('50cc') }));
    expect(step(ours, 'right-size')).toMatchObject({
      action: 'change',
      sentence: 'wait for the resize of cluster ingest_shop from 200cc to 50cc, which is under way',
    });
    const theirs = plan(at('50cc', { reconfiguration: underWay('200cc') }));
    expect(step(theirs, 'right-size')?.sentence).toMatch(/^resize cluster ingest_shop from 200cc to 50cc/);
    expect(finding(theirs, 'cluster-reconfiguring')?.sentence).toBe(
      'cluster ingest_shop is being resized from 50cc to 200cc in the background, until 2026-11-30T00:00:00.000Z at the latest; a step that resizes it waits for that',
    );
  });

  it.each(['finalized', 'timed-out', 'cancelled', 'resource-exhausted'])('%s says nothing any more', (status) => {
    const over = plan(at('50cc', { reconfiguration: { ...underWay('200cc'), status } }));
    expect(step(over, 'right-size')?.action).toBe('keep');
    expect(finding(over, 'cluster-reconfiguring')).toBeUndefined();
  });
});

describe('how it ended', () => {
  it.each([
    ['timed-out', /was not ready until 2026-11-30.*went back, it stays at 200cc$/, /SHOW CLUSTER REPLICAS.*n2m apply/],
    ['cancelled', /^somebody cancelled the resize.*stays at 200cc$/, /mz_audit_events/],
    ['resource-exhausted', /found no room.*stays at 200cc$/, /REPLICATION FACTOR = 0.*SIZE = '50cc'.*FACTOR = 1/],
    ['exploded', /ended as "exploded"/, /mz_cluster_reconfigurations/],
  ])('%s', (status, sentence, next) => {
    const end = endOf('c', '50cc', '200cc', { ...underWay('50cc'), status });
    expect(end?.sentence).toMatch(sentence);
    expect(end?.next).toMatch(next);
  });

  it.each(['in-progress', 'finalized'])('%s is no end of it', (status) => {
    expect(endOf('c', '50cc', '200cc', { ...underWay('50cc'), status })).toBeNull();
  });
});

describe('a copy that runs', () => {
  const source = f.builtTarget().source!;
  const copying = {
    ...source,
    children: [f.child('orders', { committed: false }), f.child('customers', { committed: false })],
  };

  it('is not started over for another size; the plan says so', () => {
    const made = plan(at('100cc'), { source: copying });
    expect(step(made, 'cluster')?.action).toBe('keep');
    expect(finding(made, 'copy-under-way')?.sentence).toMatch(/^cluster ingest_shop stays at 100cc until/);
    expect(step(made, 'right-size')?.sentence).toMatch(/from 100cc to 50cc once everything is copied/);
    expect(finding(plan(at('200cc'), { source: copying }), 'copy-under-way')).toBeUndefined();
  });

  it('runs only where there is a replica, and nothing that failed counts', () => {
    expect(isCopying({ source: copying, cluster: at('50cc') })).toBe(true);
    expect(isCopying({ source: copying, cluster: at('50cc', { replicationFactor: 0 }) })).toBe(false);
    expect(isCopying({ source, cluster: at('50cc') })).toBe(false);
    const dead = { ...source, children: [f.child('orders', { committed: false, error: 'table was truncated' })] };
    expect(isCopying({ source: dead, cluster: at('50cc') })).toBe(false);
    expect(isCopying({ source: { ...copying, error: 'no such slot' }, cluster: at('50cc') })).toBe(false);
  });
});

describe('the region’s credits', () => {
  const credits = (limit: number | null, used: number) => ({ credits: { limit, used } });

  it('that do not take both sizes: said before, and a pause to agree to', () => {
    // 0.25 of others, 2 now, 0.5 beside it.
    const made = plan(at('200cc'), credits(2.7, 2.25));
    expect(step(made, 'right-size')).toMatchObject({ approval: PAUSE_KEY });
    expect(step(made, 'right-size')?.sentence).toMatch(
      /its replicas gone meanwhile, as the region has no credits for both/,
    );
    expect(step(made, 'right-size')?.interrupts).toMatch(/^nothing runs on cluster ingest_shop from the moment/);
    expect(made.needsApproval.map(({ key }) => key)).toEqual([PAUSE_KEY]);
    expect(finding(made, 'no-credits')).toMatchObject({ severity: 'warning' });
    expect(finding(made, 'no-credits')?.sentence).toMatch(/200cc and 50cc run side by side.*2.75 credits.*is 2.7;/);
  });

  it('that just do, or that nobody tells of, or before resizes ran in the background: nothing is said', () => {
    for (const made of [
      plan(at('200cc'), credits(2.75, 2.25)),
      plan(at('200cc'), credits(null, 2.25)),
      plan(at('200cc'), { ...credits(2.7, 2.25), resizesInBackground: false }),
    ]) {
      expect(made.needsApproval).toEqual([]);
      expect(finding(made, 'no-credits')).toBeUndefined();
    }
  });

  it('on a cluster that others share there are two things to agree to', () => {
    const otherObjects = [{ id: 'u9', name: 'theirs', type: 'materialized-view' }];
    const made = plan(at('200cc', { otherObjects }), credits(2.7, 2.25));
    expect(made.needsApproval.map(({ key }) => key)).toEqual([PAUSE_KEY, 'resize-shared-cluster']);
  });

  it('that do not even take the first size stop the run', () => {
    const empty = f.emptyTarget({ ...NEWER, ...credits(2.1, 0.25) });
    const made = makePlan(f.spec, f.untouchedSource(), empty, f.notWatched);
    expect(made.findings.filter(({ code }) => code === 'no-credits').map(({ severity }) => severity)).toEqual([
      'blocking',
    ]);
    const enough = makePlan(
      f.spec,
      f.untouchedSource(),
      f.emptyTarget({ ...NEWER, ...credits(2.5, 0.25) }),
      f.notWatched,
    );
    expect(finding(enough, 'no-credits')).toMatchObject({ severity: 'warning' });
    expect(enough.needsApproval.map(({ key }) => key)).toContain(PAUSE_KEY);
  });
});

describe('a cluster that something else sizes', () => {
  it('with a strategy is left alone, and told apart', () => {
    const sizedBy = { kind: 'auto-scaling', hydrationSize: '400cc' } as const;
    const made = plan(at('100cc', { sizedBy, comment: null }), { source: null, connection: null, secret: null });
    expect(step(made, 'cluster')?.action).toBe('keep');
    expect(step(made, 'right-size')).toMatchObject({
      action: 'keep',
      sentence:
        'cluster ingest_shop is left at 100cc: it has an AUTO SCALING STRATEGY (400cc while something hydrates)',
    });
    expect(finding(made, 'cluster-sized-elsewhere')).toMatchObject({ severity: 'info' });
  });

  it('with a schedule is not switched on against it; the plan warns', () => {
    const sizedBy = { kind: 'schedule', hydrationSize: null } as const;
    const made = plan(at('50cc', { sizedBy, replicationFactor: 0, replicas: [] }));
    expect(step(made, 'cluster')?.action).toBe('keep');
    expect(finding(made, 'cluster-sized-elsewhere')).toMatchObject({
      severity: 'warning',
      fix: 'ALTER CLUSTER "ingest_shop" SET (SCHEDULE = MANUAL);',
    });
  });
});
