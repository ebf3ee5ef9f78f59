import { makePlan as decide } from '../../core/plan/plan';
import { readOwed } from '../repair/owed';
import { activity } from '../support/activity';
import { file } from '../support/inputs';
import { observe } from './observe';

/** Observes, then decides; the decisions are pure. */
export const makePlan = activity({ input: file, reads: true }, async (deps, { spec }) => {
  const [{ source, target, watch }, owed] = await Promise.all([observe(deps, spec), readOwed(deps, spec)]);
  return decide(spec, source, { ...target, owed }, watch);
});
