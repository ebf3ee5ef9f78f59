import { boundedApprovals, boundedFindings, boundedStep } from '../../../src/core/plan/bounds';
import { makePlan } from '../../../src/core/plan/plan';
import { isLarge, referringStep } from '../../../src/core/plan/reference';
import type { Finding, PlanStep } from '../../../src/core/plan/types';
import { findingLines } from '../../../src/cli/render/plan/findings';
import { stepLines } from '../../../src/cli/render/plan/steps';
import { tableNames } from '../../../src/cli/render/plan/short-names';
import { plain } from '../../../src/cli/terminal/paint';
import * as f from './fixtures';

const finding = (code: string, subject: string, severity: Finding['severity'] = 'info'): Finding => ({
  ...{ code, severity, subject, sentence: `${subject} is so`, fix: null },
});
const many = (count: number, code: string, severity?: Finding['severity']): Finding[] =>
  Array.from({ length: count }, (_, at) => finding(code, `public.t${at}`, severity));

describe('findings of a plan', () => {
  it('are all there up to 500 of a code, then counted by the last one', () => {
    const few = many(500, 'a');
    expect(boundedFindings(few)).toEqual(few);
    const kept = boundedFindings([...many(10_000, 'a'), finding('b', 'x'), ...many(501, 'a', 'warning')]);
    expect(kept.filter(({ more }) => more !== undefined)).toEqual([
      { ...finding('a', 'public.t499'), more: 9_500 },
      { ...finding('a', 'public.t499', 'warning'), more: 1 },
    ]);
    expect(kept).toHaveLength(1_001);
  });

  it('are told with their whole number', () => {
    const kept = boundedFindings(many(10_000, 'a', 'warning'));
    const names = tableNames({ tables: [], removed: [] });
    expect(findingLines(kept, names, plain, 200)).toEqual([
      '! public.t0 is so; likewise public.t1, public.t2, public.t3 and 9,996 more [a ×10000]',
    ]);
    expect(findingLines(kept, null, plain, 200).at(-1)).toBe('! public.t499 is so; and 9,500 more [a ×9501]');
  });
});

describe('the changes of a step', () => {
  const step: PlanStep = {
    ...{ id: 'x', action: 'change', object: 'x', sentence: 'x' },
    ...{ interrupts: null, irreversible: null, approval: null, changes: many(600, 'a').map(({ subject }) => subject) },
  };

  it('are bounded, and say how many are left', () => {
    expect(boundedStep({ ...step, changes: step.changes.slice(0, 500) }).changes).toHaveLength(500);
    const bounded = boundedStep(step);
    expect([bounded.changes.length, bounded.changes.at(-1), bounded.more]).toEqual([500, 'public.t499', 100]);
    expect(stepLines(bounded, plain, 80).at(-1)).toContain('· and 100 more');
  });
});

describe('what a step says of itself', () => {
  it('is cut where nobody bounded it, the cut shown', () => {
    const long = 'x'.repeat(3_000);
    const step = boundedStep({
      ...{ id: 'x', action: 'change', object: long, sentence: long, interrupts: long, irreversible: null },
      ...{ approval: null, changes: [] },
    });
    for (const text of [step.object, step.sentence, step.interrupts]) expect(text).toBe(`${'x'.repeat(1_999)}…`);
    expect(step.irreversible).toBeNull();
    const [one, ...more] = boundedApprovals(['a', 'b'].map((end) => ({ key: 'k', step: 'x', reason: long + end })));
    expect([one?.reason.length, more]).toEqual([2_000, []]);
  });
});

describe('a plan of 10,000 tables', () => {
  const tables = Array.from({ length: 10_000 }, (_, at) => f.table(`orders_${at}`, { oid: 20_000 + at }));
  const spec = f.withSource({
    tables: { kind: 'list', tables: tables.map(({ name }) => ({ schema: 'public', name, alias: null })) },
  });
  const plan = makePlan(spec, f.untouchedSource({ tables }), f.emptyTarget(), {
    exists: false,
    paused: false,
    current: false,
  });

  it('names each table once, and says of most what holds for all', () => {
    expect(plan.tables).toHaveLength(10_000);
    expect(JSON.stringify({ ...plan, tables: [] }).length).toBeLessThan(400_000);
  });

  it('is referred to by its steps, which carry none of its tables', () => {
    expect(isLarge(plan)).toBe(true);
    expect(isLarge({ tables: plan.tables.slice(0, 100), removed: [] })).toBe(false);
    const step = referringStep(spec, 'create', { activity: '1', fingerprint: 'f' });
    expect(JSON.stringify(step).length).toBeLessThan(2_000);
  });
});
