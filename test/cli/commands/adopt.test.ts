import { refuse } from '../../../src/cli/commands/adopt';
import type { Output } from '../../../src/cli/terminal/output';
import { destructiveIn } from '../../../src/core/plan/destructive';
import type { Plan } from '../../../src/core/plan/types';
import { makePlan } from '../../../src/core/plan/plan';
import * as f from '../../core/plan/fixtures';

const output = {} as Output;
const spec = f.postgresSpec();
const source = f.preparedSource();
const built = f.builtTarget().source!;

const adopt = (plan: Plan) => refuse(plan, destructiveIn(plan), 'p.yaml', output);

/** A pipeline that is there, whose tables of this kind have columns that upstream added since. */
function behind(kind: 'table' | 'subsource') {
  const children = built.children.map((child) => ({ ...child, kind, columns: child.columns ?? ['id'] }));
  const tables = source.tables.map((one) => ({
    ...one,
    columns: [...one.columns, { ...one.columns[0]!, name: 'later' }],
  }));
  const syntax = kind === 'table' ? ('tables' as const) : ('subsources' as const);
  return makePlan(spec, { ...source, tables }, f.builtTarget({ source: { ...built, syntax, children } }), f.watched);
}

it('adopts what matches', () => {
  adopt(makePlan(spec, source, f.builtTarget(), f.watched));
});

it.each(['table', 'subsource'] as const)('copies no %s again, beside it or in its place', (kind) => {
  const plan = behind(kind);
  expect(plan.needsApproval.map(({ key }) => key)).toEqual(
    expect.arrayContaining([expect.stringMatching(/^copy-again:/)]),
  );
  expect(() => adopt(plan)).toThrow(/adopting drops and recreates nothing: .*added upstream/);
});

it('takes no table out that is there and not in the file', () => {
  const children = [...built.children, f.child('left')];
  const plan = makePlan(spec, source, f.builtTarget({ source: { ...built, children } }), f.watched);
  expect(() => adopt(plan)).toThrow(/adopting drops and recreates nothing: drop public\.left/);
});
