import { makePlan as decide } from '../../core/plan/plan';
import { activity } from '../support/activity';
import { file } from '../support/inputs';
import { observe } from './observe';

/** Observes, then decides; the decisions are pure. */
export const makePlan = activity({ input: file, reads: true }, async (deps, { spec }) => {
  const { source, target, watch } = await observe(deps, spec);
  return decide(spec, source, target, watch);
});
