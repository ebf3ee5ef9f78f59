import { planDestruction } from '../../src/core/destroy/plan';
import { writeAdded } from '../../src/core/destroy/added';
import { makePlan } from '../../src/core/plan/plan';
import type { TableFacts } from '../../src/core/objects/tables/facts';
import type { SourceFacts, TargetFacts } from '../../src/core/plan/facts';
import { findDamage } from '../../src/core/repair/damage';
import type { PipelineSpec } from '../../src/core/spec/types';
import { judge } from '../../src/core/watch/judge';
import type { TargetReading } from '../../src/core/watch/types';
import { source as destroySource, target as destroyTarget, orders } from './destroy/look';
import * as f from './plan/fixtures';
import { readsOf } from './support/counted';
import { at, healthySource, healthyTarget, reading, type SourceChange, table as watched } from './watch/reading';

/** What decides over 10,000 tables must not compare each with each: at four times the tables it does four times the work. */
const FEW = 200;
const MANY = 800;

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `t${index}`);
const listed = (count: number): PipelineSpec =>
  f.withSource({
    tables: { kind: 'list', tables: names(count).map((name) => ({ schema: 'public', name, alias: null })) },
  });
const all = f.withSource({ tables: { kind: 'all', aliases: [] } });

/** Each of ten a partitioned table, with nine partitions of its own. */
const parted = (count: number): TableFacts[] =>
  names(count).map((name, index) => {
    const parent = { schema: 'public', name: `t${index - (index % 10)}` };
    return index % 10 === 0
      ? f.table(name, f.partitioned({ count: 9 }))
      : f.table(name, { partitionOf: [parent], replicaIdentity: 'full' });
  });

const plain = (count: number): TableFacts[] => names(count).map((name) => f.table(name));

interface Sides {
  spec: PipelineSpec;
  source: SourceFacts;
  target: TargetFacts;
}
const planned = ({ spec, source, target }: Sides) => makePlan(spec, source, target, f.watched);

/** Set up with so many tables, which log nothing of old rows and have died. */
function standing(count: number): { source: SourceFacts; target: TargetFacts } {
  const published = names(count).map((name) => ({ schema: 'public', name, columns: null, filtered: false }));
  const built = f.builtTarget().source!;
  const children = names(count).map((name) => f.child(name, { status: 'stalled', error: 'table was truncated' }));
  return {
    source: f.preparedSource({
      tables: plain(count),
      publication: { ...f.preparedSource().publication!, tables: published },
    }),
    target: f.builtTarget({ source: { ...built, children } }),
  };
}

/** Each table has got a column that its copy has not. */
function widened(count: number, kind: 'table' | 'subsource' = 'table'): Omit<Sides, 'spec'> {
  const { source } = standing(count);
  const [column] = f.table('t').columns;
  const added = { ...column!, name: 'later' };
  const built = f.builtTarget().source!;
  const shared = { id: 'u9', name: 'materialize.shop.v', type: 'view' };
  const views = names(count).map((name) => ({ id: `v-${name}`, name: `materialize.shop.v_${name}`, type: 'view' }));
  // Half of them have one of their own, and half have one together.
  const children = names(count).map((name, index) =>
    f.child(name, { kind, columns: ['id'], dependents: index % 2 === 0 ? [views[index]!] : [shared] }),
  );
  return {
    source: { ...source, tables: source.tables.map((one) => ({ ...one, columns: [...one.columns, added] })) },
    target: f.builtTarget({
      source: {
        ...{ ...built, children, dependents: [...views, shared] },
        syntax: kind === 'table' ? 'tables' : 'subsources',
      },
    }),
  };
}

const WORK: Record<string, (count: number) => number> = {
  'a first plan': (count) =>
    readsOf(
      { spec: listed(count), source: f.untouchedSource({ tables: plain(count) }), target: f.emptyTarget() },
      planned,
    ),
  'a first plan that names partitions and what they are of': (count) =>
    readsOf(
      { spec: listed(count), source: f.untouchedSource({ tables: parted(count) }), target: f.emptyTarget() },
      planned,
    ),
  'a first plan of everything, partitioned tables as well': (count) =>
    readsOf({ spec: all, source: f.untouchedSource({ tables: parted(count) }), target: f.emptyTarget() }, planned),
  'a plan that finds everything there': (count) => readsOf({ spec: listed(count), ...standing(count) }, planned),
  'a plan of a file that every table left': (count) => readsOf({ spec: listed(1), ...standing(count) }, planned),
  'a plan that copies every table again, beside it': (count) =>
    readsOf({ spec: listed(count), ...widened(count) }, planned),
  'a plan that drops and copies every table again': (count) =>
    readsOf({ spec: listed(count), ...widened(count, 'subsource') }, planned),
  'a check': (count) =>
    readsOf(reading(0, { source: manyRead(count), target: manyTargets(count) }), (look) =>
      judge(look, null, listed(count), at(0)),
    ),
  'a check of tables that all died, after another': (count) => {
    const look = {
      source: manyRead(count),
      target: manyTargets(count, { status: 'stalled', error: 'table was truncated' }),
    };
    const { memory } = judge(reading(0, look), null, listed(count), at(0));
    return readsOf({ look: reading(1, look), memory }, ({ look, memory }) => judge(look, memory, listed(count), at(1)));
  },
  'damage of a repair': (count) => {
    const { source, target } = standing(count);
    const look = { symptoms: [], memory: null, upstream: healthySource(0), target: manyTargets(count), facts: source };
    return readsOf({ spec: listed(count), ...look, source: target.source, passwordRefused: false }, findDamage);
  },
  'a plan to take down': (count) => {
    const added = names(count).map((name) =>
      writeAdded({ kind: 'identity', schema: 'public', name, before: 'default' } as never),
    );
    const source = destroySource(added, {
      tables: names(count).map((name) => ({ ...orders(['n2m_shop']), name })),
    });
    return readsOf({ source, target: destroyTarget() }, (look) =>
      planDestruction({
        ...{ spec: f.postgresSpec(), ...look, leaveUpstream: false, known: null },
        watch: { exists: true, paused: false, current: true },
      }),
    );
  },
};

const manyTargets = (count: number, change: Parameters<typeof watched>[1] = {}): TargetReading =>
  healthyTarget({ tables: names(count).map((name) => watched(name, change)) });
function manyRead(count: number): SourceChange {
  const tables = names(count).map((name) => ({ schema: 'public', name, replicaIdentity: 'full' as const }));
  return { tables, publication: { exists: true, leavesOut: [], tables } };
}

describe('the work of', () => {
  it.each(Object.keys(WORK))('%s grows as its tables do', (title) => {
    const work = WORK[title]!;
    const ratio = work(MANY) / work(FEW);
    expect(ratio).toBeGreaterThan(2);
    expect(ratio).toBeLessThan(6);
  });
});

describe('what is written into', () => {
  const SIZES: Record<string, (count: number) => Sides> = {
    'a plan that drops and copies every table again': (count) => ({
      spec: listed(count),
      ...widened(count, 'subsource'),
    }),
    'a plan that copies every table again, beside it': (count) => ({ spec: listed(count), ...widened(count) }),
    'a plan of a file that every table left': (count) => ({ spec: listed(1), ...standing(count) }),
  };
  it.each(Object.keys(SIZES))('%s grows as its tables do', (title) => {
    const written = (count: number) => JSON.stringify(planned(SIZES[title]!(count))).length;
    expect(written(MANY) / written(FEW)).toBeLessThan(5);
  });
});
