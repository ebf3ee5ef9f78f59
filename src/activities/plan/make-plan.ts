import { makePlan as decide } from '../../core/plan/plan';
import { readOwed } from '../repair/owed';
import { activity } from '../support/activity';
import { file } from '../support/inputs';
import { referable } from './fingerprint';
import { observe } from './observe';

/** Observes, then decides; the decisions are pure. Of a plan with many tables its steps get a reference. */
export const makePlan = activity({ input: file, reads: true }, async (deps, { spec }) => {
  const [{ source, target, watch }, owed] = await Promise.all([observe(deps, spec), readOwed(deps, spec)]);
  const plan = decide(spec, source, { ...target, owed }, watch);
  return referable(plan);
});
