import { makePlan } from '../../../../src/core/plan/plan';
import type { StepId } from '../../../../src/core/plan/types';
import { writeMark } from '../../../../src/core/plan/ownership';
import type { SourceFacts, TargetFacts } from '../../../../src/core/plan/facts';
import * as f from '../fixtures';
import { actions, after, keys, step } from './asked';

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
