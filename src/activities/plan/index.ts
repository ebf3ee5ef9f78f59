export { makePlan } from './make-plan';
